import { createRandom } from '../support/random.js';

/** So many messages are sent in rotation, however many channels there are. */
const ROTATION = 10_000;

/**
 * How many messages a timed run has. With rxjs each message costs as much as there are channels, so that there
 * it has fewer the more there are.
 *
 * @typedef {{ channels: number, library: string, count: number }} Contest
 */

/** @type {Readonly<Record<string, Contest>>} */
export const CONTESTANTS = {
  'rx-wss channel, 10': { channels: 10, library: 'rx-wss', count: 200_000 },
  'rx-wss channel, 10 again': { channels: 10, library: 'rx-wss', count: 200_000 },
  'rx-wss channel, 1,000': { channels: 1_000, library: 'rx-wss', count: 200_000 },
  'rx-wss channel, 10,000': { channels: 10_000, library: 'rx-wss', count: 200_000 },
  'ws + Map, 10': { channels: 10, library: 'ws', count: 200_000 },
  'ws + Map, 1,000': { channels: 1_000, library: 'ws', count: 200_000 },
  'ws + Map, 10,000': { channels: 10_000, library: 'ws', count: 200_000 },
  'ws + Map of subscribers, 10': { channels: 10, library: 'subscribers', count: 200_000 },
  'ws + Map of subscribers, 10,000': { channels: 10_000, library: 'subscribers', count: 200_000 },
  'rxjs multiplex, 10': { channels: 10, library: 'rxjs', count: 150_000 },
  'rxjs multiplex, 1,000': { channels: 1_000, library: 'rxjs', count: 8_000 },
  'rxjs multiplex, 10,000': { channels: 10_000, library: 'rxjs', count: 600 },
};

/** @typedef {{ topic: string, price: number }} Trade */

/** @param {number} at */
export const topicNamed = (at) => `trades.${String(at).padStart(5, '0')}`;

/**
 * Gives the messages that are sent in rotation: each channel has its share, in no order.
 *
 * @param {number} channels
 * @returns {Trade[]}
 */
export function makeTrades(channels) {
  const random = createRandom(1);
  const topics = Array.from({ length: ROTATION }, (_, at) => at % channels);
  for (let at = ROTATION - 1; at > 0; at -= 1) {
    const other = random.below(at + 1);
    [topics[at], topics[other]] = [topics[other] ?? 0, topics[at] ?? 0];
  }
  return topics.map((topic) => ({ topic: topicNamed(topic), price: random.below(100_000) }));
}

/**
 * Finds a contestant by its name.
 *
 * @param {string} name
 * @returns {Contest}
 */
export function contestantNamed(name) {
  const contestant = CONTESTANTS[name];
  if (contestant === undefined) throw new Error(`no contestant is named ${name}`);
  return contestant;
}
