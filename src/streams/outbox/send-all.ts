import * as O from 'fp-ts/lib/Option.js';
import { from, isObservable, Subscription, take } from 'rxjs';
import type { Observable, ObservableInput } from 'rxjs';

import { show } from '../../errors/option-checks.js';
import { OptionTypeError } from '../../errors/option-error.js';
import { DisposedError } from '../disposed-error.js';
import { onAbort } from '../on-abort.js';
import type { Delivery } from './delivery.js';
import { checkSend } from './send.js';
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
  #fault: O.Option<unknown> = O.none;
  #settled: (() => void) | undefined;

  /** @throws What makes all further messages pointless, once there is something. */
  check(): void {
    if (O.isSome(this.#fault)) throw this.#fault.value;
  }

  add(delivery: Promise<Delivery>): void {
    this.#open += 1;
    delivery
      .then(
        (fate) => {
          this.#counts[fate._tag] += 1;
          if (fate._tag === 'Rejected' && fate.error instanceof DisposedError)
            this.#fail(fate.error);
        },
        (error: unknown) => {
          // A function among the options threw.
          this.#fail(error);
        },
      )
      .finally(() => {
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
    this.check();
    return this.#counts;
  }

  #fail(error: unknown): void {
    if (O.isNone(this.#fault)) this.#fault = O.some(error);
  }
}

/**
 * Sends all that a source gives, and gives how many had which fate.
 *
 * @throws OptionTypeError or OptionRangeError if an option is wrong.
 */
export function sendAll<Out>(
  target: SendTarget<Out>,
  source: ObservableInput<Out>,
  options: SendOptions,
): Promise<DeliverySummary> {
  checkSend('sendAll', options);
  const given = isIterable(source) ? source : toObservable(source);
  return sendEach(target, given, options);
}

async function sendEach<Out>(
  target: SendTarget<Out>,
  source: Iterable<Out> | AsyncIterable<Out> | Observable<Out>,
  options: SendOptions,
): Promise<DeliverySummary> {
  const tally = new Tally();
  const { signal } = options;
  signal?.throwIfAborted();
  const send = (message: Out): void => {
    tally.check();
    tally.add(target.send(message, options));
  };
  if (!isObservable(source)) {
    const iterator = iteratorOf(source);
    let isDone = false;
    try {
      for (;;) {
        while (!target.isWritable) {
          await forEach(target.drained.pipe(take(1)), signal, () => undefined);
        }
        const next = await forFirst(iterator.next(), signal);
        isDone = next.done === true;
        if (next.done === true) break;
        send(next.value);
      }
    } finally {
      // Not waited for: it may take as long as the message that has not come.
      if (!isDone) void finish(iterator);
    }
  } else {
    await forEach(source, signal, send);
  }
  return tally.finish();
}

function toObservable<T>(source: ObservableInput<T>): Observable<T> {
  try {
    return from(source);
  } catch {
    throw new OptionTypeError(
      'sendAll.source',
      `must be an observable, a promise or an iterable, got ${show(source)}`,
    );
  }
}

type AnyIterator<T> = Iterator<T, unknown> | AsyncIterator<T, unknown>;

function isIterable<T>(source: ObservableInput<T>): source is Iterable<T> | AsyncIterable<T> {
  // A string is one, although not an object.
  const given: object = Object(source) as object;
  return !isObservable(source) && (Symbol.asyncIterator in given || Symbol.iterator in given);
}

function iteratorOf<T>(source: Iterable<T> | AsyncIterable<T>): AnyIterator<T> {
  const isAsync = typeof source === 'object' && Symbol.asyncIterator in source;
  return isAsync ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}

async function finish(iterator: AnyIterator<unknown>): Promise<void> {
  try {
    await iterator.return?.();
  } catch {
    // What it is finished for says more.
  }
}

/** Gives what a promise gives. Rejects when it does, or when the signal aborts. */
function forFirst<T>(value: T | PromiseLike<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return Promise.resolve(value);
  return new Promise<T>((resolve, reject) => {
    forEach(from(Promise.resolve(value)), signal, resolve).catch(reject);
  });
}

/**
 * Calls `each` with every value. Resolves when the source completes, and rejects when it fails, when `each` throws, or
 * when the signal aborts.
 */
function forEach<T>(
  source: Observable<T>,
  signal: AbortSignal | undefined,
  each: (value: T) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const subscription = new Subscription();
    const fail = (error: Error): void => {
      subscription.unsubscribe();
      reject(error);
    };
    const abort = (): void => {
      fail(signal?.reason as Error);
    };
    if (signal?.aborted === true) {
      abort();
      return;
    }
    if (signal !== undefined) {
      onAbort(signal, abort);
      subscription.add(() => {
        signal.removeEventListener('abort', abort);
      });
    }
    subscription.add(
      source.subscribe({
        next: (value) => {
          if (subscription.closed) return;
          try {
            each(value);
          } catch (error) {
            fail(error as Error);
          }
        },
        error: fail,
        complete: () => {
          subscription.unsubscribe();
          resolve();
        },
      }),
    );
  });
}
