import * as O from 'fp-ts/lib/Option.js';
import type { Option } from 'fp-ts/lib/Option.js';
import { checkDuration } from '../../errors/option-checks.js';
import { checkGiven } from './check-given.js';
import type { RetryPolicy, RetryStatus } from './retry-policy.js';

/**
 * Gives a policy that gives up when the next attempt would start later than a time after the outage
 * began. Until then it agrees, with a delay of 0: combine it with a policy that sets the delay.
 *
 * @remarks
 * The outage begins with the first failure after a connection that was up for `minUptime`. The limit
 * holds for the delay that comes out in the end, the server's `Retry-After` included: an attempt
 * that would have to start too late is not waited for. Where the result is called by a function of
 * your own instead of being combined with `concatPolicies` or `capDelay`, the limit is compared
 * with the time at which the retry is decided; copy `maxElapsed` to keep it exact.
 *
 * @param maxElapsed - The latest start of an attempt after the outage began, in milliseconds;
 * `Infinity` for no limit.
 * @returns The policy.
 *
 * @throws OptionTypeError when `maxElapsed` is not a number.
 * @throws OptionRangeError when `maxElapsed` is negative, or longer than 24.8 days and not `Infinity`.
 *
 * @example
 * ```ts
 * import { concatPolicies, exponentialBackoff, limitElapsed } from 'rx-wss';
 *
 * const policy = concatPolicies(exponentialBackoff(), limitElapsed(5 * 60_000));
 * ```
 */
export function limitElapsed(maxElapsed: number): RetryPolicy {
  checkGiven('limitElapsed.maxElapsed', maxElapsed);
  const limit = checkDuration('limitElapsed.maxElapsed', maxElapsed, Infinity);
  const policy = ({ elapsed }: RetryStatus): Option<number> =>
    elapsed > limit ? O.none : O.some(0);
  return Object.assign(policy, { maxElapsed: limit });
}
