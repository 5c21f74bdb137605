import * as O from 'fp-ts/lib/Option.js';
import { EMPTY, repeat, timer } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import { checkBackoff } from './backoff-options.js';
import type { BackoffOptions } from './backoff-options.js';
import type { RetryPolicy } from './retry-policy.js';
import { withBackoff } from './with-backoff.js';

/** The options of {@link repeatBackoff}. */
export type RepeatBackoffOptions = BackoffOptions;

/**
 * Subscribes to the source again when it completes, after the delay that a policy gives.
 *
 * @remarks
 * It is to completion what `retryBackoff` is to failure; for both, apply one after the other. Values
 * and errors pass through. When the policy gives up, the result completes. What the policy throws
 * goes to the subscriber as the error.
 *
 * The count begins again only after a subscription that was up for `minUptime`, counted from its first
 * value. While it waits there is no subscription to the source. Every repetition takes a turn of the
 * scheduler. An early unsubscribe cancels the wait. Each subscription to the result counts by itself.
 *
 * @param policy - Decides whether and when; a policy of retry-ts will do as it is.
 * @param options - What differs from the defaults.
 * @returns The operator.
 *
 * @throws OptionTypeError when the policy is not a function, or an option is unknown or of the wrong
 * kind.
 * @throws OptionRangeError when `minUptime` is negative, or longer than 24.8 days and not `Infinity`.
 *
 * @example Dial again also when the server closes cleanly.
 * ```ts
 * import { constantBackoff, exponentialBackoff, repeatBackoff, retryBackoff } from 'rx-wss';
 * import { text, webSocket } from 'rx-wss';
 *
 * webSocket({ url: 'wss://feed.example.com', codec: text() })
 *   .pipe(retryBackoff(exponentialBackoff()), repeatBackoff(constantBackoff({ delay: 5_000 })))
 *   .subscribe((line) => console.log(line));
 * ```
 */
export function repeatBackoff<T>(
  policy: RetryPolicy,
  options: RepeatBackoffOptions = {},
): MonoTypeOperatorFunction<T> {
  const rules = checkBackoff('repeatBackoff', policy, options, []);

  return withBackoff(rules, (source, decide) =>
    source.pipe(
      repeat({
        delay: () => {
          const next = decide(O.none);
          return O.isSome(next) ? timer(next.value.delay, rules.scheduler) : EMPTY;
        },
      }),
    ),
  );
}
