import * as O from 'fp-ts/lib/Option.js';
import { retry, throwError, timer } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import { checkBackoff } from './backoff-options.js';
import type { BackoffOptions } from './backoff-options.js';
import { endingOf } from './ending-of.js';
import { isTransientError } from './is-transient-error.js';
import type { RetryPolicy } from './retry-policy.js';
import { withBackoff } from './with-backoff.js';

/** A retry that `retryBackoff` is about to wait for. */
export interface RetryNotice {
  /** What the source failed with. */
  readonly error: unknown;
  /** The number of the attempt that follows: 2 for the first retry of an outage. */
  readonly attempt: number;
  /** The time until then, in whole milliseconds. */
  readonly delay: number;
}

/** The options of {@link retryBackoff}. */
export interface RetryBackoffOptions extends BackoffOptions {
  /**
   * Tells whether an error is worth a retry; any other is passed on at once.
   *
   * @defaultValue `isTransientError`
   */
  readonly isTransient?: ((error: unknown) => boolean) | undefined;
  /**
   * Is told of every retry before the wait begins: the error is not seen anywhere else.
   *
   * @defaultValue nobody is told
   */
  readonly onRetry?: ((retry: RetryNotice) => void) | undefined;
}

/**
 * Subscribes to the source again when it fails, after the delay that a policy gives.
 *
 * @remarks
 * It works on any observable. Values and completion pass through. When the policy gives up, or the
 * error is fatal, the source's last error passes on unchanged. What `isTransient`, `onRetry` or the
 * policy throws goes to the subscriber as the error.
 *
 * The count of the retries begins again only after a subscription that was up for `minUptime`: by the
 * connection's own uptime for an error that carries an ending, else counted from the
 * subscription's first value. While it waits there is no subscription to the source. Every retry
 * takes a turn of the scheduler, so that a source which fails at once with a delay of 0 neither
 * overflows the stack nor keeps the event loop from its other work. An early unsubscribe cancels the
 * wait. Each subscription to the result counts by itself.
 *
 * @param policy - Decides whether and when; a policy of retry-ts will do as it is.
 * @param options - What differs from the defaults.
 * @returns The operator.
 *
 * @throws OptionTypeError when the policy is not a function, or an option is unknown or of the wrong
 * kind.
 * @throws OptionRangeError when `minUptime` is negative, or longer than 24.8 days and not `Infinity`.
 *
 * @example
 * ```ts
 * import { concatPolicies, exponentialBackoff, limitRetries, retryBackoff } from 'rx-wss';
 * import { defer } from 'rxjs';
 *
 * defer(() => fetch('https://api.example.com/v1/snapshot'))
 *   .pipe(
 *     retryBackoff(concatPolicies(exponentialBackoff(), limitRetries(5)), {
 *       onRetry: ({ attempt, delay }) => console.warn(`attempt ${attempt} in ${delay} ms`),
 *     }),
 *   )
 *   .subscribe({ error: (error: unknown) => console.error(error) });
 * ```
 */
export function retryBackoff<T>(
  policy: RetryPolicy,
  options: RetryBackoffOptions = {},
): MonoTypeOperatorFunction<T> {
  const rules = checkBackoff('retryBackoff', policy, options, ['isTransient', 'onRetry']);
  const { isTransient = isTransientError, onRetry } = options;

  return withBackoff(rules, (source, decide) =>
    source.pipe(
      retry({
        delay: (error: unknown) => {
          if (!isTransient(error)) return throwError(() => error);
          const next = decide(endingOf(error));
          if (O.isNone(next)) return throwError(() => error);
          const { attempt, delay } = next.value;
          onRetry?.({ error, attempt, delay });
          return timer(delay, rules.scheduler);
        },
      }),
    ),
  );
}
