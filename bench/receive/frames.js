import { frame } from 'rx-wss/testing';

import { joinFrames } from '../support/send-frames.js';
import { payloadsOf } from './workloads.js';

/**
 * Gives the frames of a workload's messages.
 *
 * @param {import('./workloads.js').Workload} workload
 * @returns {import('../support/send-frames.js').Frames}
 */
export function framesOf(workload) {
  const opcode = workload.type === undefined ? 2 : 1;
  return joinFrames(payloadsOf(workload).map((payload) => frame({ opcode, payload })));
}
