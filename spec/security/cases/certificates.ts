import type { TlsOptions as ServerTlsOptions } from 'node:tls';

import type { IssuedCertificate, LeafOptions } from '../../../src/testing/index.js';
import { damaged } from '../support/damaged.js';
import { alerted, badChain, broken, opens, refused } from './result.js';
import type { SecurityCase } from './security-case.js';

const YEAR = 365 * 86_400_000;
const from = (years: number): Date => new Date(Date.now() + years * YEAR);
const PAST = { notBefore: from(-2), notAfter: from(-1) } as const;
const FUTURE = { notBefore: from(1), notAfter: from(2) } as const;

/** What lets a server of today show what is too weak for it. */
const WEAK = 'DEFAULT:@SECLEVEL=0';

const SERVER = { commonName: 'localhost', usage: 'server' } as const;

/** A server that shows a certificate of the root. */
const showing =
  (options: Partial<LeafOptions>, server: ServerTlsOptions = {}): SecurityCase['scene'] =>
  async ({ root }) => {
    const { chain: cert, key } = await root.issue({ ...SERVER, ...options });
    return { server: { tls: { cert, key, ...server } } };
  };

const SECP = ['P-256', 'P-384', 'P-521'] as const;
const HASHES = ['SHA-384', 'SHA-512'] as const;
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;

/** Validity, keys, signatures and usage of the certificates. */
export const CERTIFICATE_CASES: readonly SecurityCase[] = [
  ...VERSIONS.map((version) => ({
    name: `a good certificate, ${version}`,
    scene: showing({}, { maxVersion: version }),
    expected: opens(version),
  })),
  { name: 'expired', scene: showing(PAST), expected: badChain('CERT_HAS_EXPIRED') },
  {
    name: 'expired, TLSv1.2',
    scene: showing(PAST, { maxVersion: 'TLSv1.2' }),
    expected: badChain('CERT_HAS_EXPIRED'),
  },
  { name: 'not yet valid', scene: showing(FUTURE), expected: badChain('CERT_NOT_YET_VALID') },
  {
    name: 'expired, and for another host',
    scene: showing({ ...PAST, dns: ['other.test'] }),
    expected: refused('CERT_HAS_EXPIRED', 'chain', 'name-mismatch'),
  },
  {
    name: 'self-signed',
    scene: showing({ isSelfSigned: true }),
    expected: badChain('DEPTH_ZERO_SELF_SIGNED_CERT'),
  },
  {
    name: 'self-signed, given as ca',
    scene: async ({ root }) => {
      const { cert, key } = await root.issue({ ...SERVER, isSelfSigned: true });
      return { server: { tls: { cert, key } }, client: { tls: { ca: cert } } };
    },
    expected: opens(),
  },
  {
    name: 'sha1 signature',
    scene: showing({ hash: 'SHA-1' }, { ciphers: WEAK }),
    expected: badChain('UNSPECIFIED'),
  },
  {
    name: 'sha1 signature of an intermediate',
    scene: async ({ root }) => {
      const weak = await root.issueIntermediate({ hash: 'SHA-1' });
      const { chain: cert, key } = await weak.issue(SERVER);
      return { server: { tls: { cert, key, ciphers: WEAK } } };
    },
    expected: badChain('UNSPECIFIED'),
  },
  ...HASHES.map((hash) => ({
    name: `${hash.toLowerCase().replace('-', '')} signature`,
    scene: showing({ hash }),
    expected: opens(),
  })),
  {
    name: 'rsa512 key',
    scene: showing({ keyType: 'rsa', modulusLength: 512 }, { ciphers: WEAK }),
    expected: alerted(40),
  },
  {
    name: 'rsa512 key, TLSv1.2',
    scene: showing(
      { keyType: 'rsa', modulusLength: 512 },
      { ciphers: WEAK, maxVersion: 'TLSv1.2' },
    ),
    expected: badChain('UNSPECIFIED'),
  },
  {
    name: 'rsa1024 key',
    scene: showing({ keyType: 'rsa', modulusLength: 1024 }, { ciphers: WEAK }),
    expected: opens(),
    since: { 24: badChain('UNSPECIFIED') },
  },
  {
    name: 'rsa2048 key',
    scene: async (pki) => ({ server: { tls: certificateOf(await pki.rsaLeaf()) } }),
    expected: opens(),
  },
  {
    name: 'rsa4096 key',
    scene: showing({ keyType: 'rsa', modulusLength: 4096 }),
    expected: opens(),
  },
  ...SECP.map((namedCurve) => ({
    name: `${namedCurve} key`,
    scene: showing({ namedCurve }),
    expected: opens(),
  })),
  {
    name: '1,000 alternative names',
    scene: showing({ dns: manyNames(1_000) }),
    expected: opens(),
  },
  {
    name: '10,000 alternative names',
    scene: showing({ dns: manyNames(10_000) }),
    expected: broken(152),
  },
  {
    name: 'for clients only (extended key usage)',
    scene: showing({ usage: 'client', dns: ['localhost'] }),
    expected: badChain('INVALID_PURPOSE'),
  },
  {
    name: 'for servers and clients',
    scene: showing({ usage: ['server', 'client'] }),
    expected: opens(),
  },
  {
    name: 'a damaged signature',
    scene: ({ leaf }) => ({ server: { tls: { cert: damaged(leaf.cert), key: leaf.key } } }),
    expected: badChain('CERT_SIGNATURE_FAILURE'),
  },
  {
    name: 'must-staple without a staple',
    scene: showing({ extensions: [extension('1.3.6.1.5.5.7.1.24', '3003020105')] }),
    expected: opens(),
  },
  {
    name: 'a critical extension that nobody knows',
    scene: showing({ extensions: [{ ...extension('1.2.3.4', '0500'), isCritical: true }] }),
    expected: badChain('UNSPECIFIED'),
  },
];

function certificateOf({ chain, key }: IssuedCertificate): ServerTlsOptions {
  return { cert: chain, key };
}

function manyNames(count: number): readonly string[] {
  return ['localhost', ...Array.from({ length: count - 1 }, (_, index) => `h${index}.test`)];
}

function extension(oid: string, hex: string): { oid: string; value: Uint8Array<ArrayBuffer> } {
  return { oid, value: Uint8Array.from(Buffer.from(hex, 'hex')) };
}
