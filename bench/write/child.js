import { serveMicro } from '../support/micro-child.js';
import { CONTESTANTS } from './contestants.js';
import { MESSAGES } from './messages.js';

/**
 * Where texts are written to: a string may be a chain of pieces until its characters are needed, and a socket
 * needs them.
 */
const wire = Buffer.alloc(64 * 1024);

serveMicro(async (group, name) => {
  const contestant = CONTESTANTS[name];
  const messages = MESSAGES[group];
  if (contestant === undefined || messages === undefined) throw new Error(`no ${name}, ${group}`);
  const { type, make } = messages;
  const write = contestant(type);
  const inputs = make();
  let length = 0;
  // More often than any writer needs to learn what comes.
  for (let round = 0; round < 3; round += 1) {
    length = 0;
    for (const message of inputs) {
      const text = write(message);
      const right = JSON.stringify(type.encode(message));
      if (text !== right) throw new Error(`${name} writes ${text} for ${right}`);
      length += Buffer.byteLength(text);
    }
  }
  const pass = () => {
    let written = 0;
    for (const message of inputs) written += wire.write(write(message) ?? '');
    if (written !== length) throw new Error(`${name} writes ${written} of ${length} bytes`);
  };
  return { pass, size: inputs.length };
});
