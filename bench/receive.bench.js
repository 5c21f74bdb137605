// CPU that a client spends on a message, end to end over TLS on loopback: rx-wss beside the ways to do the
// same without it, and beside what does less. Server and contestants are processes of their own; they take
// turns, round by round. ROUNDS=3 and WORKLOAD=ticks make it shorter.
import { createCertificateAuthority } from 'rx-wss/testing';

import { contest } from './receive/contest.js';
import { WORKLOADS, workloadNamed } from './receive/workloads.js';
import { writeResults } from './support/results.js';
import { chosenOf, roundsOr } from './support/settings.js';
import { comparePairs, rowsOf, spreadOf } from './support/statistics.js';
import { pairText, tableText, threeDigits } from './support/table.js';

const ROUNDS = roundsOr(9);
const ALL = Object.keys(WORKLOADS);
const names = chosenOf(ALL, 'WORKLOAD');

const authority = await createCertificateAuthority();
const { cert, key } = await authority.issue({ commonName: 'localhost', usage: 'server' });
const credentials = { ca: authority.certificate, cert, key };

const HEAD = ['', 'CPU/message', 'ratio', 'quartiles', 'server CPU', 'server busy'];
const rows = [];
const pairs = [];
for (const name of names) {
  const { count } = workloadNamed(name);
  const runs = await contest(name, ROUNDS, credentials);
  const costs = new Map(
    [...runs].map(([contestant, each]) => [contestant, each.map(({ cpu }) => cpu / count)]),
  );
  const found = rowsOf(name, costs).map((row) => {
    const each = runs.get(row.name) ?? [];
    return {
      ...row,
      serverCpu: spreadOf(each.map(({ serverCpu }) => serverCpu / count)).median,
      serverBusy: spreadOf(each.map(({ serverCpu, wall }) => serverCpu / wall)).median,
    };
  });
  rows.push(...found);
  const lines = found.map((row) => [
    row.name,
    `${threeDigits(row.median)} µs`,
    row.ratio.toFixed(2),
    `${row.ratioQ1.toFixed(2)}-${row.ratioQ3.toFixed(2)}`,
    `${threeDigits(row.serverCpu)} µs`,
    `${(row.serverBusy * 100).toFixed(0)} %`,
  ]);
  console.log(`\n${name}: ${count} messages, ${ROUNDS} rounds`);
  console.log(tableText(HEAD, lines));
  const both = comparePairs(name, costs, [['rx-wss', 'ws + JSON.parse']]);
  pairs.push(...both);
  for (const pair of both) console.log(pairText(pair));
}
writeResults('receive', {
  unit: 'microseconds of CPU a message',
  rounds: ROUNDS,
  isWhole: names.length === ALL.length,
  rows,
  pairs,
});
