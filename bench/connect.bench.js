// CPU and memory of 1,000 connections with mutual TLS: rx-wss beside raw ws, given the same options.
// Every contestant is a process of its own; they take turns, round by round.
import { fork } from 'node:child_process';
import { createCertificateAuthority } from 'rx-wss/testing';

const CONNECTIONS = Number(process.env.CONNECTIONS ?? 1_000);
const ROUNDS = Number(process.env.ROUNDS ?? 7);
const CONTESTANTS = ['ws', 'rx-wss', 'ws again'];

const authority = await createCertificateAuthority();
const server = await authority.issue({ commonName: 'localhost', usage: 'server' });
const client = await authority.issue({ commonName: 'bench', usage: 'client' });
const ca = authority.certificate;

/**
 * Starts a process, tells it what it needs, and gives what it answers.
 *
 * @param {string} file
 * @param {object} message
 * @returns {Promise<{ child: import('node:child_process').ChildProcess, answer: any }>}
 */
function start(file, message) {
  const child = fork(new URL(file, import.meta.url), { execArgv: ['--expose-gc'] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('message', (answer) => resolve({ child, answer }));
    child.send(message);
  });
}

const { child: peer, answer: url } = await start('./connect/server.js', {
  cert: server.cert,
  key: server.key,
  ca,
});

/** @typedef {{ cpu: number, rss: number }} Row */
/** @type {Record<string, Row[]>} */
const rows = Object.fromEntries(CONTESTANTS.map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (let turn = 0; turn < CONTESTANTS.length; turn += 1) {
    const name = CONTESTANTS[(round + turn) % CONTESTANTS.length] ?? '';
    const { child, answer } = await start('./connect/client.js', {
      library: name.replace(' again', ''),
      url,
      connections: CONNECTIONS,
      tls: { ca, cert: client.cert, key: client.key },
    });
    rows[name]?.push(answer);
    child.disconnect();
  }
}
peer.disconnect();

/** @param {readonly number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** @param {string} name @param {keyof Row} field */
const ratio = (name, field) =>
  median((rows[name] ?? []).map((row, at) => row[field] / (rows['ws']?.[at]?.[field] ?? NaN)));

console.log(
  `${CONNECTIONS} connections with mutual TLS, ${ROUNDS} rounds, medians; ratios to ws of the same round`,
);
console.log('contestant   CPU/connect  ratio   RSS/connection  ratio');
for (const name of CONTESTANTS) {
  const cpu = median((rows[name] ?? []).map((row) => row.cpu));
  const rss = median((rows[name] ?? []).map((row) => row.rss));
  console.log(
    [
      name.padEnd(11),
      `${cpu.toFixed(2)} ms`.padStart(12),
      ratio(name, 'cpu').toFixed(2).padStart(6),
      `${(rss / 1024).toFixed(1)} KiB`.padStart(16),
      ratio(name, 'rss').toFixed(2).padStart(6),
    ].join(' '),
  );
}
