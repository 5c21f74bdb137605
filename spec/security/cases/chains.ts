import { createCertificateAuthority } from '../../../src/testing/index.js';
import type { AuthorityOptions, CertificateAuthority } from '../../../src/testing/index.js';
import type { Pki } from '../support/pki.js';
import { badChain, opens } from './result.js';
import type { SecurityCase } from './security-case.js';

const SERVER = { commonName: 'localhost', usage: 'server' } as const;

/** What a server presents, whom it is issued by, and whom the client trusts. */
interface Chain {
  readonly issuer: CertificateAuthority;
  /** After the leaf; by default what belongs there. */
  readonly then?: readonly string[];
  readonly ca?: string;
}

const chain =
  (make: (pki: Pki) => Chain | Promise<Chain>): SecurityCase['scene'] =>
  async (pki) => {
    const { issuer, then = [issuer.chain], ca = pki.root.certificate } = await make(pki);
    const { cert, key } = await issuer.issue(SERVER);
    return {
      server: { tls: { cert: [cert, ...then].join(''), key } },
      client: { tls: { ca } },
    };
  };

/** Under an intermediate of the root that is not as it should be. */
const under = (options: AuthorityOptions): SecurityCase['scene'] =>
  chain(async ({ root }) => ({ issuer: await root.issueIntermediate(options) }));

/** Under an intermediate of such an intermediate. */
const underTwo = (options: AuthorityOptions): SecurityCase['scene'] =>
  chain(async ({ root }) => {
    const upper = await root.issueIntermediate(options);
    return { issuer: await upper.issueIntermediate() };
  });

const YEAR = 365 * 86_400_000;
const DAY = 86_400_000;
const EXPIRED = { notBefore: new Date(Date.now() - YEAR), notAfter: new Date(Date.now() - DAY) };

/** What leads from the certificate to the trust anchor. */
export const CHAIN_CASES: readonly SecurityCase[] = [
  {
    name: 'chain: leaf and intermediate',
    scene: chain(({ intermediate: issuer }) => ({ issuer })),
    expected: opens(),
  },
  {
    name: 'chain: two intermediates',
    scene: underTwo({}),
    expected: opens(),
  },
  {
    name: 'chain: incomplete, no intermediate',
    scene: chain(({ intermediate: issuer }) => ({ issuer, then: [] })),
    expected: badChain('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
  },
  {
    name: 'chain: misordered (leaf, root, intermediate)',
    scene: chain(({ root, intermediate }) => ({
      issuer: intermediate,
      then: [root.certificate, intermediate.certificate],
    })),
    expected: opens(),
  },
  {
    name: 'chain: a foreign certificate in it',
    scene: chain(({ intermediate, stranger }) => ({
      issuer: intermediate,
      then: [stranger.certificate, intermediate.certificate],
    })),
    expected: opens(),
  },
  {
    name: 'untrusted root, leaf only',
    scene: chain(({ stranger: issuer }) => ({ issuer })),
    expected: badChain('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
  },
  {
    name: 'untrusted root, intermediate sent',
    scene: chain(async ({ stranger }) => ({ issuer: await stranger.issueIntermediate() })),
    expected: badChain('UNABLE_TO_GET_ISSUER_CERT_LOCALLY'),
  },
  {
    name: 'untrusted root, root sent too',
    scene: chain(async ({ stranger }) => {
      const issuer = await stranger.issueIntermediate();
      return { issuer, then: [issuer.chain, stranger.certificate] };
    }),
    expected: badChain('SELF_SIGNED_CERT_IN_CHAIN'),
  },
  {
    name: 'untrusted root with the name of the trusted one',
    scene: chain(async () => {
      const commonName = 'the same name';
      const [trusted, issuer] = await Promise.all([authority(commonName), authority(commonName)]);
      return { issuer, ca: trusted.certificate };
    }),
    expected: badChain('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
  },
  {
    name: 'ca holds the intermediate alone',
    scene: chain(({ intermediate: issuer }) => ({ issuer, ca: issuer.certificate })),
    expected: badChain('UNABLE_TO_GET_ISSUER_CERT'),
  },
  {
    name: 'ca holds the leaf alone',
    scene: ({ leaf }) => ({
      server: { tls: { cert: leaf.cert, key: leaf.key } },
      client: { tls: { ca: leaf.cert } },
    }),
    expected: badChain('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
  },
  {
    name: 'intermediate: expired',
    scene: under(EXPIRED),
    expected: badChain('CERT_HAS_EXPIRED'),
  },
  {
    name: 'intermediate: not an authority',
    scene: under({ isAuthority: false }),
    expected: badChain('INVALID_PURPOSE'),
  },
  {
    name: 'intermediate: path length 0, as it is',
    scene: under({ pathLength: 0 }),
    expected: opens(),
  },
  {
    name: 'intermediate: path length exceeded',
    scene: underTwo({ pathLength: 0 }),
    expected: badChain('PATH_LENGTH_EXCEEDED'),
  },
  {
    name: 'intermediate: name permitted',
    scene: under({ nameConstraints: { permittedDns: ['localhost'] } }),
    expected: opens(),
  },
  {
    name: 'intermediate: name not permitted',
    scene: under({ nameConstraints: { permittedDns: ['allowed.test'] } }),
    expected: badChain('UNSPECIFIED'),
  },
  {
    name: 'intermediate: name excluded',
    scene: under({ nameConstraints: { excludedDns: ['localhost'] } }),
    expected: badChain('UNSPECIFIED'),
  },
];

function authority(commonName: string): Promise<CertificateAuthority> {
  return createCertificateAuthority({ commonName });
}
