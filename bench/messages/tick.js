import * as t from 'io-ts';

import { createRandom } from '../support/random.js';

/** A trade on a market, 120 bytes as JSON. */
export const Tick = t.type({
  symbol: t.string,
  price: t.number,
  quantity: t.number,
  side: t.union([t.literal('buy'), t.literal('sell')]),
  sequence: t.number,
  timestamp: t.number,
});

/** @typedef {t.TypeOf<typeof Tick>} TickMessage */

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

/**
 * Gives ticks of 64 symbols, no two alike.
 *
 * @param {number} count
 * @returns {TickMessage[]}
 */
export function makeTicks(count) {
  const random = createRandom(1);
  const symbols = Array.from({ length: 64 }, () => {
    const name = Array.from({ length: 5 }, () => random.pick(LETTERS)).join('');
    return { name: `${name}-USDT`, price: random.decimal(500, 90_000, 2) };
  });
  return Array.from({ length: count }, (_, at) => {
    const { name, price } = random.pick(symbols);
    return {
      symbol: name,
      price: random.decimal(price * 0.99, price * 1.01, 2),
      quantity: random.decimal(0.0001, 9, 5),
      side: random.pick(/** @type {const} */ (['buy', 'sell'])),
      sequence: 7_248_213_907 + at,
      timestamp: 1_767_225_600_000 + at * 7 + random.below(7),
    };
  });
}
