/**
 * Gives a source of randomness that is the same at every run (mulberry32).
 *
 * @typedef {object} Random
 * @property {(limit: number) => number} below A whole number from 0 up to, but not including, the limit.
 * @property {(from: number, to: number, digits: number) => number} decimal
 * @property {() => string} uuid
 * @property {<T>(choices: readonly T[]) => T} pick
 */

/**
 * @param {number} seed
 * @returns {Random}
 */
export function createRandom(seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  /** @type {Random['below']} */
  const below = (limit) => Math.floor(next() * limit);
  /** @param {number} digits */
  const hex = (digits) => Array.from({ length: digits }, () => below(16).toString(16)).join('');
  return {
    below,
    decimal: (from, to, digits) => Number((from + next() * (to - from)).toFixed(digits)),
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
    pick: (choices) => /** @type {any} */ (choices[below(choices.length)]),
  };
}
