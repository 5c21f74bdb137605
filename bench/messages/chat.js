import * as t from 'io-ts';

import { createRandom } from '../support/random.js';

/** A message of a chat, 290 bytes as JSON: all of it strings, and hardly one seen before. */
export const Chat = t.type({
  id: t.string,
  room: t.string,
  author: t.type({ id: t.string, name: t.string }),
  text: t.string,
  sentAt: t.string,
});

/** @typedef {t.TypeOf<typeof Chat>} ChatMessage */

const WORDS =
  `the a of to and in is it that for on with as was this have from at by not we you they can will
  just about what when there more some time only other new could these work first may then over also back after
  use how our well way even want because any give day most us meeting deploy branch review release tomorrow
  morning coffee server latency broken fixed ticket customer please thanks later sure agree maybe`.split(
    /\s+/,
  );
/** What JSON escapes, and what is not ASCII. */
const SPICES = ['"quoted"', 'café', '🎉', 'line\nbreak', 'señor', 'naïve'];
const NAMES = ['Ada Lovelace', 'Grace Hopper', 'Alan Turing', 'Barbara Liskov', 'Edsger Dijkstra'];
const TEXT_LENGTH = 100;

/**
 * Gives messages of a chat, no two alike; one in ten has a word that is not plain ASCII.
 *
 * @param {number} count
 * @returns {ChatMessage[]}
 */
export function makeChats(count) {
  const random = createRandom(3);
  return Array.from({ length: count }, (_, at) => {
    const words = random.below(10) === 0 ? [random.pick(SPICES)] : [];
    while (words.join(' ').length < TEXT_LENGTH) words.push(random.pick(WORDS));
    return {
      id: random.uuid(),
      room: `room-${random.below(400)}`,
      author: { id: random.uuid(), name: random.pick(NAMES) },
      text: words.join(' '),
      sentAt: new Date(1_767_225_600_000 + at * 811 + random.below(811)).toISOString(),
    };
  });
}
