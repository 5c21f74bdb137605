import * as t from 'io-ts';

import { createRandom } from '../support/random.js';

const Level = t.tuple([t.number, t.number]);

/** An order book, 2 KiB as JSON: 48 levels of price and quantity on each side. */
export const Book = t.type({
  symbol: t.string,
  sequence: t.number,
  timestamp: t.number,
  bids: t.array(Level),
  asks: t.array(Level),
});

/** @typedef {t.TypeOf<typeof Book>} BookMessage */

const SYMBOLS = ['BTC-USD', 'ETH-USD', 'SOL-USD', 'ADA-USD', 'XRP-USD', 'DOT-USD'];
const LEVELS = 48;

/**
 * Gives order books, no two alike.
 *
 * @param {number} count
 * @returns {BookMessage[]}
 */
export function makeBooks(count) {
  const random = createRandom(2);
  return Array.from({ length: count }, (_, at) => {
    const middle = random.decimal(1_000, 90_000, 2);
    /** @param {number} direction */
    const side = (direction) =>
      Array.from({ length: LEVELS }, (_, level) => {
        const price = middle + direction * (level + 1) * 0.37;
        return /** @type {[number, number]} */ ([
          Number(price.toFixed(2)),
          random.decimal(0.001, 60, 6),
        ]);
      });
    return {
      symbol: random.pick(SYMBOLS),
      sequence: 9_120_400 + at,
      timestamp: 1_767_225_600_000 + at * 50,
      bids: side(-1),
      asks: side(1),
    };
  });
}
