import * as O from 'fp-ts/lib/Option.js';
import { checkNumber } from '../../errors/option-checks.js';
import { checkGiven } from './check-given.js';
import type { RetryPolicy } from './retry-policy.js';

/**
 * Gives a policy that agrees to a number of retries in one outage, with a delay of 0, and then
 * gives up. Combine it with a policy that sets the delay.
 *
 * @remarks
 * It counts retries, not attempts: `limitRetries(3)` lets four attempts fail in a row. A connection
 * that was up for `minUptime` ends the outage, and the count begins again.
 *
 * @param count - How many retries; 0 for none, `Infinity` for no limit.
 * @returns The policy.
 *
 * @throws OptionTypeError when `count` is not a number.
 * @throws OptionRangeError when `count` is negative or not whole.
 *
 * @example
 * ```ts
 * import { concatPolicies, exponentialBackoff, limitRetries } from 'rx-wss';
 *
 * const policy = concatPolicies(exponentialBackoff(), limitRetries(5));
 * ```
 */
export function limitRetries(count: number): RetryPolicy {
  checkGiven('limitRetries.count', count);
  const limit = checkNumber('limitRetries.count', count, Infinity, { min: 0, integer: true });
  return ({ iterNumber }) => (iterNumber < limit ? O.some(0) : O.none);
}
