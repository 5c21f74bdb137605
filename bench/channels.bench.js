// CPU that a client spends to bring a message to its channel, by the number of channels, over TLS on loopback;
// and rxjs's multiplex beside, which asks every subscriber about every message. Server and contestants are
// processes of their own; they take turns, round by round. ROUNDS=3 and WORKLOAD=flooded make it shorter.
import { createCertificateAuthority } from 'rx-wss/testing';

import { CONTESTANTS, contestantNamed, PACES } from './channels/workloads.js';
import { startChild } from './support/child.js';
import { interleave } from './support/interleave.js';
import { writeResults } from './support/results.js';
import { chosenOf, roundsOr } from './support/settings.js';
import { comparePairs, rowsOf } from './support/statistics.js';
import { pairText, rowsText } from './support/table.js';

const ROUNDS = roundsOr(9);
const WARM_UPS = 2;
const ALL = Object.keys(PACES);
const paces = chosenOf(ALL, 'WORKLOAD');
const names = Object.keys(CONTESTANTS);
const PAIRS = /** @type {const} */ ([
  ['rx-wss channel, 1,000', 'rx-wss channel, 10'],
  ['rx-wss channel, 10,000', 'rx-wss channel, 10'],
  ['ws + Map, 1,000', 'ws + Map, 10'],
  ['ws + Map, 10,000', 'ws + Map, 10'],
  ['ws + Map of subscribers, 10,000', 'ws + Map of subscribers, 10'],
  ['rx-wss channel, 10,000', 'ws + Map of subscribers, 10,000'],
  ['rxjs multiplex, 10', 'rx-wss channel, 10'],
  ['rxjs multiplex, 1,000', 'rx-wss channel, 1,000'],
  ['rxjs multiplex, 10,000', 'rx-wss channel, 10,000'],
]);

const authority = await createCertificateAuthority();
const { cert, key } = await authority.issue({ commonName: 'localhost', usage: 'server' });

const server = startChild(new URL('./channels/server.js', import.meta.url));
const clients = new Map(
  names.map((name) => [name, startChild(new URL('./channels/client.js', import.meta.url))]),
);
/** @param {string} name */
const lineOf = (name) => `/${names.indexOf(name)}`;
const origin = await server.ask({ listen: { cert, key } });
for (const [contestant, client] of clients) {
  const url = `${origin}${lineOf(contestant)}`;
  await client.ask({ open: { contestant, url, ca: authority.certificate } });
}
const rows = [];
const pairs = [];
for (const pace of paces) {
  const { perMillisecond, most = Infinity } = PACES[pace] ?? {};
  const costs = await interleave(names, {
    rounds: ROUNDS,
    warmUps: WARM_UPS,
    run: async (name) => {
      const { channels, most: own = Infinity } = contestantNamed(name);
      const count = Math.min(most, own);
      const client = clients.get(name);
      await client?.ask({ start: { count } });
      const [cpu] = await Promise.all([
        client?.ask({}),
        server.ask({ send: { line: lineOf(name), channels, count, perMillisecond } }),
      ]);
      return cpu / count;
    },
  });
  const found = rowsOf(pace, costs);
  rows.push(...found);
  console.log(`\n${pace}: ${ROUNDS} rounds`);
  console.log(rowsText(['', 'CPU/message'], found, 'µs'));
  const both = comparePairs(pace, costs, PAIRS);
  pairs.push(...both);
  for (const pair of both) console.log(pairText(pair));
}
server.stop();
for (const client of clients.values()) client.stop();
writeResults('channels', {
  unit: 'microseconds of CPU a message',
  rounds: ROUNDS,
  isWhole: paces.length === ALL.length,
  rows,
  pairs,
});
