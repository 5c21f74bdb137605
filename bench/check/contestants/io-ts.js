import { Book } from '../../messages/book.js';
import { Tick } from '../../messages/tick.js';

/** @typedef {Readonly<Record<string, (value: unknown) => boolean>>} Checks By message. */

/** @type {Checks} */
export const decodes = {
  tick: (value) => Tick.decode(value)._tag === 'Right',
  'order book': (value) => Book.decode(value)._tag === 'Right',
};

/** @type {Checks} */
export const guards = { tick: Tick.is, 'order book': Book.is };
