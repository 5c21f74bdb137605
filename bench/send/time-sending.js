import { setTimeout as sleep } from 'node:timers/promises';

import { startCpu } from '../support/cpu.js';
import { makePayloads } from './workloads.js';

/** How long to wait for fates after all was received, in milliseconds. */
const GRACE = 20;

const payloads = makePayloads();

/**
 * Sends so many messages in each turn of the event loop, until the server has them all.
 *
 * @param {import('./contestants.js').Sender} sender
 * @param {{ count: number, perTurn: number }} work
 * @param {(listener: () => void) => void} listen
 * @returns {Promise<{ cpu: number, wall: number }>} Microseconds.
 */
export async function timeSending(sender, { count, perTurn }, listen) {
  let sent = 0;
  const from = performance.now();
  const spent = startCpu();
  const outcome = await new Promise((resolve) => {
    listen(() => resolve({ cpu: spent(), wall: (performance.now() - from) * 1_000 }));
    const turn = () => {
      if (!sender.isFull()) {
        const end = Math.min(sent + perTurn, count);
        for (; sent < end; sent += 1) sender.send(payloads[sent % payloads.length] ?? '');
      }
      if (sent < count) setImmediate(turn);
    };
    turn();
  });
  await sleep(GRACE);
  return outcome;
}
