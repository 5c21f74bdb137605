import * as O from 'fp-ts/lib/Option.js';
import type { Subscriber, Subscription } from 'rxjs';

import { OptionTypeError } from '../../errors/option-error.js';
import { DisposedError } from '../disposed-error.js';
import type { Ending } from '../ending.js';
import type { Hub, HubMember } from '../hub/hub.js';
import type { MessageKey } from '../hub/message-key.js';
import { checkChannel } from './channel-options.js';
import type { ChannelOptions, ChannelSettings } from './channel-options.js';
import { Channel } from './channel.js';
import { Topic } from './topic.js';

/** Tells which channel a message is for: its key; undefined or null where it is for none. */
export type Route<In> = (message: In) => MessageKey | null | undefined;

/**
 * The channels of a socket.
 *
 * @remarks
 * A message costs one call of `route` and one look-up, however many channels there are, and nothing while there is none.
 */
export class ChannelHub<In, Out> implements HubMember<In> {
  readonly #hub: Hub<Out>;
  readonly #route: Route<In> | undefined;
  readonly #topics = new Map<unknown, Topic<In, Out>>();
  #isDisposed = false;

  /** @param route - The socket's option; channels cannot do without. */
  constructor(hub: Hub<Out>, route: Route<In> | undefined) {
    this.#hub = hub;
    this.#route = route;
  }

  get isHolding(): boolean {
    return this.#topics.size > 0;
  }

  /**
   * Gives a channel.
   *
   * @remarks Where a channel with the key is alive already, it is shared, and the options of who subscribed to it first
   * are those that count: functions cannot be compared, and a component that asks for a topic need not know who else
   * does. It is alive from its first subscriber until its last has left, the time to linger included.
   *
   * @throws OptionTypeError or OptionRangeError if an option is wrong, or if the socket has no `route`.
   */
  channel(options: ChannelOptions<In, Out>): Channel<In, Out> {
    const settings = checkChannel(options);
    if (this.#route === undefined) {
      throw new OptionTypeError('route', 'must be given to webSocket() for it to have channels');
    }
    return new Channel(
      settings.key,
      (subscriber) =>
        this.#isDisposed ? this.#refuse(subscriber) : this.#join(settings, subscriber),
      (message: Out) => {
        this.#hub.post(message);
      },
    );
  }

  /** Asks the server for every channel. */
  opened(): void {
    // What is added meanwhile has asked already, and does not ask twice.
    for (const topic of this.#topics.values()) this.#ask(topic);
  }

  /** Ends what lingers: nobody wants it, and the server knows of it no more. */
  lost(): void {
    for (const topic of this.#topics.values()) if (!topic.isObserved) this.#drop(topic);
  }

  /** Gives a message to the channel that it is for. */
  dispatch(message: In): boolean {
    if (this.#topics.size === 0 || this.#route === undefined) return false;
    let topic: Topic<In, Out> | undefined;
    try {
      topic = this.#topics.get(this.#route(message));
    } catch (error) {
      this.#hub.fault(error);
      return false;
    }
    if (topic === undefined) return false;
    const { failure, exclusive } = topic;
    if (failure === undefined || !this.#hasFailed(topic, failure, message)) topic.next(message);
    return exclusive;
  }

  over(_ending: Ending, error: O.Option<unknown>): () => void {
    const subscribers = this.#takeAll().flatMap((topic) => topic.end());
    return () => {
      for (const subscriber of subscribers) {
        if (this.#isDisposed) subscriber.unsubscribe();
        else if (O.isSome(error)) subscriber.error(error.value);
        else subscriber.complete();
      }
    };
  }

  /** Unsubscribes all subscribers, who are told nothing. */
  dispose(): void {
    this.#isDisposed = true;
    for (const topic of this.#takeAll()) {
      for (const subscriber of topic.end()) subscriber.unsubscribe();
    }
  }

  #refuse(subscriber: Subscriber<In>): Subscription {
    // Told later, like any failure, so that a plain retry() does not recurse.
    return this.#hub.scheduler.schedule(() => {
      subscriber.error(new DisposedError());
    });
  }

  #join(settings: ChannelSettings<In, Out>, subscriber: Subscriber<In>): () => void {
    const present = this.#topics.get(settings.key);
    const topic = present ?? new Topic(settings, this.#hub);
    topic.add(subscriber);
    if (present === undefined) {
      this.#topics.set(settings.key, topic);
      this.#hub.hold();
      this.#ask(topic);
    }
    return () => {
      topic.remove(subscriber);
      if (topic.isOver || topic.isObserved) return;
      if (topic.linger === 0 || !topic.isAsked) this.#drop(topic);
      else {
        topic.wait(() => {
          this.#drop(topic);
        });
      }
    };
  }

  #ask(topic: Topic<In, Out>): void {
    try {
      topic.ask();
    } catch (error) {
      this.#fail(topic, error);
    }
  }

  /** Whether a message tells of a failure of its channel, which has failed with it then. */
  #hasFailed(topic: Topic<In, Out>, failure: (message: In) => unknown, message: In): boolean {
    let error: unknown;
    try {
      error = failure(message);
    } catch (thrown) {
      this.#sendFarewell(topic.farewell());
      this.#fail(topic, thrown);
      return true;
    }
    if (error === undefined || error === null) return false;
    this.#fail(topic, error);
    return true;
  }

  #fail(topic: Topic<In, Out>, error: unknown): void {
    if (topic.isOver) return;
    this.#topics.delete(topic.key);
    for (const subscriber of topic.end()) subscriber.error(error);
    // After that, so that who retries at once finds the connection still there.
    this.#release();
  }

  /** The last subscriber has left. */
  #drop(topic: Topic<In, Out>): void {
    const farewell = topic.farewell();
    // Whoever makes the message may have subscribed again, or ended everything.
    if (topic.isOver || topic.isObserved) return;
    this.#topics.delete(topic.key);
    topic.end();
    this.#sendFarewell(farewell);
    this.#release();
  }

  #sendFarewell(farewell: { readonly message: Out } | undefined): void {
    try {
      if (farewell !== undefined) this.#hub.sendNow(farewell.message);
    } catch {
      // There is nobody to tell.
    }
  }

  #release(): void {
    if (!this.isHolding) this.#hub.release();
  }

  #takeAll(): readonly Topic<In, Out>[] {
    const topics = [...this.#topics.values()];
    this.#topics.clear();
    return topics;
  }
}
