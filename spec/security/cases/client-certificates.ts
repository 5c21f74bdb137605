import type { TlsOptions as ServerTlsOptions } from 'node:tls';

import type { TlsOptions } from '../../../src/index.js';
import { readRequestHead } from '../../../src/testing/index.js';
import type { Pki } from '../support/pki.js';
import { refusingClients } from '../support/refusing-clients.js';
import { alerted, lost, opens, optionRefused } from './result.js';
import type { SecurityCase } from './security-case.js';

type Version = 'TLSv1.2' | 'TLSv1.3';
const VERSIONS: readonly Version[] = ['TLSv1.2', 'TLSv1.3'];

/** A server that insists on a certificate of its authority. */
const insisting = ({ leaf, clients }: Pki, maxVersion: Version): ServerTlsOptions => ({
  cert: leaf.chain,
  key: leaf.key,
  ca: clients.certificate,
  requestCert: true,
  maxVersion,
});

const mine = ({ client: { chain: cert, key } }: Pki): TlsOptions => ({ cert, key });

/** What a client that is not let in by a server of Node meets with: it hangs up. */
const HUNG_UP: Readonly<Record<Version, Pick<SecurityCase, 'expected' | 'or'>>> = {
  // A reset, if our part of the handshake was there before the server closed.
  'TLSv1.2': { expected: lost('tls', 'ended'), or: lost('tls', 'reset', 'ECONNRESET') },
  // A reset, if the request was there before the server closed.
  'TLSv1.3': {
    expected: lost('upgrade', 'ended'),
    or: lost('upgrade', 'reset', 'ECONNRESET'),
  },
};

const ALERTS = [
  { alert: 42, name: 'bad' },
  { alert: 44, name: 'revoked' },
  { alert: 45, name: 'expired' },
  { alert: 48, name: 'of an unknown authority' },
  { alert: 49, name: 'access denied' },
] as const;

/** Client certificates. */
export const CLIENT_CERTIFICATE_CASES: readonly SecurityCase[] = VERSIONS.flatMap(
  (version): readonly SecurityCase[] => [
    {
      name: `client certificate: good, ${version}`,
      scene: (pki) => ({
        server: { tls: insisting(pki, version) },
        client: { tls: mine(pki) },
      }),
      expected: opens(version),
    },
    {
      name: `client certificate: missing, ${version}`,
      scene: (pki) => ({ server: { tls: insisting(pki, version) } }),
      expected: alerted(version === 'TLSv1.2' ? 40 : 116),
    },
    {
      name: `client certificate: of an authority that a server of Node does not know, ${version}`,
      scene: async (pki) => {
        const { cert, key } = await pki.stranger.issue({ commonName: 'x', usage: 'client' });
        return { server: { tls: insisting(pki, version) }, client: { tls: { cert, key } } };
      },
      ...HUNG_UP[version],
    },
    ...ALERTS.map(({ alert, name }) => ({
      name: `client certificate: ${name}, ${version}`,
      scene: (pki: Pki) => ({
        server: { script: refusingClients(pki, version, alert) },
        client: { tls: mine(pki) },
      }),
      expected: alerted(alert),
      mayHear: version === 'TLSv1.3',
    })),
    {
      name: `client certificate: missing, refused by HTTP, ${version}`,
      scene: (pki) => ({
        server: {
          tls: { ...insisting(pki, version), rejectUnauthorized: false },
          script: async ({ socket }) => {
            await readRequestHead(socket);
            socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n');
          },
        },
      }),
      expected: { _tag: 'UpgradeRefused', by: 'server', phase: 'upgrade', status: 400 },
    },
  ],
).concat([
  {
    name: 'client certificate: our own has expired',
    scene: async (pki) => {
      const { cert, key } = await pki.clients.issue({
        commonName: 'x',
        usage: 'client',
        notBefore: new Date(0),
        notAfter: new Date(86_400_000),
      });
      return {
        server: { tls: insisting(pki, 'TLSv1.3') },
        client: { tls: { cert, key }, perAttempt: true },
      };
    },
    expected: optionRefused('tls.cert'),
  },
  {
    name: 'client certificate: our own is for servers only',
    scene: (pki) => ({
      server: { tls: insisting(pki, 'TLSv1.3') },
      client: { tls: { cert: pki.leaf.cert, key: pki.leaf.key }, perAttempt: true },
    }),
    expected: optionRefused('tls.cert'),
  },
]);
