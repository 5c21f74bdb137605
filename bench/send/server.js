// Counts what a client sends, and answers when it has all; or sends each message back.
import { frame, parseFrames } from 'rx-wss/testing';

import { listen } from '../support/listen.js';
import { serve } from '../support/serve.js';

/** @typedef {import('node:tls').TLSSocket} Line */

const TEXT = 1;
const DONE = frame({ opcode: TEXT, payload: Buffer.from('done') });

/** @type {Map<string, (bytes: number) => void>} */
const expectations = new Map();

/** @param {{ cert: string, key: string }} credentials */
const start = (credentials) =>
  listen(credentials, (socket, url) => {
    if (url.startsWith('/echo')) echo(socket);
    else count(socket, url);
  });

/** Nothing is parsed, so that the client is what is measured. @param {Line} socket @param {string} line */
function count(socket, line) {
  let left = 0;
  expectations.set(line, (bytes) => {
    left = bytes;
  });
  socket.on('data', ({ length }) => {
    left -= length;
    if (left === 0) socket.write(DONE);
    else if (left < 0) socket.destroy(new Error('more bytes than were expected'));
  });
}

/** @param {Line} socket */
function echo(socket) {
  /** @type {Buffer} */
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    const parsed = parseFrames(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]));
    rest = Buffer.from(parsed.rest);
    for (const { opcode, payload } of parsed.frames) socket.write(frame({ opcode, payload }));
  });
}

/** @param {{ line: string, bytes: number }} order */
function expect({ line, bytes }) {
  const tell = expectations.get(line);
  if (tell === undefined) throw new Error(`nobody is connected as ${line}`);
  tell(bytes);
}

serve((message) => (message.listen === undefined ? expect(message.expect) : start(message.listen)));
