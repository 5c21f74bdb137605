import { createRandom } from '../support/random.js';

/** So many messages are sent in rotation, however many channels there are. */
const ROTATION = 10_000;

/**
 * How the messages come: as fast as they are read, or so many in one write every millisecond.
 *
 * @type {Readonly<Record<string, { perMillisecond?: number, most: number }>>}
 */
export const PACES = {
  flooded: { most: 200_000 },
  '20 a ms': { perMillisecond: 20, most: 20_000 },
};

/**
 * With rxjs each message costs as much as there are channels, so that a timed run has fewer the more there are.
 *
 * @typedef {{ channels: number, library: string, most?: number }} Contestant
 */

/** @type {Readonly<Record<string, Contestant>>} */
export const CONTESTANTS = {
  'rx-wss channel, 10': { channels: 10, library: 'rx-wss' },
  'rx-wss channel, 10 again': { channels: 10, library: 'rx-wss' },
  'rx-wss channel, 1,000': { channels: 1_000, library: 'rx-wss' },
  'rx-wss channel, 10,000': { channels: 10_000, library: 'rx-wss' },
  'ws + Map, 10': { channels: 10, library: 'ws' },
  'ws + Map, 1,000': { channels: 1_000, library: 'ws' },
  'ws + Map, 10,000': { channels: 10_000, library: 'ws' },
  'ws + Map of subscribers, 10': { channels: 10, library: 'subscribers' },
  'ws + Map of subscribers, 10,000': { channels: 10_000, library: 'subscribers' },
  'rxjs multiplex, 10': { channels: 10, library: 'rxjs', most: 150_000 },
  'rxjs multiplex, 1,000': { channels: 1_000, library: 'rxjs', most: 8_000 },
  'rxjs multiplex, 10,000': { channels: 10_000, library: 'rxjs', most: 600 },
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
 * @returns {Contestant}
 */
export function contestantNamed(name) {
  const contestant = CONTESTANTS[name];
  if (contestant === undefined) throw new Error(`no contestant is named ${name}`);
  return contestant;
}
