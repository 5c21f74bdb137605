import type { Observable } from 'rxjs';

import { checkDemand } from './demand-options.js';
import type { DemandControl, DemandSource } from './demand-source.js';
import { DEMAND, needDemand } from './find-demand.js';
import type { ConsumerOptions } from './find-demand.js';
import { Inbox } from './inbox.js';

type Result<T> = IteratorResult<T, undefined>;

interface Asker<T> {
  readonly resolve: (result: Result<T>) => void;
  readonly reject: (error: unknown) => void;
}

const DONE: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined });

/**
 * Gives the messages of a socket to a loop, `for await`, and has the server wait when the loop is too slow.
 *
 * @remarks
 * The first `next()` subscribes, and what has come since waits for the loop, in order. From `highWaterMark` on, the
 * socket is not read from. When the stream fails, the loop gets what came before, then throws the error. Leaving
 * the loop, by `break`, `return` or an error, unsubscribes at once and drops what waits; a `next()` that waits then
 * is done.
 *
 * Whoever calls `next()` without a loop has to call `return()` at the end: an iterator that was left alone holds
 * the socket for good.
 *
 * @param source - The socket; or any stream, with the socket that it is made of as the option `demand`.
 * @param options - What differs from the defaults.
 * @returns The iterator, which can be used once.
 *
 * @throws OptionTypeError or OptionRangeError if an option is wrong.
 *
 * @example
 * ```ts
 * import { filter } from 'rxjs';
 * import { iterate, webSocket } from 'rx-wss';
 *
 * const socket = webSocket({ url: 'wss://feed.example.com/v1' });
 * const filled = socket.pipe(filter((message) => message !== null));
 *
 * for await (const message of iterate(filled, { demand: socket })) {
 *   console.log(message);
 * }
 * ```
 */
export function iterate<T>(
  source: DemandSource<T>,
  options?: ConsumerOptions,
): AsyncIterableIterator<T, undefined, undefined>;
export function iterate<T>(
  source: Observable<T>,
  options: ConsumerOptions & { readonly demand: DemandControl },
): AsyncIterableIterator<T, undefined, undefined>;
export function iterate<T>(
  source: Observable<T>,
  options: ConsumerOptions = {},
): AsyncIterableIterator<T, undefined, undefined> {
  const limits = checkDemand('iterate', options, [DEMAND]);
  const demand = needDemand('iterate.demand', source, options.demand);
  const askers: Asker<T>[] = [];
  let isOver = false;

  const inbox = new Inbox<T>(source, demand, limits, {
    offer: (value) => {
      const asker = askers.shift();
      asker?.resolve({ done: false, value });
      return asker !== undefined;
    },
    ended: () => {
      const asker = askers.shift();
      if (asker === undefined) return;
      // Somebody asks, so nothing waits.
      tellEnd(asker);
    },
  });

  const close = (): void => {
    isOver = true;
    inbox.close();
    for (const asker of askers.splice(0)) asker.resolve(DONE);
  };

  /** Tells whoever asks first; the others are done. */
  const tellEnd = ({ resolve, reject }: Asker<T>): void => {
    const { end } = inbox;
    if (end?._tag === 'Failed') reject(end.error);
    else resolve(DONE);
    close();
  };

  return {
    next: () =>
      new Promise<Result<T>>((resolve, reject) => {
        const waiting = inbox.take();
        if (waiting !== undefined) resolve({ done: false, value: waiting.value });
        else if (isOver) resolve(DONE);
        else if (inbox.end !== undefined) tellEnd({ resolve, reject });
        else {
          askers.push({ resolve, reject });
          inbox.open();
        }
      }),
    return: () => {
      close();
      return Promise.resolve(DONE);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
