import { startChild } from './child.js';
import { interleave } from './interleave.js';
import { writeResults } from './results.js';
import { chosenOf, roundsOr } from './settings.js';
import { comparePairs, rowsOf } from './statistics.js';
import { pairText, rowsText } from './table.js';

const WARM_UPS = 2;

/**
 * Times contestants that do the same without a line: each in a process of its own, by turns, on every group of
 * inputs. Prints a table for each group and keeps the results.
 *
 * @param {object} bench
 * @param {string} bench.name
 * @param {URL} bench.child What runs `serveMicro`.
 * @param {readonly string[]} bench.groups
 * @param {readonly string[]} bench.names Of the contestants: the first is what the others are measured by.
 * @param {readonly (readonly [name: string, by: string])[]} [bench.pairs] To be compared besides.
 */
export async function microBench({ name, child, groups, names, pairs = [] }) {
  const rounds = roundsOr(11);
  const chosen = chosenOf(groups, 'GROUP');
  const rows = [];
  const compared = [];
  for (const group of chosen) {
    const costs = await timeGroup(child, group, names, rounds);
    const found = rowsOf(group, costs);
    rows.push(...found);
    console.log(`\n${group}: ${rounds} rounds`);
    console.log(rowsText(['', 'CPU'], found, 'ns'));
    const both = comparePairs(group, costs, pairs);
    compared.push(...both);
    for (const pair of both) console.log(pairText(pair));
  }
  const unit = 'nanoseconds of CPU each';
  const isWhole = chosen.length === groups.length;
  writeResults(name, { unit, rounds, isWhole, rows, pairs: compared });
}

/**
 * @param {URL} file
 * @param {string} group
 * @param {readonly string[]} names
 * @param {number} rounds
 * @returns {Promise<ReadonlyMap<string, number[]>>}
 */
async function timeGroup(file, group, names, rounds) {
  const children = new Map(names.map((name) => [name, startChild(file)]));
  try {
    for (const [name, child] of children) await child.ask({ open: { group, name } });
    return await interleave(names, {
      rounds,
      warmUps: WARM_UPS,
      run: async (name) => await children.get(name)?.ask({}),
    });
  } finally {
    for (const child of children.values()) child.stop();
  }
}
