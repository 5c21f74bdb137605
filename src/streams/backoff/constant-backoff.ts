import * as O from 'fp-ts/lib/Option.js';
import { checkKeys, checkNumber, checkOneOf, MAX_TIMER } from '../../errors/option-checks.js';
import { spread } from './jitter.js';
import type { Jitter } from './jitter.js';
import type { RetryPolicy } from './retry-policy.js';

/** The options of {@link constantBackoff}. */
export interface ConstantBackoffOptions {
  /**
   * The delay before every retry, before jitter, in milliseconds.
   *
   * @defaultValue 1000
   */
  readonly delay?: number | undefined;
  /**
   * How the delays are spread. The default keeps them between half of `delay` and `delay`.
   *
   * @defaultValue 'equal'
   */
  readonly jitter?: Exclude<Jitter, 'decorrelated'> | undefined;
}

/** The defaults of {@link constantBackoff}; times in milliseconds. */
export const DEFAULT_CONSTANT_BACKOFF: {
  readonly delay: number;
  readonly jitter: Exclude<Jitter, 'decorrelated'>;
} = Object.freeze({ delay: 1_000, jitter: 'equal' });

const JITTERS = ['none', 'full', 'equal'] as const;

/**
 * Gives a policy whose delay is the same before every retry, but for its jitter, and which never
 * gives up.
 *
 * @remarks To give up, combine it with `limitRetries` or `limitElapsed`.
 *
 * @param options - What differs from the defaults.
 * @returns The policy.
 *
 * @throws OptionTypeError when an option is unknown or of the wrong kind.
 * @throws OptionRangeError when `delay` is negative or longer than a timer can wait (24.8 days).
 *
 * @example Three retries, two seconds apart.
 * ```ts
 * import { concatPolicies, constantBackoff, limitRetries } from 'rx-wss';
 *
 * const policy = concatPolicies(
 *   constantBackoff({ delay: 2_000, jitter: 'none' }),
 *   limitRetries(3),
 * );
 * ```
 */
export function constantBackoff(options: ConstantBackoffOptions = {}): RetryPolicy {
  const path = 'constantBackoff';
  const defaults = DEFAULT_CONSTANT_BACKOFF;
  // Checked as unknown: the assertion would take the types of the options away.
  const given: unknown = options;
  checkKeys(path, given, Object.keys(defaults));
  const delay = checkNumber(`${path}.delay`, options.delay, defaults.delay, {
    min: 0,
    max: MAX_TIMER,
  });
  const jitter = checkOneOf(`${path}.jitter`, options.jitter, defaults.jitter, JITTERS);

  return ({ random }) => O.some(spread(jitter, delay, random));
}
