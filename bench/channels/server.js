// Sends prebuilt frames over TLS, to the connection that it is told to; what clients send is not looked at.
import { once } from 'node:events';
import { createServer } from 'node:tls';

import { acceptUpgrade, frame, readRequestHead } from 'rx-wss/testing';

import { serve } from '../support/serve.js';
import { makeTrades } from './workloads.js';

const TEXT = 1;
const PIECE = 64 * 1024;

/** @type {Map<string, import('node:tls').TLSSocket>} */
const lines = new Map();

/** @param {{ cert: string, key: string }} credentials */
async function listen({ cert, key }) {
  const server = createServer({ cert, key }, async (socket) => {
    socket.setNoDelay(true).on('error', () => socket.destroy());
    const head = await readRequestHead(socket);
    lines.set(head.url, socket);
    acceptUpgrade(socket, head);
    socket.resume();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return `wss://localhost:${port}`;
}

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

serve((message) => (message.listen === undefined ? send(message.send) : listen(message.listen)));
