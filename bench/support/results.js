import { mkdirSync, writeFileSync } from 'node:fs';

import { FEWEST_ROUNDS } from './settings.js';

const FOLDER = new URL('../results/', import.meta.url);

/** @type {(key: string, value: unknown) => unknown} */
const short = (_, value) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value);

/**
 * Keeps what a benchmark found in `bench/results/`, unless it ran too little of itself to be quoted.
 *
 * @param {string} name
 * @param {object} found
 * @param {string} found.unit Of the medians and quartiles.
 * @param {number} found.rounds
 * @param {boolean} found.isWhole Whether nothing of the benchmark was left out.
 * @param {readonly (import('./statistics.js').Row & Readonly<Record<string, string | number>>)[]} found.rows
 * @param {readonly import('./statistics.js').Pair[]} [found.pairs]
 */
export function writeResults(name, { unit, rounds, isWhole, rows, pairs }) {
  if (!isWhole || rounds < FEWEST_ROUNDS) {
    console.log(`\nnot kept: a part of the benchmark, or fewer than ${FEWEST_ROUNDS} rounds`);
    return;
  }
  const date = new Date().toISOString().slice(0, 10);
  const found = { benchmark: name, date, node: process.version, unit, rounds, rows, pairs };
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(new URL(`${name}.json`, FOLDER), `${JSON.stringify(found, short, 2)}\n`);
  console.log(`\nkept in bench/results/${name}.json`);
}
