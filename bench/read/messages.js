import { Book, makeBooks } from '../messages/book.js';
import { Chat, makeChats } from '../messages/chat.js';
import { makeWideTicks, StrictTick } from '../messages/strict-tick.js';
import { makeTicks, Tick } from '../messages/tick.js';

/**
 * What is read.
 *
 * @typedef {object} Messages
 * @property {import('io-ts').Type<any, unknown, unknown>} type
 * @property {() => string[]} make Gives the texts.
 */

/** @param {unknown} message */
const text = (message) => JSON.stringify(message);

/**
 * The spacing of Python's `json.dumps`.
 *
 * @param {string} json With no `,"` or `":` in its strings.
 */
const spaced = (json) => json.replaceAll(',"', ', "').replaceAll('":', '": ');

/** @type {Readonly<Record<string, Messages>>} */
export const MESSAGES = {
  tick: { type: Tick, make: () => makeTicks(512).map(text) },
  'order book': { type: Book, make: () => makeBooks(256).map(text) },
  'chat message': { type: Chat, make: () => makeChats(512).map(text) },
  'tick with the spacing of Python': {
    type: Tick,
    make: () => makeTicks(512).map((tick) => spaced(text(tick))),
  },
  'strict tick with four keys more': {
    type: StrictTick,
    make: () => makeWideTicks(512).map(text),
  },
};
