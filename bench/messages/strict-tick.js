import * as t from 'io-ts';

import { createRandom } from '../support/random.js';
import { makeTicks, Tick } from './tick.js';

/** A tick of which nothing is kept but what its type names. */
export const StrictTick = t.exact(Tick);

/**
 * Gives ticks with four keys more than their type has, in front, between and behind.
 *
 * @param {number} count
 * @returns {Record<string, unknown>[]}
 */
export function makeWideTicks(count) {
  const random = createRandom(5);
  return makeTicks(count).map(({ symbol, price, ...others }) => ({
    event: 'trade',
    symbol,
    tradeId: 1_048_576 + random.below(900_000_000),
    price,
    ...others,
    isMaker: random.below(2) === 0,
    venue: random.pick(['XNAS', 'XPAR', 'XLON']),
  }));
}
