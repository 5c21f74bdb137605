import * as O from 'fp-ts/lib/Option.js';
import type { Option } from 'fp-ts/lib/Option.js';
import { checkDuration } from '../../errors/option-checks.js';
import { checkGiven, checkPolicy } from './check-given.js';
import type { RetryPolicy, RetryStatus } from './retry-policy.js';

/**
 * Gives a policy that retries when `policy` does, but never waits longer than a cap.
 *
 * @remarks
 * Put the cap inside of the jitter: around a policy that has jitter it undoes it, since every delay
 * that would be longer becomes the cap itself, and clients that failed together come back together.
 * The policies of this package take their cap by themselves (`exponentialBackoff({ maxDelay })`);
 * this is for others.
 *
 * A server's `Retry-After` comes on top of the capped delay. Cap the delays first and add the limits
 * after, as in the example: a `limitElapsed` inside goes by the delay before the cap.
 *
 * @param maxDelay - The cap, in milliseconds; `Infinity` for none.
 * @param policy - The policy whose delays are capped.
 * @returns The policy with the cap.
 *
 * @throws OptionTypeError when `maxDelay` is not a number or `policy` is not a function.
 * @throws OptionRangeError when `maxDelay` is negative, or longer than 24.8 days and not `Infinity`.
 *
 * @example With a policy of retry-ts, which knows no cap of its own.
 * ```ts
 * import { exponentialBackoff } from 'retry-ts';
 * import { capDelay, concatPolicies, limitElapsed } from 'rx-wss';
 *
 * const policy = concatPolicies(capDelay(5_000, exponentialBackoff(100)), limitElapsed(60_000));
 * ```
 */
export function capDelay(maxDelay: number, policy: RetryPolicy): RetryPolicy {
  checkGiven('capDelay.maxDelay', maxDelay);
  checkPolicy('capDelay.policy', policy);
  const cap = checkDuration('capDelay.maxDelay', maxDelay, Infinity);
  const capped = (status: RetryStatus): Option<number> => {
    const delay = policy(status);
    return O.isSome(delay) ? O.some(Math.min(cap, delay.value)) : O.none;
  };
  return Object.assign(capped, { maxElapsed: policy.maxElapsed });
}
