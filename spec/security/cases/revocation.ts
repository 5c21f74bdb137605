import type { Pki } from '../support/pki.js';
import { badChain, opens } from './result.js';
import type { SecurityCase } from './security-case.js';

const YEAR = 365 * 86_400_000;
const DAY = 86_400_000;
const OUTDATED = {
  thisUpdate: new Date(Date.now() - YEAR),
  nextUpdate: new Date(Date.now() - DAY),
};

/** Whose lists the client has, and what is on them. */
interface Lists {
  /** Whether the list of the intermediate has the leaf; no list by default. */
  readonly leaf?: 'revoked' | 'good' | 'outdated';
  /** Whether the list of the root has the intermediate; no list by default. */
  readonly intermediate?: 'revoked' | 'good' | 'foreign';
}

const listed =
  (lists: Lists): SecurityCase['scene'] =>
  async ({ root, intermediate, stranger }: Pki) => {
    const {
      chain: cert,
      key,
      serialNumber,
    } = await intermediate.issue({
      commonName: 'localhost',
      usage: 'server',
    });
    const crl = [
      ...(lists.leaf === undefined
        ? []
        : [
            await intermediate.issueRevocationList({
              serialNumbers: lists.leaf === 'revoked' ? [serialNumber] : [],
              ...(lists.leaf === 'outdated' ? OUTDATED : {}),
            }),
          ]),
      ...(lists.intermediate === undefined
        ? []
        : [
            await (lists.intermediate === 'foreign' ? stranger : root).issueRevocationList({
              serialNumbers: lists.intermediate === 'revoked' ? [intermediate.serialNumber] : [],
            }),
          ]),
    ];
    return {
      server: { tls: { cert, key } },
      client: { tls: crl.length === 0 ? {} : { crl } },
    };
  };

/** Lists of revoked certificates. */
export const REVOCATION_CASES: readonly SecurityCase[] = [
  { name: 'crl: revoked, but no list is given', scene: listed({}), expected: opens() },
  {
    name: 'crl: nothing revoked',
    scene: listed({ leaf: 'good', intermediate: 'good' }),
    expected: opens(),
  },
  {
    name: 'crl: the leaf revoked',
    scene: listed({ leaf: 'revoked', intermediate: 'good' }),
    expected: badChain('CERT_REVOKED'),
  },
  {
    name: 'crl: the intermediate revoked',
    scene: listed({ leaf: 'good', intermediate: 'revoked' }),
    expected: badChain('CERT_REVOKED'),
  },
  {
    name: 'crl: none of the root',
    scene: listed({ leaf: 'good' }),
    expected: badChain('UNABLE_TO_GET_CRL'),
  },
  {
    name: 'crl: none of the intermediate',
    scene: listed({ intermediate: 'good' }),
    expected: badChain('UNABLE_TO_GET_CRL'),
  },
  {
    name: 'crl: of another authority',
    scene: listed({ leaf: 'good', intermediate: 'foreign' }),
    expected: badChain('UNABLE_TO_GET_CRL'),
  },
  {
    name: 'crl: out of date',
    scene: listed({ leaf: 'outdated', intermediate: 'good' }),
    expected: badChain('CRL_HAS_EXPIRED'),
  },
];
