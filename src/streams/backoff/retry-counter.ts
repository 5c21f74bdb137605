import * as O from 'fp-ts/lib/Option.js';
import type { Option } from 'fp-ts/lib/Option.js';
import { show, MAX_TIMER } from '../../errors/option-checks.js';
import { OptionRangeError, OptionTypeError } from '../../errors/option-error.js';
import type { Ending } from '../ending.js';
import { isUnauthorized } from '../is-unauthorized.js';
import { retryAfter } from './retry-after.js';
import type { RetryPolicy, RetryStatus } from './retry-policy.js';

/** How long a connection must have been up, in milliseconds, before the count begins again: 5 s. */
export const DEFAULT_MIN_UPTIME = 5_000;

/**
 * What is remembered of an outage: an immutable value, moved on by {@link nextRetry}.
 *
 * @internal
 */
export interface RetryCounter extends Pick<
  RetryStatus,
  'iterNumber' | 'cumulativeDelay' | 'previousDelay'
> {
  /** When the outage began, by the clock of {@link Failure.now}; none before the first failure. */
  readonly outageStart: Option<number>;
  /** Whether an attempt of this outage was made with refreshed credentials. */
  readonly isRefreshed: boolean;
}

/**
 * The counter before anything failed: the dial that it stands for is attempt 1.
 *
 * @internal
 */
export const initialCounter: RetryCounter = Object.freeze({
  iterNumber: 0,
  cumulativeDelay: 0,
  previousDelay: O.none,
  outageStart: O.none,
  isRefreshed: false,
});

/**
 * A failure that may be followed by a retry.
 *
 * @internal
 */
export interface Failure extends Pick<RetryStatus, 'ending' | 'uptime'> {
  /** The present time, in milliseconds since 1970. */
  readonly now: number;
  /** Whether the same attempt, made again later, may succeed. */
  readonly isTransient: boolean;
}

/**
 * The rules that a retry is decided by.
 *
 * @internal
 */
export interface RetryRules extends Pick<RetryStatus, 'random'> {
  readonly policy: RetryPolicy;
  /** The uptime after which the count begins again, in milliseconds. */
  readonly minUptime: number;
  /** Whether there are credentials to refresh when the server turned down those that it was shown. */
  readonly canRefresh: boolean;
  /** The path of the option that holds the policy, for the message when the policy is wrong. */
  readonly option: string;
}

/**
 * A retry that was decided.
 *
 * @internal
 */
export interface Retry {
  /** The number of the attempt that it leads to: 2 for the first retry of an outage. */
  readonly attempt: number;
  /** The time to wait before it, in whole milliseconds. */
  readonly delay: number;
  /** When it is to start, in milliseconds since 1970 by the clock of {@link Failure.now}. */
  readonly retryAt: number;
  /** How long the server asked to wait, in milliseconds: a part of the delay. */
  readonly retryAfter: Option<number>;
  /** Whether the credentials are to be refreshed for it. */
  readonly refresh: boolean;
  /** The counter to pass when that attempt has failed. */
  readonly counter: RetryCounter;
}

/**
 * Decides whether a failure is followed by a retry, and when.
 *
 * @remarks
 * Pure. The count begins again after a connection that opened and was up for `minUptime`, and at no
 * other time: a server that accepts and then drops does not reset it. The delay is the policy's on
 * top of the server's `Retry-After`, and at most what a timer can wait: a fleet that was told the
 * same time must not come back in one and the same millisecond.
 *
 * Credentials that the server turned down are refreshed once in an outage, where they can be, even
 * though the failure is not transient as it is; the policy must agree and gives the delay. When it
 * turns down the fresh ones as well, that is fatal, even where the failure is said to be transient.
 *
 * @param counter - What is remembered of the outage so far.
 * @param failure - What failed.
 * @param rules - What to decide by.
 * @returns The retry; none to give up.
 *
 * @throws OptionTypeError when the policy gives something else than an `Option` of a number.
 * @throws OptionRangeError when the policy gives a delay that is negative or not a number.
 *
 * @internal
 */
export function nextRetry(
  counter: RetryCounter,
  { ending, uptime, now, isTransient }: Failure,
  { policy, minUptime, random, canRefresh, option }: RetryRules,
): Option<Retry> {
  // An uptime of 0 is a connection that never opened, which no minUptime makes a stable one.
  const isStable = uptime > 0 && uptime >= minUptime;
  const { iterNumber, cumulativeDelay, previousDelay, outageStart, isRefreshed } = isStable
    ? initialCounter
    : counter;
  const refresh = canRefresh && O.isSome(ending) && isUnauthorized(ending.value);
  if (refresh ? isRefreshed : !isTransient) return O.none;
  const start = O.isSome(outageStart) ? outageStart.value : now;
  // A wall clock can be set back.
  const elapsed = Math.max(0, now - start);
  const wanted: unknown = policy({
    iterNumber,
    cumulativeDelay,
    previousDelay,
    ending,
    uptime,
    elapsed,
    random,
  });
  checkDecision(option, wanted);
  if (O.isNone(wanted)) return O.none;
  const asked = O.chain((each: Ending) => retryAfter(each, now))(ending);
  const least = O.isSome(asked) ? asked.value : 0;
  const delay = Math.min(Math.ceil(least + wanted.value), MAX_TIMER);
  if (elapsed + delay > (policy.maxElapsed ?? Infinity)) return O.none;
  return O.some({
    attempt: iterNumber + 2,
    delay,
    retryAt: now + delay,
    retryAfter: asked,
    refresh,
    counter: {
      iterNumber: iterNumber + 1,
      cumulativeDelay: cumulativeDelay + delay,
      previousDelay: O.some(delay),
      outageStart: O.some(start),
      isRefreshed: isRefreshed || refresh,
    },
  });
}

function checkDecision(option: string, value: unknown): asserts value is Option<number> {
  if (typeof value === 'object' && value !== null && '_tag' in value) {
    if (value._tag === 'None') return;
    if (value._tag === 'Some' && 'value' in value && typeof value.value === 'number') {
      if (value.value >= 0) return;
      throw new OptionRangeError(option, `must give a delay of 0 ms or more, got ${value.value}`);
    }
  }
  throw new OptionTypeError(option, `must give an Option of milliseconds, got ${show(value)}`);
}
