import { Subscription } from 'rxjs';
import type { Observable } from 'rxjs';

import type { DemandLimits } from './demand-options.js';
import type { DemandControl } from './demand-source.js';
import { MessageBuffer } from './message-buffer.js';
import type { WaitingMessage } from './message-buffer.js';

/** How a source ended. */
export type SourceEnd =
  { readonly _tag: 'Completed' } | { readonly _tag: 'Failed'; readonly error: unknown };

/** Who takes messages out of an inbox. */
export interface InboxOwner<T> {
  /**
   * A message came, and none waits before it.
   *
   * @returns Whether it was taken; else it waits.
   */
  readonly offer: (message: T) => boolean;
  /** The source has ended; messages may wait still. */
  readonly ended: () => void;
}

/** What came from a source and was not asked for yet; the source is held when that is too much. */
export class Inbox<T> {
  readonly #source: Observable<T>;
  readonly #demand: DemandControl;
  readonly #owner: InboxOwner<T>;
  readonly #buffer: MessageBuffer<T>;
  #subscription: Subscription | undefined;
  #end: SourceEnd | undefined;

  /** @param demand - Holds the source, and tells the sizes of the messages. */
  constructor(
    source: Observable<T>,
    demand: DemandControl,
    limits: DemandLimits,
    owner: InboxOwner<T>,
  ) {
    this.#source = source;
    this.#demand = demand;
    this.#owner = owner;
    this.#buffer = new MessageBuffer(limits, demand);
  }

  /** How the source ended, once it has and no message waits any more. */
  get end(): SourceEnd | undefined {
    return this.#buffer.isEmpty ? this.#end : undefined;
  }

  /** Subscribes to the source, the first time. */
  open(): void {
    if (this.#subscription !== undefined) return;
    // There before the source is, which may end it at once.
    this.#subscription = new Subscription();
    this.#subscription.add(
      this.#source.subscribe({
        next: (message) => {
          if (this.#buffer.isEmpty && this.#owner.offer(message)) return;
          this.#buffer.put(message, this.#demand.messageSize);
        },
        error: (error: unknown) => {
          this.#ended({ _tag: 'Failed', error });
        },
        complete: () => {
          this.#ended({ _tag: 'Completed' });
        },
      }),
    );
  }

  /** Takes out the message that waited longest; undefined when none waits. */
  take(): WaitingMessage<T> | undefined {
    return this.#buffer.take();
  }

  /** Unsubscribes from the source for good, and drops what waits. */
  close(): void {
    this.#subscription ??= Subscription.EMPTY;
    this.#subscription.unsubscribe();
    this.#buffer.close();
  }

  #ended(end: SourceEnd): void {
    this.#end = end;
    this.#buffer.end();
    this.#owner.ended();
  }
}
