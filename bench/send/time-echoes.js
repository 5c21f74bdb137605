import { startCpu } from '../support/cpu.js';
import { spreadOf } from '../support/statistics.js';
import { makePayloads } from './workloads.js';

const payloads = makePayloads();

/**
 * Sends each message when the one before has come back.
 *
 * @param {import('./contestants.js').Sender} sender
 * @param {number} count
 * @param {(listener: (text: string) => void) => void} listen
 * @returns {Promise<{ cpu: number, p50: number, p99: number }>} Microseconds.
 */
export async function timeEchoes(sender, count, listen) {
  /** @type {Float64Array} */
  const times = new Float64Array(count);
  const spent = startCpu();
  const cpu = await new Promise((resolve, reject) => {
    let at = 0;
    let payload = '';
    let sentAt = 0;
    const send = () => {
      payload = payloads[at % payloads.length] ?? '';
      sentAt = performance.now();
      sender.send(payload);
    };
    listen((text) => {
      times[at] = (performance.now() - sentAt) * 1_000;
      if (text !== payload) reject(new Error('the echo is not what was sent'));
      at += 1;
      if (at < count) send();
      else resolve(spent());
    });
    send();
  });
  times.sort();
  return { cpu, p50: spreadOf([...times]).median, p99: times[Math.floor(count * 0.99)] ?? NaN };
}
