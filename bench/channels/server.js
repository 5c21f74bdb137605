// Sends prebuilt frames over TLS, to the connection that it is told to; what clients send is not looked at.
import { once } from 'node:events';

import { frame } from 'rx-wss/testing';

import { listen } from '../support/listen.js';
import { serve } from '../support/serve.js';
import { makeTrades } from './workloads.js';

const TEXT = 1;
const PIECE = 64 * 1024;

/** @type {Map<string, import('node:tls').TLSSocket>} */
const lines = new Map();

/** @param {{ cert: string, key: string }} credentials */
const start = (credentials) =>
  listen(credentials, (socket, url) => {
    lines.set(url, socket);
    socket.resume();
  });

/** @param {{ line: string, channels: number, count: number }} order */
async function send({ line, channels, count }) {
  const socket = lines.get(line);
  if (socket === undefined) throw new Error(`nobody is connected as ${line}`);
  const frames = makeTrades(channels).map((trade) =>
    frame({ opcode: TEXT, payload: JSON.stringify(trade) }),
  );
  for (let sent = 0; sent < count; sent += frames.length) {
    const bytes = Buffer.concat(frames.slice(0, count - sent));
    for (let at = 0; at < bytes.length; at += PIECE) {
      if (!socket.write(bytes.subarray(at, at + PIECE))) await once(socket, 'drain');
    }
  }
}

serve((message) => (message.listen === undefined ? send(message.send) : start(message.listen)));
