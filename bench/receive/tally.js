import { setTimeout as sleep } from 'node:timers/promises';

import { startCpu } from '../support/cpu.js';

/** How long to listen for messages too many, in milliseconds. */
const GRACE = 20;

/**
 * What is to come in a timed run.
 *
 * @typedef {{ count: number, sum: number }} Expected
 */

/**
 * What a timed run took, in microseconds.
 *
 * @typedef {{ cpu: number, wall: number }} Spent
 */

/**
 * @typedef {object} End
 * @property {Promise<Spent>} promise
 * @property {(spent: Spent) => void} resolve
 * @property {(reason: unknown) => void} reject
 */

/**
 * Counts what a contestant got out of a timed run, and what it spent.
 *
 * @typedef {object} Tally
 * @property {(expected: Expected) => void} start
 * @property {(weight: number, count?: number) => void} add
 * @property {(reason: unknown) => void} fail
 * @property {() => Promise<Spent>} finished Rejects when there was more or other than was expected.
 */

/** @returns {Tally} */
export function createTally() {
  let count = 0;
  let sum = 0;
  /** @type {Expected} */
  let expected = { count: 0, sum: 0 };
  let spent = () => 0;
  let from = 0;
  let end = createEnd();
  return {
    start: (next) => {
      if (count !== expected.count) throw new Error(`${count - expected.count} messages too many`);
      count = 0;
      sum = 0;
      expected = next;
      end = createEnd();
      from = performance.now();
      spent = startCpu();
    },
    add: (weight, units = 1) => {
      sum += weight;
      count += units;
      if (count === expected.count) {
        end.resolve({ cpu: spent(), wall: (performance.now() - from) * 1_000 });
      }
    },
    fail: (reason) => end.reject(reason),
    finished: async () => {
      const outcome = await end.promise;
      await sleep(GRACE);
      if (count !== expected.count || sum !== expected.sum) {
        const wanted = `${expected.count} of ${expected.sum} in all`;
        throw new Error(`got ${count} of ${sum} in all, where ${wanted} were sent`);
      }
      return outcome;
    },
  };
}

/** @returns {End} */
function createEnd() {
  /** @type {any} */
  const end = {};
  end.promise = new Promise((resolve, reject) => Object.assign(end, { resolve, reject }));
  // A run may fail before anybody asks how it went.
  end.promise.catch(() => undefined);
  return end;
}
