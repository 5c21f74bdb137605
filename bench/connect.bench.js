// CPU and memory of 1,000 connections with mutual TLS: rx-wss beside raw ws, given the same options.
// Every turn of a contestant is a process of its own; they take turns, round by round. CONNECTIONS=100 and
// ROUNDS=3 make it shorter.
import { createCertificateAuthority } from 'rx-wss/testing';

import { startChild } from './support/child.js';
import { interleave } from './support/interleave.js';
import { writeResults } from './support/results.js';
import { roundsOr } from './support/settings.js';
import { rowsOf } from './support/statistics.js';
import { tableText, threeDigits } from './support/table.js';

const ALL = 1_000;
const CONNECTIONS = Number(process.env.CONNECTIONS ?? ALL);
const ROUNDS = roundsOr(7);
const CONTESTANTS = ['ws', 'rx-wss', 'ws again'];
/** The memory is to be measured as it is. */
const OWN_HEAP = /** @type {string[]} */ ([]);

/** @typedef {{ cpu: number, rss: number }} Turn Milliseconds and bytes for a connection. */

const authority = await createCertificateAuthority();
const { cert, key } = await authority.issue({ commonName: 'localhost', usage: 'server' });
const client = await authority.issue({ commonName: 'bench', usage: 'client' });
const ca = authority.certificate;

const server = startChild(new URL('./connect/server.js', import.meta.url), OWN_HEAP);
const url = await server.ask({ cert, key, ca });
/** @type {(name: string) => Promise<Turn>} */
const run = async (name) => {
  const child = startChild(new URL('./connect/client.js', import.meta.url), OWN_HEAP);
  const turn = await child.ask({
    library: name.replace(' again', ''),
    url,
    connections: CONNECTIONS,
    tls: { ca, cert: client.cert, key: client.key },
  });
  child.stop();
  return turn;
};
const turns = await interleave(CONTESTANTS, { rounds: ROUNDS, warmUps: 0, run });
server.stop();

/** @param {string} group @param {(turn: Turn) => number} costOf */
const compare = (group, costOf) =>
  rowsOf(group, new Map([...turns].map(([name, each]) => [name, each.map(costOf)])));
const cpu = compare('milliseconds of CPU', (turn) => turn.cpu);
const rss = compare('KiB of memory', (turn) => turn.rss / 1024);

console.log(`${CONNECTIONS} connections with mutual TLS, ${ROUNDS} rounds`);
console.log(
  tableText(
    ['', 'CPU/connect', 'ratio', 'RSS/connection', 'ratio'],
    cpu.map((row, at) => [
      row.name,
      `${threeDigits(row.median)} ms`,
      row.ratio.toFixed(2),
      `${threeDigits(rss[at]?.median ?? NaN)} KiB`,
      rss[at]?.ratio.toFixed(2) ?? '',
    ]),
  ),
);
writeResults('connect', {
  unit: 'each a connection',
  rounds: ROUNDS,
  isWhole: CONNECTIONS === ALL,
  rows: [...cpu, ...rss],
});
