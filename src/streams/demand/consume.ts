import { from, ignoreElements, merge, mergeMap, Observable, Subject, tap } from 'rxjs';
import type { ObservableInput, OperatorFunction } from 'rxjs';

import { checkFunction, checkNumber } from '../../errors/option-checks.js';
import { checkGiven } from '../backoff/check-given.js';
import { ConsumeOverflowError } from './consume-overflow-error.js';
import { checkDemand } from './demand-options.js';
import { checkControl, DEMAND, findDemand } from './find-demand.js';
import type { ConsumerOptions } from './find-demand.js';
import { MessageBuffer } from './message-buffer.js';
import { WorkSignals } from './work-signals.js';

/** The options of {@link consume}. */
export interface ConsumeOptions extends ConsumerOptions {
  /**
   * How many messages are worked on at the same time; with `Infinity` none waits, and the source is never held.
   *
   * @defaultValue 1
   */
  readonly concurrency?: number | undefined;
}

/**
 * Does asynchronous work for each message, no more of it at a time than `concurrency`, and has the server wait
 * when that is too slow.
 *
 * @remarks
 * It is rxjs's `mergeMap`, bounded: results come as they are done, work begins in the order of the messages, an
 * error of the source or of any work is passed on at once, and it completes when the source and all the work
 * have. Messages that cannot be worked on yet wait; from `highWaterMark` on, the socket is not read from.
 *
 * While the socket is held, nothing that comes on it gets through: work must not wait for an answer on the same
 * socket.
 *
 * Other operators between it and the socket hide the socket: pass it as `demand`. A source that cannot be made to wait
 * is only buffered, and fails with a ConsumeOverflowError where more than `highWaterMark.messages` wait; their
 * bytes are not known.
 *
 * An early unsubscribe, or an error, drops what waits, unsubscribes from the work under way and aborts its
 * signals. Works share signals, so one may abort after its own work is done.
 *
 * @param project - Does the work; `index` counts from 0. What it throws goes to the subscriber as the error. The
 * signal aborts when nobody wants the result any more.
 * @param options - What differs from the defaults.
 * @returns The operator.
 *
 * @throws OptionTypeError or OptionRangeError if `project` is not a function, or an option is wrong.
 *
 * @example
 * ```ts
 * import * as t from 'io-ts';
 * import { consume, json, webSocket } from 'rx-wss';
 *
 * const socket = webSocket({
 *   url: 'wss://feed.example.com/v1',
 *   codec: json({ incoming: t.type({ id: t.string }) }),
 * });
 * const store = ({ id }: { id: string }, _index: number, signal: AbortSignal) =>
 *   fetch(`https://store.example.com/${id}`, { method: 'PUT', signal });
 *
 * socket.pipe(consume(store, { concurrency: 4 })).subscribe({
 *   error: (error: unknown) => console.error(error),
 * });
 * ```
 */
export function consume<T, R>(
  project: (value: T, index: number, signal: AbortSignal) => ObservableInput<R>,
  options: ConsumeOptions = {},
): OperatorFunction<T, R> {
  checkGiven('consume.project', project);
  checkFunction('consume.project', project);
  const limits = checkDemand('consume', options, ['concurrency', DEMAND]);
  checkControl('consume.demand', options.demand);
  const range = { min: 1, integer: true };
  const concurrency = checkNumber('consume.concurrency', options.concurrency, 1, range);
  const maxWaiting = limits.highWaterMark.messages;

  return (source) =>
    new Observable<R>((subscriber) => {
      const demand = findDemand(source, options.demand);
      const buffer = new MessageBuffer<T>(limits, demand);
      const work = new Subject<T>();
      const signals = new WorkSignals();
      let active = 0;
      let isComplete = false;
      let isTaking = false;

      const begin = (value: T): void => {
        active += 1;
        work.next(value);
      };

      const beginWaiting = (): void => {
        // From within: work that is done at once, or a source that delivers as soon as it is released.
        if (isTaking) return;
        isTaking = true;
        while (active < concurrency) {
          const waiting = buffer.take();
          if (waiting === undefined) break;
          begin(waiting.value);
        }
        isTaking = false;
        if (isComplete && buffer.isEmpty) work.complete();
      };

      const arrivals = tap<T>({
        next: (value) => {
          // While there is room, nothing waits but what is being taken.
          if (active < concurrency && !isTaking) {
            begin(value);
          } else if (demand === undefined && buffer.messages >= maxWaiting) {
            throw new ConsumeOverflowError(maxWaiting);
          } else {
            buffer.put(value, demand?.messageSize ?? 0);
          }
        },
        complete: () => {
          isComplete = true;
          // The socket may have other subscribers, and a next connection.
          buffer.end();
          beginWaiting();
        },
      });

      const results = work.pipe(
        mergeMap((value, index) => {
          const controller = signals.next();
          return from(project(value, index, controller.signal)).pipe(
            tap({
              unsubscribe: () => {
                controller.abort();
              },
              finalize: () => {
                active -= 1;
                if (!subscriber.closed) beginWaiting();
              },
            }),
          );
        }),
      );

      merge(results, source.pipe(arrivals, ignoreElements())).subscribe(subscriber);
      return () => {
        buffer.close();
      };
    });
}
