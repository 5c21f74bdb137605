import { makeBooks } from '../messages/book.js';
import { makeTicks } from '../messages/tick.js';

/**
 * Gives a message as it comes from `JSON.parse`.
 *
 * @param {unknown} message
 * @returns {any}
 */
const parsed = (message) => JSON.parse(JSON.stringify(message));

/**
 * What is checked: messages that are right, and for the test of the contestants some that are not.
 *
 * @typedef {{ right: readonly unknown[], wrong: readonly unknown[] }} Inputs
 */

/** @type {Readonly<Record<string, () => Inputs>>} */
export const INPUTS = {
  tick: () => {
    const right = makeTicks(512).map(parsed);
    const [tick] = right;
    const wrong = [{ side: 'hold' }, { price: '1.5' }, { symbol: 7 }, { timestamp: null }];
    return { right, wrong: [null, [], {}, ...wrong.map((field) => ({ ...tick, ...field }))] };
  },
  'order book': () => {
    const right = makeBooks(256).map(parsed);
    const [book] = right;
    const wrong = [{ bids: {} }, { asks: [[1, 2], [1]] }, { asks: [[1, '2']] }, { bids: [null] }];
    return { right, wrong: [null, [], {}, ...wrong.map((field) => ({ ...book, ...field }))] };
  },
};
