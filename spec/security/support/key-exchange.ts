import {
  createECDH,
  createSign,
  generatePrimeSync,
  randomBytes,
  X509Certificate,
} from 'node:crypto';

import type { IssuedCertificate } from '../../../src/testing/index.js';
import type { Script } from '../../integration/support/peer.js';
import { handshakeRecord, serverHello, uint, vector } from './tls-records.js';

// The client's random in the record of its ClientHello.
const RANDOM = { start: 11, end: 43 } as const;

/** A server of TLS 1.2 that goes as far as its ServerKeyExchange, in a way that no OpenSSL would. */
interface KeyExchange {
  readonly cipher: number;
  /** The certificates that it shows. */
  readonly certificate: IssuedCertificate;
  /** Signs the parameters; that of the certificate, or not. */
  readonly key: string;
  /** The number of the signature's algorithm (RFC 8446 section 4.2.3). */
  readonly algorithm: number;
  readonly parameters: Buffer;
}

function exchangingKeys(exchange: KeyExchange): Script {
  const { cipher, certificate, key, algorithm, parameters } = exchange;
  return ({ socket }) =>
    void socket.once('data', (hello: Buffer) => {
      const random = randomBytes(32);
      const signed = createSign('sha256')
        .update(hello.subarray(RANDOM.start, RANDOM.end))
        .update(random)
        .update(parameters)
        .sign(key);
      const { raw } = new X509Certificate(certificate.cert);
      socket.write(
        Buffer.concat([
          serverHello({ cipher, random }),
          handshakeRecord(11, vector(vector(raw, 3), 3)),
          handshakeRecord(12, Buffer.concat([parameters, uint(algorithm, 2), vector(signed, 2)])),
          handshakeRecord(14, Buffer.alloc(0)),
        ]),
      );
    });
}

/** Shows a certificate, and proves the possession of another key (ECDHE-ECDSA, curve P-256). */
export function withoutTheKey(certificate: IssuedCertificate, key: string): Script {
  const share = createECDH('prime256v1').generateKeys();
  return exchangingKeys({
    cipher: 0xc02b,
    certificate,
    key,
    algorithm: 0x0403,
    parameters: Buffer.concat([Buffer.from([3, 0, 23]), vector(share, 1)]),
  });
}

/** Offers a finite-field group of `bits` (DHE-RSA). */
export function withGroup(certificate: IssuedCertificate, bits: number): Script {
  const prime = Buffer.from(generatePrimeSync(bits));
  const share = Buffer.concat([Buffer.from([1]), randomBytes(prime.length - 1)]);
  return exchangingKeys({
    cipher: 0x009e,
    certificate,
    key: certificate.key,
    algorithm: 0x0401,
    parameters: Buffer.concat([vector(prime, 2), vector(Buffer.from([2]), 2), vector(share, 2)]),
  });
}
