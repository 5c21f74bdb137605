import { Subscription } from 'rxjs';
import type { Subscriber } from 'rxjs';

import type { Hub } from '../hub/hub.js';
import type { MessageKey } from '../hub/message-key.js';
import { SubscriberList } from '../subscriber-list.js';
import type { ChannelSettings } from './channel-options.js';

/**
 * A channel while it is alive: its subscribers, and what the server was asked for.
 *
 * @remarks There may be thousands, and every message is for another one: what is read for each message is to be in few
 * places of the memory.
 */
export class Topic<In, Out> extends SubscriberList<In> {
  readonly key: MessageKey;
  readonly failure: ChannelSettings<In, Out>['failure'];
  readonly exclusive: boolean;
  readonly linger: number;
  readonly #subscribe: ChannelSettings<In, Out>['subscribe'];
  readonly #unsubscribe: ChannelSettings<In, Out>['unsubscribe'];
  readonly #hub: Hub<Out>;
  // The connection that the server was asked on.
  #askedOn: number | undefined;
  #lingering: Subscription = Subscription.EMPTY;
  #isOver = false;

  constructor(settings: ChannelSettings<In, Out>, hub: Hub<Out>) {
    super();
    this.key = settings.key;
    this.#subscribe = settings.subscribe;
    this.#unsubscribe = settings.unsubscribe;
    this.failure = settings.failure;
    this.exclusive = settings.exclusive;
    this.linger = settings.linger;
    this.#hub = hub;
  }

  /** Whether it is over; then nothing is to be done about it any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether anybody subscribes to it. */
  get isObserved(): boolean {
    return this.present.length > 0;
  }

  /** Whether the server was asked for it on the connection that is open. */
  get isAsked(): boolean {
    return this.#askedOn !== undefined && this.#askedOn === this.#hub.connection;
  }

  override add(subscriber: Subscriber<In>): void {
    super.add(subscriber);
    this.#lingering.unsubscribe();
  }

  /**
   * Asks the server for it, unless that was done on this connection, or there is none, or nobody wants it.
   *
   * @throws What `subscribe` or the encoding of its message throws.
   */
  ask(): void {
    const { connection } = this.#hub;
    const subscribe = this.#subscribe;
    if (subscribe === undefined || connection === undefined || !this.#isDue(connection)) return;
    const message = subscribe();
    // Whoever makes the message may have ended what it was for.
    if (this.#isDue(connection) && this.#hub.sendNow(message)) this.#askedOn = connection;
  }

  /** Makes the message that ends it, where one is due; undefined where that throws, too. */
  farewell(): { readonly message: Out } | undefined {
    const unsubscribe = this.#unsubscribe;
    if (unsubscribe === undefined || this.#isOver || !this.isAsked) return undefined;
    try {
      return { message: unsubscribe() };
    } catch {
      // Whoever unsubscribes has no part in it.
      return undefined;
    }
  }

  /** Calls `drop` after the time to linger, unless somebody subscribes before. */
  wait(drop: () => void): void {
    const { linger } = this;
    if (linger !== Infinity) this.#lingering = this.#hub.scheduler.schedule(drop, linger);
  }

  /** Makes an end of it. @returns Who subscribed to it, and is to be told. */
  end(): readonly Subscriber<In>[] {
    this.#isOver = true;
    this.#lingering.unsubscribe();
    return this.takeAll();
  }

  /** Whether the server is still to be asked on `connection`, for somebody who wants to know. */
  #isDue(connection: number): boolean {
    if (this.#hub.connection !== connection || this.#askedOn === connection) return false;
    return this.present.some(({ closed }) => !closed);
  }
}
