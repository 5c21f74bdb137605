import { framesOf } from './frames.js';
import { payloadsOf } from './workloads.js';

/**
 * Gives what a timed run must add up to, for each way of counting.
 *
 * @param {import('./workloads.js').Workload} workload
 * @returns {Record<import('./contestants.js').Contestant['counts'], import('./tally.js').Expected>}
 */
export function expectedOf(workload) {
  const { count, type, weigh } = workload;
  const { ends } = framesOf(workload);
  const payloads = payloadsOf(workload);
  /** @param {Buffer} payload */
  const weightOf = (payload) =>
    weigh(type === undefined ? payload : JSON.parse(payload.toString()));
  const weights = payloads.map(weightOf);
  const messages = { count, sum: 0 };
  const lengths = { count, sum: 0 };
  // In the order of arrival, so that the sum of fractions is the very same.
  for (let at = 0; at < count; at += 1) {
    messages.sum += weights[at % weights.length] ?? NaN;
    lengths.sum += payloads[at % payloads.length]?.length ?? NaN;
  }
  const rest = count % ends.length;
  const total = Math.floor(count / ends.length) * (ends.at(-1) ?? 0) + (ends[rest - 1] ?? 0);
  return { messages, payloads: lengths, bytes: { count: total, sum: total } };
}
