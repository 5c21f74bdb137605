// CPU that a client spends to send a message over TLS on loopback, and how long an echo takes: rx-wss beside
// raw ws, which tells nothing of what became of a message, a callback, or a promise. Server and contestants are
// processes of their own; they take turns, round by round. ROUNDS=3 and WORKLOAD=echo make it shorter.
import { createCertificateAuthority } from 'rx-wss/testing';

import { contest } from './send/contest.js';
import { WORKLOADS, workloadNamed } from './send/workloads.js';
import { writeResults } from './support/results.js';
import { chosenOf, roundsOr } from './support/settings.js';
import { comparePairs, rowsOf } from './support/statistics.js';
import { pairText, rowsText } from './support/table.js';

const ROUNDS = roundsOr(9);
const ALL = Object.keys(WORKLOADS);
const names = chosenOf(ALL, 'WORKLOAD');

/** Each beside what is told as much by raw ws. */
const PAIRS = /** @type {const} */ ([
  ['rx-wss next', 'ws + callback'],
  ['rx-wss send', 'ws + promise'],
]);

const authority = await createCertificateAuthority();
const { cert, key } = await authority.issue({ commonName: 'localhost', usage: 'server' });
const credentials = { ca: authority.certificate, cert, key };

const rows = [];
const pairs = [];
for (const name of names) {
  const { count, perTurn } = workloadNamed(name);
  const runs = await contest(name, ROUNDS, credentials);
  console.log(`\n${name}: ${count} messages, ${ROUNDS} rounds`);

  /** @type {Readonly<Record<string, (run: import('./send/contest.js').Run) => number>>} */
  const measures =
    perTurn === undefined
      ? {
          'echo, median': ({ p50 = NaN }) => p50,
          'echo, 99th percentile': ({ p99 = NaN }) => p99,
          'echo, CPU': ({ cpu }) => cpu / count,
        }
      : { [`${name}, CPU`]: ({ cpu }) => cpu / count };
  for (const [group, measure] of Object.entries(measures)) {
    const values = new Map([...runs].map(([each, found]) => [each, found.map(measure)]));
    const found = rowsOf(group, values);
    rows.push(...found);
    console.log(rowsText([group, 'a message'], found, 'µs'));
    const both = comparePairs(group, values, PAIRS);
    pairs.push(...both);
    for (const pair of both) console.log(pairText(pair));
  }
}
writeResults('send', {
  unit: 'microseconds a message, of CPU or of time',
  rounds: ROUNDS,
  isWhole: names.length === ALL.length,
  rows,
  pairs,
});
