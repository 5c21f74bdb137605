// Sends prebuilt frames over TLS, to the connection and at the pace that it is told to.
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';

import { listen } from '../support/listen.js';
import { serve } from '../support/serve.js';
import { framesOf } from './frames.js';
import { workloadNamed } from './workloads.js';

/** @typedef {import('node:tls').TLSSocket} Line */

const PIECE = 64 * 1024;

/** @type {Map<string, Line>} */
const lines = new Map();
/** @type {import('./workloads.js').Workload} */
let workload;
/** @type {import('./frames.js').Frames} */
let frames;

/** @param {{ workload: string, cert: string, key: string }} order */
function start(order) {
  workload = workloadNamed(order.workload);
  frames = framesOf(workload);
  return listen(order, (socket, url) => {
    lines.set(url, socket);
    socket.resume();
  });
}

/** @param {Line} socket @param {Uint8Array} bytes */
async function write(socket, bytes) {
  if (!socket.write(bytes)) await once(socket, 'drain');
}

/**
 * As fast as it is read: the records of TLS are full, and begin and end within messages.
 *
 * @param {Line} socket
 */
async function flood(socket) {
  const { bytes, ends } = frames;
  for (let sent = 0; sent < workload.count; sent += ends.length) {
    const end = ends[Math.min(workload.count - sent, ends.length) - 1] ?? 0;
    for (let at = 0; at < end; at += PIECE) {
      await write(socket, bytes.subarray(at, Math.min(at + PIECE, end)));
    }
  }
}

/**
 * One write every millisecond. It sleeps without a timer, which would be late by up to one.
 *
 * @param {Line} socket
 * @param {number} perMillisecond
 */
async function pace(socket, perMillisecond) {
  const { bytes, ends } = frames;
  const clock = new Int32Array(new SharedArrayBuffer(4));
  const from = performance.now();
  for (let sent = 0; sent < workload.count; sent += perMillisecond) {
    const wait = from + sent / perMillisecond - performance.now();
    if (wait > 0) Atomics.wait(clock, 0, 0, wait);
    const first = sent % ends.length;
    const last = first + Math.min(perMillisecond, workload.count - sent);
    const begin = ends[first - 1] ?? 0;
    await write(socket, bytes.subarray(begin, ends[last - 1]));
    // What is past the end of the rotation comes from its beginning.
    const rest = last - ends.length;
    if (rest > 0) await write(socket, bytes.subarray(0, ends[rest - 1]));
    await turn();
  }
}

/** @param {{ line: string }} order */
async function send({ line }) {
  const socket = lines.get(line);
  if (socket === undefined) throw new Error(`nobody is connected as ${line}`);
  const from = process.cpuUsage();
  const { perMillisecond } = workload;
  await (perMillisecond === undefined ? flood(socket) : pace(socket, perMillisecond));
  const { user, system } = process.cpuUsage(from);
  return user + system;
}

serve((message) => (message.listen === undefined ? send(message.send) : start(message.listen)));
