import { frame } from 'rx-wss/testing';

import { payloadsOf } from './workloads.js';

/**
 * The frames of a workload's messages, one behind the other.
 *
 * @typedef {object} Frames
 * @property {Buffer} bytes
 * @property {readonly number[]} ends Where each ends.
 */

/**
 * @param {import('./workloads.js').Workload} workload
 * @returns {Frames}
 */
export function framesOf(workload) {
  const opcode = workload.type === undefined ? 2 : 1;
  let end = 0;
  const frames = payloadsOf(workload).map((payload) => frame({ opcode, payload }));
  return { bytes: Buffer.concat(frames), ends: frames.map(({ length }) => (end += length)) };
}
