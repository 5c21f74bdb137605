import { Book, makeBooks } from '../messages/book.js';
import { makeTicks, Tick } from '../messages/tick.js';

/**
 * What is written.
 *
 * @typedef {object} Messages
 * @property {import('io-ts').Type<any, unknown, unknown>} type
 * @property {() => unknown[]} make
 */

/**
 * Puts an object together as programs do that merge what they know: objects of one kind come in several
 * layouts.
 *
 * @param {Readonly<Record<string, unknown>>} message
 * @param {number} at
 */
function spread(message, at) {
  const entries = Object.entries(message);
  const cut = 1 + (at % (entries.length - 1));
  const head = Object.fromEntries(entries.slice(0, cut));
  const tail = Object.fromEntries(entries.slice(cut));
  return at % 2 === 0 ? { ...head, ...tail } : { ...tail, ...head };
}

/** @param {import('../messages/tick.js').TickMessage} tick */
const literalTick = ({ symbol, price, quantity, side, sequence, timestamp }) => ({
  symbol,
  price,
  quantity,
  side,
  sequence,
  timestamp,
});

/** @param {import('../messages/book.js').BookMessage} book */
const literalBook = ({ symbol, sequence, timestamp, bids, asks }) => ({
  symbol,
  sequence,
  timestamp,
  bids,
  asks,
});

/** @type {Readonly<Record<string, Messages>>} */
export const MESSAGES = {
  'tick by a literal': { type: Tick, make: () => makeTicks(512).map(literalTick) },
  'tick by spreads': { type: Tick, make: () => makeTicks(512).map(spread) },
  'order book by a literal': { type: Book, make: () => makeBooks(256).map(literalBook) },
  'order book by spreads': { type: Book, make: () => makeBooks(256).map(spread) },
};
