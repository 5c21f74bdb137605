import { isDeepStrictEqual } from 'node:util';

import { serveMicro } from '../support/micro-child.js';
import { CONTESTANTS } from './contestants.js';
import { MESSAGES } from './messages.js';

/**
 * Gives the messages as a socket does: views on one large buffer.
 *
 * @param {readonly string[]} texts
 */
function viewsOf(texts) {
  const whole = Buffer.from(texts.join('\n'));
  let at = 0;
  return texts.map((text) => {
    const begin = at;
    const end = begin + Buffer.byteLength(text);
    at = end + 1;
    return whole.subarray(begin, end);
  });
}

serveMicro(async (group, name) => {
  const contestant = CONTESTANTS[name];
  const messages = MESSAGES[group];
  if (contestant === undefined || messages === undefined) throw new Error(`no ${name}, ${group}`);
  const { type, make } = messages;
  const read = contestant.reader(type);
  const texts = make();
  const views = viewsOf(texts);
  const inputs = contestant.isGivenText === true ? views.map((view) => view.toString()) : views;
  // More often than any reader needs to learn what comes.
  for (let round = 0; round < 3; round += 1) {
    for (const [at, text] of texts.entries()) {
      const value = JSON.parse(text);
      const decoded = type.decode(value);
      if (decoded._tag === 'Left') throw new Error(`${text} is not of its type`);
      const right = contestant.isUnchecked === true ? value : decoded.right;
      if (!isDeepStrictEqual(read(inputs[at]), right)) throw new Error(`${name} misreads ${text}`);
    }
  }
  const pass = () => {
    for (const input of inputs) {
      if (read(input) === undefined) throw new Error(`${name} refuses a message`);
    }
  };
  return { pass, size: inputs.length };
});
