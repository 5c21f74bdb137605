/**
 * @typedef {object} Spread
 * @property {number} median
 * @property {number} q1 A quarter of the values is below.
 * @property {number} q3 A quarter of the values is above.
 */

/**
 * Gives the median and the quartiles, between two values where they fall there.
 *
 * @param {readonly number[]} values
 * @returns {Spread}
 */
export function spreadOf(values) {
  const sorted = [...values].sort((a, b) => a - b);
  /** @param {number} share */
  const quantile = (share) => {
    const at = (sorted.length - 1) * share;
    const below = sorted[Math.floor(at)] ?? NaN;
    const above = sorted[Math.ceil(at)] ?? NaN;
    return below + (above - below) * (at - Math.floor(at));
  };
  return { median: quantile(0.5), q1: quantile(0.25), q3: quantile(0.75) };
}

/**
 * Gives the quotients of the values of two contestants, round by round: what disturbs a round
 * disturbs both.
 *
 * @param {readonly number[]} values
 * @param {readonly number[]} base
 * @returns {Spread}
 */
function ratioOf(values, base) {
  return spreadOf(values.map((value, round) => value / (base[round] ?? NaN)));
}

/**
 * What one contestant took.
 *
 * @typedef {object} Row
 * @property {string} group What was done: the workload, the message.
 * @property {string} name Who did it.
 * @property {number} median
 * @property {number} q1
 * @property {number} q3
 * @property {number} ratio The median of the rounds' ratios to the group's base.
 * @property {number} ratioQ1
 * @property {number} ratioQ3
 */

/**
 * Gives a row for each contestant of a group.
 *
 * @param {string} group
 * @param {ReadonlyMap<string, readonly number[]>} values By contestant, the base first.
 * @returns {Row[]}
 */
export function rowsOf(group, values) {
  const [base = []] = values.values();
  return [...values].map(([name, own]) => {
    const { median, q1, q3 } = spreadOf(own);
    const ratio = ratioOf(own, base);
    const ratios = { ratio: ratio.median, ratioQ1: ratio.q1, ratioQ3: ratio.q3 };
    return { group, name, median, q1, q3, ...ratios };
  });
}

/**
 * One contestant beside another that is not the base.
 *
 * @typedef {object} Pair
 * @property {string} group
 * @property {string} name
 * @property {string} by What it is measured by.
 * @property {number} ratio
 * @property {number} ratioQ1
 * @property {number} ratioQ3
 */

/**
 * Compares the pairs that a statement is made about.
 *
 * @param {string} group
 * @param {ReadonlyMap<string, readonly number[]>} values By contestant.
 * @param {readonly (readonly [name: string, by: string])[]} pairs
 * @returns {Pair[]} Of those where both took part.
 */
export function comparePairs(group, values, pairs) {
  return pairs.flatMap(([name, by]) => {
    const own = values.get(name);
    const base = values.get(by);
    if (own === undefined || base === undefined) return [];
    const { median, q1, q3 } = ratioOf(own, base);
    return [{ group, name, by, ratio: median, ratioQ1: q1, ratioQ3: q3 }];
  });
}
