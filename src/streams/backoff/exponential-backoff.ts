import * as O from 'fp-ts/lib/Option.js';
import {
  checkDuration,
  checkKeys,
  checkNumber,
  checkOneOf,
  MAX_TIMER,
} from '../../errors/option-checks.js';
import { OptionRangeError } from '../../errors/option-error.js';
import { decorrelatedJitter, spread } from './jitter.js';
import type { Jitter } from './jitter.js';
import type { RetryPolicy } from './retry-policy.js';

/** The options of {@link exponentialBackoff}. */
export interface ExponentialBackoffOptions {
  /**
   * The delay before the first retry, before jitter, in milliseconds.
   *
   * @defaultValue 200
   */
  readonly initialDelay?: number | undefined;
  /**
   * The cap of every delay, in milliseconds; `Infinity` for none but that of a timer (24.8 days).
   *
   * @defaultValue 30000
   */
  readonly maxDelay?: number | undefined;
  /**
   * What the delay is multiplied with after every retry; `decorrelated` jitter grows by itself.
   *
   * @defaultValue 2
   */
  readonly factor?: number | undefined;
  /**
   * How the delays are spread.
   *
   * @defaultValue 'full'
   */
  readonly jitter?: Jitter | undefined;
}

/** The defaults of {@link exponentialBackoff}; times in milliseconds. */
export const DEFAULT_EXPONENTIAL_BACKOFF: {
  readonly initialDelay: number;
  readonly maxDelay: number;
  readonly factor: number;
  readonly jitter: Jitter;
} = Object.freeze({ initialDelay: 200, maxDelay: 30_000, factor: 2, jitter: 'full' });

const JITTERS = ['none', 'full', 'equal', 'decorrelated'] as const;

/**
 * Gives a policy whose delay grows by a factor with every retry of the outage, up to a cap, and
 * which never gives up.
 *
 * @remarks
 * Without jitter the delays are `min(maxDelay, initialDelay * factor ** n)` for n = 0, 1, 2, …
 * With `full` jitter, the default, the first one is random between 0 and `initialDelay`, as RFC 6455
 * section 7.2.3 asks for. That section calls up to 5 s reasonable for it: take
 * `initialDelay: 5_000` for a fleet that a server must survive, less where few clients are to be back
 * soon.
 *
 * To give up, combine it with `limitRetries` or `limitElapsed`.
 *
 * @param options - What differs from the defaults.
 * @returns The policy.
 *
 * @throws OptionTypeError when an option is unknown or of the wrong kind.
 * @throws OptionRangeError when `initialDelay` or `maxDelay` is negative, when `initialDelay` is
 * larger than `maxDelay`, or when `factor` is less than 1.
 *
 * @example Reconnect after at most 0.5 s, 1 s, 2 s, 4 s, … up to 10 s.
 * ```ts
 * import { exponentialBackoff, text, webSocket } from 'rx-wss';
 *
 * const socket = webSocket({
 *   url: 'wss://feed.example.com',
 *   codec: text(),
 *   reconnect: exponentialBackoff({ initialDelay: 500, maxDelay: 10_000 }),
 * });
 * ```
 */
export function exponentialBackoff(options: ExponentialBackoffOptions = {}): RetryPolicy {
  const path = 'exponentialBackoff';
  const defaults = DEFAULT_EXPONENTIAL_BACKOFF;
  // Checked as unknown: the assertion would take the types of the options away.
  const given: unknown = options;
  checkKeys(path, given, Object.keys(defaults));
  const initialDelay = checkNumber(
    `${path}.initialDelay`,
    options.initialDelay,
    defaults.initialDelay,
    { min: 0, max: MAX_TIMER },
  );
  const maxDelay = Math.min(
    checkDuration(`${path}.maxDelay`, options.maxDelay, defaults.maxDelay),
    MAX_TIMER,
  );
  if (maxDelay < initialDelay) {
    throw new OptionRangeError(
      `${path}.maxDelay`,
      `must not be less than initialDelay (${initialDelay}), got ${maxDelay}`,
    );
  }
  const factor = checkNumber(`${path}.factor`, options.factor, defaults.factor, { min: 1 });
  const jitter = checkOneOf(`${path}.jitter`, options.jitter, defaults.jitter, JITTERS);

  return ({ iterNumber, previousDelay, random }) => {
    if (jitter === 'decorrelated') {
      // By definition the previous delay was capped; a Retry-After may have made it longer.
      const previous = O.isSome(previousDelay) ? previousDelay.value : initialDelay;
      const delay = decorrelatedJitter(initialDelay, Math.min(maxDelay, previous), random);
      return O.some(Math.min(maxDelay, delay));
    }
    // A power that overflows is cut to a finite number: 0 * Infinity would be NaN.
    const growth = Math.min(factor ** iterNumber, Number.MAX_VALUE);
    return O.some(spread(jitter, Math.min(maxDelay, initialDelay * growth), random));
  };
}
