// Sends prebuilt frames over TLS, to the connection and at the pace that it is told to; what clients send is not
// looked at.
import { frame } from 'rx-wss/testing';

import { listen } from '../support/listen.js';
import { joinFrames, sendFrames } from '../support/send-frames.js';
import { serve } from '../support/serve.js';
import { makeTrades } from './workloads.js';

const TEXT = 1;

/** @type {Map<string, import('node:tls').TLSSocket>} */
const lines = new Map();
/** @type {Map<number, import('../support/send-frames.js').Frames>} */
const framesByChannels = new Map();

/** @param {{ cert: string, key: string }} credentials */
const start = (credentials) =>
  listen(credentials, (socket, url) => {
    lines.set(url, socket);
    socket.resume();
  });

/** @param {number} channels */
function framesFor(channels) {
  const known = framesByChannels.get(channels);
  if (known !== undefined) return known;
  const payloads = makeTrades(channels).map((trade) => JSON.stringify(trade));
  const frames = joinFrames(payloads.map((payload) => frame({ opcode: TEXT, payload })));
  framesByChannels.set(channels, frames);
  return frames;
}

/** @param {{ line: string, channels: number, count: number, perMillisecond?: number }} order */
async function send({ line, channels, count, perMillisecond }) {
  const socket = lines.get(line);
  if (socket === undefined) throw new Error(`nobody is connected as ${line}`);
  await sendFrames(socket, framesFor(channels), count, perMillisecond);
}

serve((message) => (message.listen === undefined ? send(message.send) : start(message.listen)));
