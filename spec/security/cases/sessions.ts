import { randomBytes } from 'node:crypto';
import { createSecureContext } from 'node:tls';

import { badChain, opens } from './result.js';
import type { SecurityCase } from './security-case.js';

const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;

/** The session of an earlier connection, and the environment: neither makes a difference. */
export const SESSION_CASES: readonly SecurityCase[] = [
  ...VERSIONS.flatMap((version): readonly SecurityCase[] => [
    {
      name: `session: not resumed, ${version}`,
      scene: ({ leaf }) => ({
        server: { tls: { cert: leaf.chain, key: leaf.key, maxVersion: version } },
      }),
      dials: 3,
      expected: opens(version),
    },
    {
      name: `session: a bad certificate after a good one, ${version}`,
      scene: async ({ leaf, root }) => {
        const bad = await root.issue({
          commonName: 'localhost',
          usage: 'server',
          notBefore: new Date(0),
          notAfter: new Date(86_400_000),
        });
        const ticketKeys = randomBytes(48);
        // What a client that resumed would never see.
        const contexts = [leaf, bad].map(({ chain: cert, key }) =>
          createSecureContext({ cert, key, maxVersion: version, ticketKeys }),
        );
        return {
          server: {
            tls: {
              cert: leaf.chain,
              key: leaf.key,
              maxVersion: version,
              ticketKeys,
              SNICallback: (_name, done) => {
                done(null, contexts.shift());
              },
            },
          },
        };
      },
      dials: 2,
      expected: badChain('CERT_HAS_EXPIRED'),
    },
  ]),
  ...['NODE_TLS_REJECT_UNAUTHORIZED'].flatMap((name): readonly SecurityCase[] => [
    {
      name: `${name}=0, untrusted root`,
      scene: async ({ stranger }) => {
        const { cert, key } = await stranger.issue({ commonName: 'localhost', usage: 'server' });
        return { server: { tls: { cert, key } }, client: { env: { [name]: '0' } } };
      },
      expected: badChain('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
    },
    {
      name: `${name}=0, a good certificate`,
      scene: ({ leaf }) => ({
        server: { tls: { cert: leaf.cert, key: leaf.key } },
        client: { env: { [name]: '0' } },
      }),
      expected: opens(),
    },
  ]),
];
