import * as E from 'fp-ts/lib/Either.js';
import { Subject } from 'rxjs';
import type { Observable, Subscriber } from 'rxjs';

import type { Codec } from '../codec/codec.js';
import type { DecodeFailure } from '../codec/decode-failure.js';
import { CHANNELS } from './channels.js';
import { guardedDecode } from './guarded-decode.js';
import type { Rejected } from './rejected.js';
import type { SocketCounters } from './socket-stats.js';
import { SubscriberList } from './subscriber-list.js';

/** Where a message came from. */
export interface MessageSource<In> {
  /** Takes messages that are not for the stream; undefined while all are. */
  readonly intercept: ((message: In) => boolean) | undefined;
  /** Decides what a message that did not decode means for the connection. */
  judge(failure: DecodeFailure): void;
  /** Ends the stream for the fault of a function among the options. */
  fail(error: unknown): void;
}

/** The way of a message from the connection to the subscribers. */
export class Incoming<In> {
  /** The messages that did not decode. */
  readonly rejected: Observable<Rejected>;
  readonly subscribers: SubscriberList<In> = new SubscriberList<In>();
  readonly eitherSubscribers: SubscriberList<E.Either<DecodeFailure, In>> = new SubscriberList<
    E.Either<DecodeFailure, In>
  >();

  /** Takes messages that are not for the stream; undefined while all are. */
  take: ((message: In) => boolean) | undefined;
  /** The size of the message that is being delivered, in bytes; 0 while none is. */
  messageSize = 0;

  readonly #codec: Codec<In, never>;
  readonly #socket: number;
  readonly #counters: SocketCounters;
  readonly #rejected = new Subject<Rejected>();

  /** @param socket - The number of the socket. */
  constructor(codec: Codec<In, never>, socket: number, counters: SocketCounters) {
    this.#codec = codec;
    this.#socket = socket;
    this.#counters = counters;
    this.rejected = this.#rejected.asObservable();
  }

  /** Whether anybody is there for the messages. */
  get isObserved(): boolean {
    return this.subscribers.present.length + this.eitherSubscribers.present.length > 0;
  }

  /**
   * Reads a message that came, and tells of it.
   *
   * @param source - The session that it came in.
   * @param place - Tells the number of the connection.
   */
  receive(
    source: MessageSource<In>,
    place: { readonly connection: number },
    data: Buffer,
    isBinary: boolean,
  ): void {
    this.#counters.received(data.length);
    const decoded = guardedDecode(this.#codec, data, isBinary ? 'binary' : 'text');
    if (E.isLeft(decoded)) {
      this.#reject(decoded, place.connection);
      source.judge(decoded.left);
    } else if (source.intercept?.(decoded.right) !== true) {
      this.messageSize = data.length;
      this.#accept(source, decoded);
      this.messageSize = 0;
    }
  }

  /** Tells of a message that was read before. */
  accept(source: MessageSource<In>, message: In): void {
    this.#accept(source, { _tag: 'Right', right: message });
  }

  /** The stream is over: gives all subscribers, who are to be told, and lets them go. */
  release(): readonly Subscriber<never>[] {
    return [...this.subscribers.takeAll(), ...this.eitherSubscribers.takeAll()];
  }

  /** Unsubscribes all subscribers, who are told nothing. */
  unsubscribe(): void {
    for (const subscriber of this.release()) subscriber.unsubscribe();
  }

  #accept(source: MessageSource<In>, message: E.Right<In>): void {
    if (this.take === undefined || !this.#isTaken(source, message.right)) this.#deliver(message);
  }

  #isTaken(source: MessageSource<In>, message: In): boolean {
    try {
      return this.take?.(message) === true;
    } catch (error) {
      source.fail(error);
      return true;
    }
  }

  #deliver(message: E.Right<In>): void {
    // Who subscribes from within begins with the next message.
    const { present } = this.eitherSubscribers;
    this.subscribers.next(message.right);
    for (const subscriber of present) subscriber.next(message);
  }

  #reject(decoded: E.Left<DecodeFailure>, connection: number): void {
    this.#counters.rejected();
    const rejected: Rejected = { failure: decoded.left, connection };
    const { present } = this.eitherSubscribers;
    if (CHANNELS.reject.hasSubscribers) {
      CHANNELS.reject.publish({ socket: this.#socket, ...rejected });
    }
    this.#rejected.next(rejected);
    for (const subscriber of present) subscriber.next(decoded);
  }
}
