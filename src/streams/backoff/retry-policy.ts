import { concatAll } from 'fp-ts/lib/Monoid.js';
import type { Monoid } from 'fp-ts/lib/Monoid.js';
import * as O from 'fp-ts/lib/Option.js';
import type { Option } from 'fp-ts/lib/Option.js';
import type { Ending } from '../ending.js';
import { checkPolicy } from './check-given.js';

/**
 * What a {@link RetryPolicy} decides by.
 *
 * @remarks
 * The first three fields are those of retry-ts. They count from the beginning of the outage, which
 * is the first failure after a stable connection (one that was up for `minUptime`).
 */
export interface RetryStatus {
  /** How many retries there were in this outage; 0 when the first one is to be decided. */
  readonly iterNumber: number;
  /** The sum of the delays before them, in milliseconds. */
  readonly cumulativeDelay: number;
  /** The delay before the latest of them, in milliseconds; none when there was no retry yet. */
  readonly previousDelay: Option<number>;
  /** How the connection ended; none when what ended was not a connection of this package. */
  readonly ending: Option<Ending>;
  /** How long it had been up, in milliseconds; 0 when it never opened. */
  readonly uptime: number;
  /** The time since the outage began, in milliseconds. */
  readonly elapsed: number;
  /** Gives a random number from 0 up to, but not including, 1: the only source of randomness. */
  readonly random: () => number;
}

/**
 * Decides whether there is a retry, and after which delay.
 *
 * @remarks
 * A policy is a value: it reads no clock, keeps no state, does no I/O and takes its randomness from
 * `status.random()`. It gives the delay in milliseconds, or none to give up. The policies of
 * retry-ts have this shape and can be passed as they are. Policies combine with
 * {@link concatPolicies}.
 *
 * @example A policy of one's own: not during an overload, else after a second.
 * ```ts
 * import * as O from 'fp-ts/lib/Option.js';
 * import { concatPolicies, exponentialBackoff } from 'rx-wss';
 * import type { RetryPolicy } from 'rx-wss';
 *
 * const notWhenOverloaded: RetryPolicy = ({ ending }) =>
 *   O.isSome(ending) && ending.value._tag === 'Closed' && ending.value.code === 1013
 *     ? O.none
 *     : O.some(1_000);
 *
 * const policy = concatPolicies(exponentialBackoff(), notWhenOverloaded);
 * ```
 */
export interface RetryPolicy {
  (status: RetryStatus): Option<number>;
  /**
   * No attempt may start later than this after the outage began, in milliseconds: see `limitElapsed`.
   *
   * @remarks
   * It stands beside the function, because the time at which an attempt starts is known only when
   * every policy and the server's `Retry-After` have had their say.
   *
   * @defaultValue no limit
   */
  readonly maxElapsed?: number | undefined;
}

/**
 * Combines policies: both must agree to a retry, and the larger delay wins. The empty policy always
 * agrees, with a delay of 0.
 *
 * @example
 * ```ts
 * import { exponentialBackoff, limitRetries, monoidRetryPolicy } from 'rx-wss';
 *
 * const policy = monoidRetryPolicy.concat(exponentialBackoff(), limitRetries(5));
 * ```
 */
export const monoidRetryPolicy: Monoid<RetryPolicy> = Object.freeze({
  concat: both,
  empty: () => O.some(0),
});

function both(first: RetryPolicy, second: RetryPolicy): RetryPolicy {
  const maxElapsed = Math.min(first.maxElapsed ?? Infinity, second.maxElapsed ?? Infinity);
  const policy = (status: RetryStatus): Option<number> => {
    const one = first(status);
    const other = O.isSome(one) ? second(status) : O.none;
    if (O.isNone(one) || O.isNone(other)) return O.none;
    const delay = Math.max(one.value, other.value);
    return status.elapsed + delay > maxElapsed ? O.none : O.some(delay);
  };
  return Object.assign(policy, { maxElapsed });
}

/**
 * Combines any number of policies into one: all must agree to a retry, and the largest delay wins.
 *
 * @param policies - The policies; without any, the result retries at once and for ever.
 * @returns The combined policy.
 *
 * @throws OptionTypeError when one of them is not a function.
 *
 * @example At most 10 retries in an outage, and none later than a minute after it began.
 * ```ts
 * import { concatPolicies, exponentialBackoff, limitElapsed, limitRetries } from 'rx-wss';
 *
 * const policy = concatPolicies(exponentialBackoff(), limitRetries(10), limitElapsed(60_000));
 * ```
 */
export function concatPolicies(...policies: readonly RetryPolicy[]): RetryPolicy {
  policies.forEach((policy, index) => checkPolicy(`concatPolicies.policies[${index}]`, policy));
  return concatAll(monoidRetryPolicy)(policies);
}
