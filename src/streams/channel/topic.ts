import { Subscription } from 'rxjs';
import type { Subscriber } from 'rxjs';

import type { Hub } from '../hub/hub.js';
import { SubscriberList } from '../subscriber-list.js';
import type { ChannelSettings } from './channel-options.js';

/** A channel while it is alive: its subscribers, and what the server was asked for. */
export class Topic<In, Out> {
  readonly settings: ChannelSettings<In, Out>;
  readonly #hub: Hub<Out>;
  readonly #subscribers = new SubscriberList<In>();
  // The connection that the server was asked on.
  #askedOn: number | undefined;
  #linger: Subscription = Subscription.EMPTY;
  #isOver = false;

  constructor(settings: ChannelSettings<In, Out>, hub: Hub<Out>) {
    this.settings = settings;
    this.#hub = hub;
  }

  /** Whether it is over; then nothing is to be done about it any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether anybody subscribes to it. */
  get isObserved(): boolean {
    return this.#subscribers.present.length > 0;
  }

  /** Whether the server was asked for it on the connection that is open. */
  get isAsked(): boolean {
    return this.#askedOn !== undefined && this.#askedOn === this.#hub.connection;
  }

  add(subscriber: Subscriber<In>): void {
    this.#subscribers.add(subscriber);
    this.#linger.unsubscribe();
  }

  remove(subscriber: Subscriber<In>): void {
    this.#subscribers.remove(subscriber);
  }

  /**
   * Asks the server for it, unless that was done on this connection, or there is none, or nobody wants it.
   *
   * @throws What `subscribe` or the encoding of its message throws.
   */
  ask(): void {
    const { connection } = this.#hub;
    const { subscribe } = this.settings;
    if (subscribe === undefined || connection === undefined || !this.#isDue(connection)) return;
    const message = subscribe();
    // Whoever makes the message may have ended what it was for.
    if (this.#isDue(connection) && this.#hub.sendNow(message)) this.#askedOn = connection;
  }

  /** Makes the message that ends it, where one is due; undefined where that throws, too. */
  farewell(): { readonly message: Out } | undefined {
    const { unsubscribe } = this.settings;
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
    const { linger } = this.settings;
    if (linger !== Infinity) this.#linger = this.#hub.scheduler.schedule(drop, linger);
  }

  deliver(message: In): void {
    // Who subscribes from within begins with the next message.
    for (const subscriber of this.#subscribers.present) subscriber.next(message);
  }

  /** Makes an end of it. @returns Who subscribed to it, and is to be told. */
  end(): readonly Subscriber<In>[] {
    this.#isOver = true;
    this.#linger.unsubscribe();
    return this.#subscribers.takeAll();
  }

  /** Whether the server is still to be asked on `connection`, for somebody who wants to know. */
  #isDue(connection: number): boolean {
    if (this.#hub.connection !== connection || this.#askedOn === connection) return false;
    return this.#subscribers.present.some(({ closed }) => !closed);
  }
}
