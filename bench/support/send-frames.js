import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';

/**
 * The frames of some messages, one behind the other, which are sent in rotation.
 *
 * @typedef {object} Frames
 * @property {Buffer} bytes
 * @property {readonly number[]} ends Where each ends.
 */

/** @typedef {import('node:tls').TLSSocket} Line */

const PIECE = 64 * 1024;

/**
 * @param {readonly Buffer[]} frames
 * @returns {Frames}
 */
export function joinFrames(frames) {
  let end = 0;
  return { bytes: Buffer.concat(frames), ends: frames.map(({ length }) => (end += length)) };
}

/**
 * Sends `count` messages.
 *
 * @param {Line} socket
 * @param {Frames} frames
 * @param {number} count
 * @param {number} [perMillisecond] So many in one write every millisecond; else as fast as they are read.
 */
export function sendFrames(socket, frames, count, perMillisecond) {
  return perMillisecond === undefined
    ? flood(socket, frames, count)
    : pace(socket, frames, count, perMillisecond);
}

/** @param {Line} socket @param {Uint8Array} bytes */
async function write(socket, bytes) {
  if (!socket.write(bytes)) await once(socket, 'drain');
}

/**
 * As fast as it is read: the records of TLS are full, and begin and end within messages.
 *
 * @param {Line} socket
 * @param {Frames} frames
 * @param {number} count
 */
async function flood(socket, { bytes, ends }, count) {
  for (let sent = 0; sent < count; sent += ends.length) {
    const end = ends[Math.min(count - sent, ends.length) - 1] ?? 0;
    for (let at = 0; at < end; at += PIECE) {
      await write(socket, bytes.subarray(at, Math.min(at + PIECE, end)));
    }
  }
}

/**
 * One write every millisecond. It sleeps without a timer, which would be late by up to one.
 *
 * @param {Line} socket
 * @param {Frames} frames
 * @param {number} count
 * @param {number} perMillisecond
 */
async function pace(socket, { bytes, ends }, count, perMillisecond) {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  const from = performance.now();
  for (let sent = 0; sent < count; sent += perMillisecond) {
    const wait = from + sent / perMillisecond - performance.now();
    if (wait > 0) Atomics.wait(clock, 0, 0, wait);
    const first = sent % ends.length;
    const last = first + Math.min(perMillisecond, count - sent);
    const begin = ends[first - 1] ?? 0;
    await write(socket, bytes.subarray(begin, ends[last - 1]));
    // What is past the end of the rotation comes from its beginning.
    const rest = last - ends.length;
    if (rest > 0) await write(socket, bytes.subarray(0, ends[rest - 1]));
    await turn();
  }
}
