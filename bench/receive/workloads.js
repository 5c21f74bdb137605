import { makeBlobs } from '../messages/blob.js';
import { Book, makeBooks } from '../messages/book.js';
import { Chat, makeChats } from '../messages/chat.js';
import { makeTicks, Tick } from '../messages/tick.js';

/**
 * What a server sends, again and again.
 *
 * @typedef {object} Workload
 * @property {number} count Messages in a timed run: about half a second of CPU for raw ws with io-ts, and
 * a second of time where the pace is given.
 * @property {number} [perMillisecond] The pace, if there is one: that many in one write every millisecond.
 * @property {import('io-ts').Type<any, unknown, unknown>} [type] Of the messages; those without are bytes.
 * @property {() => readonly unknown[]} make The messages that are sent in rotation.
 * @property {(message: any) => number} weigh The little that is done with a message.
 */

/** @type {Pick<Workload, 'type' | 'make' | 'weigh'>} */
const TICKS = { type: Tick, make: () => makeTicks(512), weigh: ({ price }) => price };

/** @type {Readonly<Record<string, Workload>>} */
export const WORKLOADS = {
  'ticks, flooded': { ...TICKS, count: 300_000 },
  'ticks, 20 a ms': { ...TICKS, count: 20_000, perMillisecond: 20 },
  'order books': {
    type: Book,
    count: 24_000,
    make: () => makeBooks(256),
    weigh: ({ bids }) => bids[0][0],
  },
  'chat messages': {
    type: Chat,
    count: 240_000,
    make: () => makeChats(512),
    weigh: ({ text }) => text.length,
  },
  'binary, 64 KiB': {
    count: 10_000,
    make: () => makeBlobs(32),
    weigh: (message) => message[message.length - 1],
  },
};

/**
 * Gives what is sent of each message, in the order of the rotation.
 *
 * @param {Workload} workload
 * @returns {Buffer[]}
 */
export function payloadsOf({ type, make }) {
  return make().map((message) =>
    Buffer.from(type === undefined ? /** @type {Buffer} */ (message) : JSON.stringify(message)),
  );
}

/**
 * Finds a workload by its name.
 *
 * @param {string} name
 * @returns {Workload}
 */
export function workloadNamed(name) {
  const workload = WORKLOADS[name];
  if (workload === undefined) throw new Error(`no workload is named ${name}`);
  return workload;
}
