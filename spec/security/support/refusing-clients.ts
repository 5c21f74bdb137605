import { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';

import type { Script } from '../../integration/support/peer.js';
import type { Pki } from './pki.js';
import { alertRecord, encryptedAlertRecord } from './tls-records.js';

/**
 * A server that asks for the client's certificate and answers it with an alert, as OpenSSL's own
 * does. That of Node would hang up without a word.
 *
 * @remarks The handshake is Node's until the client's second flight, which is answered by hand.
 */
export function refusingClients(
  { leaf, clients }: Pki,
  version: 'TLSv1.2' | 'TLSv1.3',
  alert: number,
): Script {
  return ({ socket }) => {
    let secret = Buffer.alloc(0);
    let hasSpoken = false;
    let hasRefused = false;
    const line = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        hasSpoken = true;
        socket.write(chunk, done);
      },
    });
    const server = new TLSSocket(line, {
      isServer: true,
      requestCert: true,
      secureContext: createSecureContext({
        cert: leaf.chain,
        key: leaf.key,
        ca: clients.certificate,
        minVersion: version,
        maxVersion: version,
        ...(version === 'TLSv1.3' ? { ciphers: 'TLS_AES_128_GCM_SHA256' } : {}),
      }),
    });
    server.on('error', () => undefined);
    server.on('keylog', (entry: Buffer) => {
      const [label, , value = ''] = entry.toString('latin1').trim().split(' ');
      if (label === 'SERVER_TRAFFIC_SECRET_0') secret = Buffer.from(value, 'hex');
    });
    socket.on('data', (chunk: Buffer) => {
      if (!hasSpoken) {
        line.push(chunk);
      } else if (!hasRefused) {
        hasRefused = true;
        socket.write(
          version === 'TLSv1.2' ? alertRecord(alert) : encryptedAlertRecord(alert, secret),
        );
      }
    });
    socket.once('close', () => server.destroy());
  };
}
