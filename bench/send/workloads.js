import { makeTicks } from '../messages/tick.js';

/**
 * What a client sends.
 *
 * @typedef {object} Workload
 * @property {number} count Messages in a timed run.
 * @property {number} [perTurn] So many in each turn of the event loop. Without it, each waits for the echo of
 * the one before.
 */

/** @type {Readonly<Record<string, Workload>>} */
export const WORKLOADS = {
  '1 a turn': { count: 40_000, perTurn: 1 },
  '10 a turn': { count: 100_000, perTurn: 10 },
  '100 a turn': { count: 150_000, perTurn: 100 },
  echo: { count: 12_000 },
};

/**
 * Finds a workload by its name.
 *
 * @param {string} name
 * @returns {Workload}
 */
export function workloadNamed(name) {
  const workload = WORKLOADS[name];
  if (workload === undefined) throw new Error(`no workload is named ${name}`);
  return workload;
}

/**
 * Gives the messages that are sent in rotation: JSON of about 120 bytes.
 *
 * @returns {string[]}
 */
export function makePayloads() {
  return makeTicks(512).map((tick) => JSON.stringify(tick));
}

/**
 * Gives how many bytes a run has on the wire.
 *
 * @param {Workload} workload
 * @returns {number}
 */
export function wireBytesOf({ count }) {
  const sizes = makePayloads().map(wireSizeOf);
  let total = 0;
  for (let at = 0; at < count; at += 1) total += sizes[at % sizes.length] ?? NaN;
  return total;
}

/** With the header and the mask of a client's frame (RFC 6455 section 5.2). @param {string} payload */
function wireSizeOf(payload) {
  const size = Buffer.byteLength(payload);
  return (size < 126 ? 2 : 4) + 4 + size;
}
