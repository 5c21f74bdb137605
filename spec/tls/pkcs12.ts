import { createHash, createHmac, createPrivateKey, X509Certificate } from 'node:crypto';

/** What a PKCS #12 archive is made of. */
export interface Pkcs12Options {
  /** The certificates in PEM, the leaf first. */
  readonly certs: readonly string[];
  /** The private key in PEM; without one the archive holds certificates alone. */
  readonly key?: string | undefined;
  /** What protects the key and the archive; an empty string when absent. */
  readonly passphrase?: string | undefined;
  /** Makes the certificates an RC2-40 ciphertext, which OpenSSL 3 does not read. */
  readonly isLegacy?: boolean | undefined;
}

/**
 * Makes a PKCS #12 archive (RFC 7292): the key in AES-256, a MAC of SHA-256. Node cannot write one,
 * and no openssl is called.
 */
export function pkcs12({ certs, key, passphrase = '', isLegacy = false }: Pkcs12Options): Buffer {
  const certBags = certs.map((pem) => bag(CERT_BAG, sequence(X509, explicit(octets(rawOf(pem))))));
  const keyBags = key === undefined ? [] : [bag(SHROUDED_KEY_BAG, shroud(key, passphrase))];
  const safes = [
    isLegacy ? legacySafe() : plainSafe(sequence(...certBags)),
    plainSafe(sequence(...keyBags)),
  ];
  const content = sequence(...safes);
  return sequence(integer(3), sequence(DATA, explicit(octets(content))), mac(content, passphrase));
}

const SALT = Buffer.from('saltsalt');
const ITERATIONS = 2;

const DATA = oid('2a864886f70d010701');
const ENCRYPTED_DATA = oid('2a864886f70d010706');
const CERT_BAG = oid('2a864886f70d010c0a0103');
const SHROUDED_KEY_BAG = oid('2a864886f70d010c0a0102');
const X509 = oid('2a864886f70d01091601');
const RC2_40 = oid('2a864886f70d010c0106');
const SHA256 = oid('608648016503040201');
const NULL = der(0x05);

function rawOf(pem: string): Buffer {
  return new X509Certificate(pem).raw;
}

function shroud(key: string, passphrase: string): Buffer {
  const cipher = 'aes-256-cbc';
  return createPrivateKey(key).export({ type: 'pkcs8', format: 'der', cipher, passphrase });
}

function bag(type: Buffer, value: Buffer): Buffer {
  return sequence(type, explicit(value));
}

function plainSafe(contents: Buffer): Buffer {
  return sequence(DATA, explicit(octets(contents)));
}

function legacySafe(): Buffer {
  const algorithm = sequence(RC2_40, sequence(octets(SALT), integer(ITERATIONS)));
  const encrypted = sequence(DATA, algorithm, der(0x80, Buffer.alloc(16)));
  return sequence(ENCRYPTED_DATA, explicit(sequence(integer(0), encrypted)));
}

// RFC 7292, appendix B.2, for one block of output: the key of the MAC is as long as the hash.
function mac(content: Buffer, passphrase: string): Buffer {
  const password = Buffer.from(`${passphrase}\0`, 'utf16le').swap16();
  let macKey = Buffer.concat([Buffer.alloc(64, 3), repeated(SALT), repeated(password)]);
  for (let each = 0; each < ITERATIONS; each += 1) {
    macKey = createHash('sha256').update(macKey).digest();
  }
  const digest = createHmac('sha256', macKey).update(content).digest();
  const digestInfo = sequence(sequence(SHA256, NULL), octets(digest));
  return sequence(digestInfo, octets(SALT), integer(ITERATIONS));
}

function repeated(bytes: Buffer): Buffer {
  return Buffer.alloc(64 * Math.ceil(bytes.length / 64), bytes);
}

function sequence(...contents: readonly Buffer[]): Buffer {
  return der(0x30, ...contents);
}

function explicit(content: Buffer): Buffer {
  return der(0xa0, content);
}

function octets(content: Buffer): Buffer {
  return der(0x04, content);
}

function integer(value: number): Buffer {
  return der(0x02, Buffer.of(value));
}

function oid(hexadecimal: string): Buffer {
  return der(0x06, Buffer.from(hexadecimal, 'hex'));
}

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const length =
    content.length < 0x80 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
