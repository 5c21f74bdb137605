// Has clients lose their connections in every way, for SOAK_SECONDS (30), and sees to it that they come
// back, at least SOAK_RECONNECTS times, and that heap and handles stay flat: `npm run soak`. To take a
// sample all cutting stops until everything is quiet. Then each client has one socket, one listener and
// at most two timers, those of its heartbeat; and the heap after a collection may not grow: the straight
// line through the samples of the second half may rise by no more than TOLERANCE.
import { getEventListeners, setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { startChild } from '../bench/support/child.js';
import { SoakClient } from './soak/client.js';
import { growthOf } from './soak/trend.js';

const SECONDS = Number(process.env.SOAK_SECONDS ?? 30);
const RECONNECTS = Number(process.env.SOAK_RECONNECTS ?? 6 * SECONDS);
const CLIENTS = 8;
const SAMPLES = 30;
/**
 * In bytes. What is compiled and cached comes ever more slowly: over the second half it was up to
 * 300 KiB of 30 s, 380 KiB of 60 s and 160 KiB of 120 s. A leak grows with the reconnects: in 30 s one
 * of 1 KiB each shows, in 1,800 s one of 20 bytes.
 */
const TOLERANCE = 512 * 1024;
/** How long everything may take to be quiet, in milliseconds. */
const PATIENCE = 10_000;

/**
 * @typedef {object} Sample
 * @property {number} at Seconds.
 * @property {number} reconnects
 * @property {number} messages
 * @property {number} heap
 * @property {number} rss
 * @property {Handles} handles
 */

/** @typedef {{ sockets: number, timers: number, listeners: number }} Handles */

if (globalThis.gc === undefined) throw new Error('Run it with node --expose-gc');

const server = startChild(new URL('./soak/server.js', import.meta.url), []);
const { ca, urls } = await server.ask({ clients: CLIENTS });
const shutdown = new AbortController();
setMaxListeners(2 * CLIENTS, shutdown.signal);
const bare = handles();
const clients = urls.map(
  /** @param {string} url @param {number} index */
  (url, index) => new SoakClient(`${url}/${index}`, ca, shutdown.signal),
);

/** @param {(client: SoakClient) => number} of */
const sum = (of) =>
  clients.reduce(
    (/** @type {number} */ total, /** @type {SoakClient} */ each) => total + of(each),
    0,
  );
const start = Date.now();
/** @type {Sample[]} */
const samples = [];
/** @type {string[]} */
const faults = [];

const head = ['s', 'reconnects', 'messages', 'heap KiB', 'RSS MiB'];
console.log(row([...head, 'sockets', 'timers', 'listeners']));
for (let number = 0; number <= SAMPLES && faults.length === 0; number += 1) {
  const until = start + (number / SAMPLES) * SECONDS * 1_000;
  await server.ask({ isCutting: true });
  for (const client of clients) client.go();
  while (Date.now() < until) {
    for (const client of clients) client.send();
    await sleep(10);
  }
  await server.ask({ isCutting: false });
  for (const client of clients) client.rest();
  const sample = await takeSample();
  samples.push(sample);
  print(sample);
}

const { tally } = await server.ask({});
for (const client of clients) client.stop();
await settle('everything to be gone', isBare);
server.stop();
report();

/** Gives a sample, once all is quiet. */
async function takeSample() {
  const isQuiet = () => clients.every((/** @type {SoakClient} */ client) => client.isQuiet);
  for (const client of clients) client.send();
  await settle('all clients to be back', isQuiet);
  await settle('one socket and one listener a client, and two timers', isTidy);
  // What a collection finalizes, the next one collects.
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.();
    await sleep(5);
  }
  const { heapUsed: heap, rss } = process.memoryUsage();
  return {
    at: (Date.now() - start) / 1_000,
    reconnects: sum(({ opens }) => opens) - CLIENTS,
    messages: sum(({ messages }) => messages),
    heap,
    rss,
    handles: handles(),
  };
}

/**
 * Counts what keeps the process alive, and who listens to the signal.
 *
 * @returns {Handles}
 */
function handles() {
  const active = process.getActiveResourcesInfo();
  /** @param {string} kind */
  const count = (kind) => active.filter((each) => each === kind).length;
  const listeners = getEventListeners(shutdown.signal, 'abort').length;
  return { sockets: count('TCPSocketWrap'), timers: count('Timeout'), listeners };
}

function isTidy() {
  const { sockets, timers, listeners } = handles();
  return sockets === CLIENTS && listeners === CLIENTS && timers <= 2 * CLIENTS;
}

/** Whether there is nothing but what was there before the clients. */
function isBare() {
  return JSON.stringify(handles()) === JSON.stringify(bare);
}

/**
 * @param {string} what
 * @param {() => boolean} isSo
 */
async function settle(what, isSo) {
  const end = Date.now() + PATIENCE;
  while (!isSo() && Date.now() < end) {
    for (const client of clients) if (!client.isQuiet) client.send();
    await sleep(20);
  }
  if (!isSo())
    faults.push(`waited ${PATIENCE} ms in vain for ${what}: ${JSON.stringify(handles())}`);
}

/** @param {Sample} sample */
function print({ at, reconnects, messages, heap, rss, handles }) {
  const cells = [at.toFixed(0), reconnects, messages, (heap / 1024).toFixed(0)];
  console.log(row([...cells, (rss / 2 ** 20).toFixed(0), ...Object.values(handles)]));
}

/** @param {readonly unknown[]} cells */
function row(cells) {
  return cells.map((cell) => String(cell).padStart(10)).join('');
}

function report() {
  console.log(`cuts: ${JSON.stringify(tally)}`);
  const endings = new Map();
  for (const client of clients) {
    for (const [name, count] of client.endings) endings.set(name, (endings.get(name) ?? 0) + count);
  }
  console.log(`endings: ${JSON.stringify(Object.fromEntries(endings))}`);

  const growth = growthOf(samples.map(({ at, heap }) => [at, heap]));
  const reconnects = samples.at(-1)?.reconnects ?? 0;
  console.log(`heap: ${(growth / 1024).toFixed(0)} KiB more over the second half`);
  if (growth > TOLERANCE) faults.push(`the heap grows by more than ${TOLERANCE / 1024} KiB`);
  if (reconnects < RECONNECTS) faults.push(`${reconnects} reconnects, expected ${RECONNECTS}`);
  for (const client of clients) faults.push(...client.errors.map(String));
  for (const fault of faults) console.error(`not ok  ${fault}`);
  console.log(faults.length === 0 ? `ok  ${reconnects} reconnects` : '');
  process.exitCode = faults.length === 0 ? 0 : 1;
}
