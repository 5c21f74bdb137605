import { asyncScheduler } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import { checkDuration, checkFunction, checkKeys, show } from '../../errors/option-checks.js';
import { OptionTypeError } from '../../errors/option-error.js';
import { checkPolicy } from './check-given.js';
import { DEFAULT_MIN_UPTIME } from './retry-counter.js';
import type { RetryRules } from './retry-counter.js';
import type { RetryPolicy } from './retry-policy.js';

/** What `retryBackoff` and `repeatBackoff` have in common. */
export interface BackoffOptions {
  /**
   * How long a subscription to the source must have been up, in milliseconds, before the count of
   * the retries begins again; `Infinity` for never.
   *
   * @defaultValue 5000
   */
  readonly minUptime?: number | undefined;
  /**
   * Waits, and tells the time. Its time must be that of `Date.now()` for a `Retry-After` that is a
   * date to be understood.
   *
   * @defaultValue rxjs's `asyncScheduler`
   */
  readonly scheduler?: SchedulerLike | undefined;
  /**
   * Gives the policy a random number from 0 up to, but not including, 1.
   *
   * @defaultValue `Math.random`
   */
  readonly random?: (() => number) | undefined;
}

/** The defaults of {@link BackoffOptions}; times in milliseconds. */
export const DEFAULT_BACKOFF_OPTIONS: {
  readonly minUptime: number;
  readonly scheduler: SchedulerLike;
  readonly random: () => number;
} = Object.freeze({
  minUptime: DEFAULT_MIN_UPTIME,
  scheduler: asyncScheduler,
  // Looked up at every call, so that a test may replace it.
  random: () => Math.random(),
});

/**
 * The checked options of an operator.
 *
 * @internal
 */
export interface BackoffRules extends RetryRules {
  readonly scheduler: SchedulerLike;
}

/**
 * Checks what an operator was called with, and fills in the defaults.
 *
 * @param path - The operator's name.
 * @param policy - The policy it was given.
 * @param options - The options it was given.
 * @param callbacks - The names of its other options, which all are functions.
 *
 * @internal
 */
export function checkBackoff(
  path: string,
  policy: RetryPolicy,
  options: BackoffOptions,
  callbacks: readonly string[],
): BackoffRules {
  const defaults = DEFAULT_BACKOFF_OPTIONS;
  const option = `${path}.policy`;
  checkPolicy(option, policy);
  // Checked as unknown: the assertion would take the types of the options away.
  const given: unknown = options;
  checkKeys(path, given, [...Object.keys(defaults), ...callbacks]);
  for (const each of ['random', ...callbacks]) checkFunction(`${path}.${each}`, given[each]);
  const { minUptime, scheduler = defaults.scheduler, random = defaults.random } = options;
  checkScheduler(`${path}.scheduler`, scheduler);
  return {
    option,
    policy,
    minUptime: checkDuration(`${path}.minUptime`, minUptime, defaults.minUptime),
    scheduler,
    random,
    // An operator has no credentials: a source that has some refreshes them before it fails.
    canRefresh: false,
  };
}

function checkScheduler(path: string, scheduler: Partial<SchedulerLike> | null): void {
  if (typeof scheduler?.schedule !== 'function' || typeof scheduler.now !== 'function') {
    throw new OptionTypeError(path, `must be a scheduler of rxjs, got ${show(scheduler)}`);
  }
}
