import { from, isObservable, take } from 'rxjs';
import type { Observable, ObservableInput } from 'rxjs';

import { onAbort } from '../on-abort.js';
import type { Delivery } from './delivery.js';
import type { SendOptions } from './send.js';

/** How many messages had which fate. */
export type DeliverySummary = Readonly<Record<Delivery['_tag'], number>>;

/** What `sendAll` needs of a socket. */
export interface SendTarget<Out> {
  /** Whether there is room for more. */
  readonly isWritable: boolean;
  /** Tells each time that there is room again. */
  readonly drained: Observable<void>;
  send(message: Out, options: SendOptions): Promise<Delivery>;
}

/** Counts the fates of messages. */
class Tally {
  readonly #counts = {
    Flushed: 0,
    Acknowledged: 0,
    Expired: 0,
    Dropped: 0,
    Rejected: 0,
    Unknown: 0,
  };
  #open = 0;
  #settled: (() => void) | undefined;

  add(delivery: Promise<Delivery>): void {
    this.#open += 1;
    void delivery.then(({ _tag }) => {
      this.#counts[_tag] += 1;
      this.#open -= 1;
      if (this.#open === 0) this.#settled?.();
    });
  }

  /** Gives the counts once every message has its fate. */
  async finish(): Promise<DeliverySummary> {
    if (this.#open > 0) {
      await new Promise<void>((resolve) => {
        this.#settled = resolve;
      });
    }
    return this.#counts;
  }
}

/** Sends all that a source gives, and gives how many had which fate. */
export async function sendAll<Out>(
  target: SendTarget<Out>,
  source: ObservableInput<Out>,
  options: SendOptions,
): Promise<DeliverySummary> {
  const tally = new Tally();
  const { signal } = options;
  signal?.throwIfAborted();
  if (isIterable(source)) {
    for await (const message of source) {
      signal?.throwIfAborted();
      tally.add(target.send(message, options));
      if (!target.isWritable) await forEach(target.drained.pipe(take(1)), signal, () => undefined);
    }
  } else {
    await forEach(from(source), signal, (message) => {
      tally.add(target.send(message, options));
    });
  }
  return tally.finish();
}

function isIterable<T>(source: ObservableInput<T>): source is Iterable<T> | AsyncIterable<T> {
  return !isObservable(source) && (Symbol.asyncIterator in source || Symbol.iterator in source);
}

/** Calls `each` with every value. Resolves when the source completes, and rejects when it fails or the signal aborts. */
function forEach<T>(
  source: Observable<T>,
  signal: AbortSignal | undefined,
  each: (value: T) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const subscription = source.subscribe({
      next: each,
      error: reject,
      complete: () => {
        resolve();
      },
    });
    if (signal === undefined) return;
    const abort = (): void => {
      subscription.unsubscribe();
      reject(signal.reason as Error);
    };
    onAbort(signal, abort);
    subscription.add(() => {
      signal.removeEventListener('abort', abort);
    });
  });
}
