import { X509Certificate } from 'node:crypto';

import * as E from 'fp-ts/lib/Either.js';

import { pinOf } from '../../../src/index.js';
import { damaged } from '../support/damaged.js';
import type { Pki } from '../support/pki.js';
import { badChain, opens, refused } from './result.js';
import type { SecurityCase } from './security-case.js';

const pin = (certificate: string): string => pinOf(new X509Certificate(certificate));
const accept = (): E.Either<never, undefined> => E.right(undefined);

const WRONG_PIN = refused('PIN_MISMATCH');

const pinned =
  (choose: (pki: Pki) => readonly string[]): SecurityCase['scene'] =>
  (pki) => ({
    server: { tls: { cert: pki.leaf.chain, key: pki.leaf.key } },
    client: { tls: { pins: choose(pki).map(pin) } },
  });

/** Pins of public keys. */
export const PIN_CASES: readonly SecurityCase[] = [
  {
    name: 'pin: of the leaf',
    scene: pinned(({ leaf }) => [leaf.cert]),
    expected: opens('TLSv1.3', 'pins'),
  },
  {
    name: 'pin: of the root',
    scene: pinned(({ root }) => [root.certificate]),
    expected: opens('TLSv1.3', 'pins'),
  },
  {
    name: 'pin: the backup',
    scene: pinned(({ leaf, stranger }) => [stranger.certificate, leaf.cert]),
    expected: opens('TLSv1.3', 'pins'),
  },
  {
    name: 'pin: wrong',
    scene: pinned(({ stranger, client }) => [stranger.certificate, client.cert]),
    expected: WRONG_PIN,
  },
  {
    name: 'pin: of a certificate that is sent, but not in the chain',
    scene: ({ leaf, stranger }) => ({
      server: { tls: { cert: leaf.chain + stranger.certificate, key: leaf.key } },
      client: { tls: { pins: [pin(stranger.certificate)] } },
    }),
    expected: WRONG_PIN,
  },
  {
    name: 'pin: right, untrusted root',
    scene: async ({ stranger }) => {
      const { cert, key } = await stranger.issue({ commonName: 'localhost', usage: 'server' });
      return { server: { tls: { cert, key } }, client: { tls: { pins: [pin(cert)] } } };
    },
    expected: badChain('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
  },
  {
    name: 'pin: right, untrusted root, accepted by dangerouslyAcceptCertificate',
    scene: async ({ stranger }) => {
      const { cert, key } = await stranger.issue({ commonName: 'localhost', usage: 'server' });
      const tls = { pins: [pin(cert)], dangerouslyAcceptCertificate: accept };
      return { server: { tls: { cert, key } }, client: { tls } };
    },
    expected: { ...opens('TLSv1.3', 'dangerouslyAcceptCertificate'), dangerous: true },
  },
  {
    name: 'pin: of an authority that did not sign, accepted by dangerouslyAcceptCertificate',
    scene: async ({ stranger }) => {
      const forged = await stranger.issue({ commonName: 'localhost', usage: 'server' });
      return {
        // The names fit, so that OpenSSL makes a chain of the two.
        server: { tls: { cert: damaged(forged.cert) + stranger.certificate, key: forged.key } },
        client: {
          tls: {
            pins: [pin(stranger.certificate)],
            dangerouslyAcceptCertificate: accept,
          },
        },
      };
    },
    expected: refused('PIN_MISMATCH', 'chain'),
  },
];
