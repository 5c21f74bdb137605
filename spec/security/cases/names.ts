import type { LeafOptions } from '../../../src/testing/index.js';
import { opens, WRONG_NAME } from './result.js';
import type { Result } from './result.js';
import type { ClientRecipe, SecurityCase } from './security-case.js';

interface NameCase {
  readonly name: string;
  readonly leaf: Partial<LeafOptions>;
  /** As it stands in the URL. */
  readonly host?: string;
  readonly tls?: ClientRecipe['tls'];
  readonly listens?: string;
  readonly expected: Result;
}

const wildcard = (pattern: string, host: string, expected: Result): NameCase => ({
  name: `${pattern} for ${host}`,
  leaf: { dns: [pattern] },
  host,
  expected,
});

const CASES: readonly NameCase[] = [
  { name: 'wrong host', leaf: { dns: ['other.test'] }, expected: WRONG_NAME },
  { name: 'one name of several', leaf: { dns: ['other.test', 'localhost'] }, expected: opens() },
  { name: 'upper case', leaf: { dns: ['FEED.test'] }, host: 'feed.TEST', expected: opens() },
  { name: 'a final dot', leaf: { dns: ['feed.test'] }, host: 'feed.test.', expected: opens() },
  wildcard('*.feed.test', 'a.feed.test', opens()),
  wildcard('*.feed.test', 'feed.test', WRONG_NAME),
  wildcard('*.feed.test', 'a.b.feed.test', WRONG_NAME),
  wildcard('*.feed.test', 'a.other.test', WRONG_NAME),
  wildcard('*.test', 'feed.test', WRONG_NAME),
  wildcard('*', 'localhost', WRONG_NAME),
  wildcard('f*.feed.test', 'foo.feed.test', WRONG_NAME),
  wildcard('a.*.test', 'a.feed.test', WRONG_NAME),
  wildcard('*.xn--bcher-kva.test', 'a.bücher.test', opens()),
  wildcard('xn--*.feed.test', 'xn--bcher-kva.feed.test', WRONG_NAME),
  wildcard('xn--bcher-kva.test', 'bücher.test', opens()),
  wildcard('localhost\0.other.test', 'localhost', WRONG_NAME),
  {
    name: 'servername with U+3002 for a dot, *.b.test',
    leaf: { dns: ['*.b.test'] },
    tls: { servername: 'x。a.b.test' },
    expected: WRONG_NAME,
  },
  {
    name: 'servername in place of the host',
    leaf: { dns: ['feed.test'] },
    tls: { servername: 'feed.test' },
    expected: opens(),
  },
  { name: 'no common name', leaf: { commonName: '', dns: ['localhost'] }, expected: opens() },
  { name: 'common name only', leaf: { dns: [] }, expected: WRONG_NAME },
  {
    name: 'common name only, commonNameFallback',
    leaf: { dns: [] },
    tls: { commonNameFallback: true },
    expected: opens(),
  },
  {
    name: 'wrong common name, commonNameFallback',
    leaf: { commonName: 'other.test', dns: [] },
    tls: { commonNameFallback: true },
    expected: WRONG_NAME,
  },
  {
    name: 'right common name, wrong host, commonNameFallback',
    leaf: { dns: ['other.test'] },
    tls: { commonNameFallback: true },
    expected: WRONG_NAME,
  },
  { name: 'IPv4', leaf: { ip: ['127.0.0.1'] }, host: '127.0.0.1', expected: opens() },
  {
    name: 'IPv4 as a DNS name',
    leaf: { dns: ['127.0.0.1'] },
    host: '127.0.0.1',
    expected: WRONG_NAME,
  },
  {
    name: 'IPv4 as the common name, commonNameFallback',
    leaf: { commonName: '127.0.0.1', dns: [] },
    tls: { commonNameFallback: true },
    host: '127.0.0.1',
    expected: WRONG_NAME,
  },
  { name: 'wrong IPv4', leaf: { ip: ['127.0.0.2'] }, host: '127.0.0.1', expected: WRONG_NAME },
  { name: 'IPv6', leaf: { ip: ['::1'] }, host: '[::1]', listens: '::1', expected: opens() },
  {
    name: 'wrong IPv6',
    leaf: { ip: ['::2'] },
    host: '[::1]',
    listens: '::1',
    expected: WRONG_NAME,
  },
];

/** For whom the certificate is. */
export const NAME_CASES: readonly SecurityCase[] = CASES.map(
  ({ name, leaf, host = 'localhost', tls = {}, listens = '127.0.0.1', expected }) => ({
    name: `name: ${name.replace('\0', '\\0')}`,
    scene: async ({ root }) => {
      const { cert, key } = await root.issue({
        commonName: 'localhost',
        usage: 'server',
        ...leaf,
      });
      return { server: { tls: { cert, key }, host: listens }, client: { host, tls } };
    },
    expected,
  }),
);
