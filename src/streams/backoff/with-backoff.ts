import * as O from 'fp-ts/lib/Option.js';
import type { Option } from 'fp-ts/lib/Option.js';
import { defer, tap } from 'rxjs';
import type { MonoTypeOperatorFunction, Observable } from 'rxjs';
import type { Ending } from '../ending.js';
import type { BackoffRules } from './backoff-options.js';
import { initialCounter, nextRetry } from './retry-counter.js';
import type { Retry } from './retry-counter.js';

/**
 * Decides about the next subscription to the source.
 *
 * @param ending - How the connection underneath ended, where there was one.
 * @returns The retry; none to give up.
 *
 * @internal
 */
export type Decide = (ending: Option<Ending>) => Option<Retry>;

/**
 * Makes an operator that subscribes again and again: what `retryBackoff` and `repeatBackoff` share.
 *
 * @remarks The count and the uptime are kept for each subscription to the result by itself.
 *
 * @param rules - What to decide by.
 * @param again - Adds to the source what subscribes to it again, by the decisions of the function
 * that it is given.
 *
 * @internal
 */
export function withBackoff<T>(
  rules: BackoffRules,
  again: (source: Observable<T>, decide: Decide) => Observable<T>,
): MonoTypeOperatorFunction<T> {
  const { scheduler } = rules;
  return (source) =>
    defer(() => {
      let counter = initialCounter;
      let firstValueAt: Option<number> = O.none;
      const watched = source.pipe(
        tap({
          subscribe: () => {
            firstValueAt = O.none;
          },
          next: () => {
            if (O.isNone(firstValueAt)) firstValueAt = O.some(scheduler.now());
          },
        }),
      );
      return again(watched, (ending) => {
        const now = scheduler.now();
        const since = O.isSome(firstValueAt) ? now - firstValueAt.value : 0;
        const uptime = O.isSome(ending) ? ending.value.uptime : since;
        // The operator has asked isTransient before.
        const retry = nextRetry(counter, { ending, uptime, now, isTransient: true }, rules);
        if (O.isSome(retry)) counter = retry.value.counter;
        return retry;
      });
    });
}
