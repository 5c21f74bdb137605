import type * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import { filter, Observable, Subject, Subscription, take } from 'rxjs';
import type { Observer, Subscriber } from 'rxjs';

import type { Codec } from '../codec/codec.js';
import type { DecodeFailure } from '../codec/decode-failure.js';
import { toReconnectOrder, toCloseOrder } from './close-request.js';
import type { CloseOrder, CloseRequest } from './close-request.js';
import { DisposedError } from './disposed-error.js';
import { checkDrain, drain } from './drain.js';
import type { DrainOptions } from './drain.js';
import { encode } from './encode.js';
import type { Ending } from './ending.js';
import { Incoming } from './incoming.js';
import { multiplex } from './multiplex.js';
import type { Posted } from './multiplex.js';
import { Outbox } from './outbox.js';
import type { QueuedMessage } from './outbox.js';
import type { Rejected } from './rejected.js';
import { SessionJournal } from './session-journal.js';
import type { JournalContext } from './session-journal.js';
import { Session } from './session.js';
import type { Settings } from './settings.js';
import { nextSocketNumber } from './socket-number.js';
import { SocketCounters } from './socket-stats.js';
import type { SocketStats } from './socket-stats.js';
import type { ClosedState, SocketState } from './socket-state.js';
import { StateCell } from './state-cell.js';
import type { SubscriberList } from './subscriber-list.js';
import { watchStats } from './watch-stats.js';

/**
 * A WebSocket connection as an RxJS subject: what the server sends comes out of it, decoded; what
 * is given to `next` goes out.
 *
 * @remarks
 * The first subscriber dials, all subscribers share one connection, and the last one to leave closes
 * it with 1000. Once the stream has completed or failed, a new subscriber dials again.
 */
export class SocketSubject<In, Out>
  extends Observable<In>
  implements Observer<Out>, AsyncDisposable
{
  /** Where the socket is in its life: the present state on subscription, then each change. */
  readonly state: Observable<SocketState>;
  /**
   * Every message as the codec decoded it, the failures among them: like the stream itself, whose
   * connection it shares, and dials as well.
   */
  readonly decoded: Observable<E.Either<DecodeFailure, In>>;
  /** The messages that did not decode. A subscription to it does not dial. */
  readonly rejected: Observable<Rejected>;
  /** How long the server took to answer each ping, in milliseconds. A subscription to it does not dial. */
  readonly rtt: Observable<number>;

  readonly #settings: Settings<In, Out>;
  readonly #codec: Codec<In, Out>;
  readonly #outbox: Outbox;
  readonly #state = new StateCell();
  readonly #rtt = new Subject<number>();
  readonly #incoming: Incoming<In>;
  readonly #counters = new SocketCounters();
  readonly #journal: JournalContext;
  #session: Session<In, Out> | undefined;
  #latest: Session<In, Out> | undefined;
  #linger: Subscription = Subscription.EMPTY;
  #isDisposed = false;

  /** @internal */
  constructor(settings: Settings<In, Out>) {
    super((subscriber) => this.#join(this.#incoming.subscribers, subscriber));
    this.#settings = settings;
    this.#codec = settings.codec;
    this.#outbox = new Outbox(settings.outbox);
    const socket = nextSocketNumber();
    this.#incoming = new Incoming(settings.codec, socket, this.#counters);
    this.#journal = {
      socket,
      counters: this.#counters,
      lifecycle: settings.lifecycle,
      dangersTold: new Set(),
    };
    this.state = this.#state.changes;
    this.rejected = this.#incoming.rejected;
    this.rtt = this.#rtt.asObservable();
    this.decoded = new Observable((subscriber) =>
      this.#join(this.#incoming.eitherSubscribers, subscriber),
    );
  }

  /**
   * How the stream ended: resolves once it has, the closing handshake included, and never rejects. Before
   * the first subscriber it is about the stream that will begin.
   */
  get closed(): Promise<Ending> {
    const isClosed = (state: SocketState): state is ClosedState => state._tag === 'Closed';
    return new Promise((resolve, reject) => {
      this.state.pipe(filter(isClosed), take(1)).subscribe({
        next: ({ ending }) => {
          resolve(ending);
        },
        error: reject,
      });
    });
  }

  /**
   * Sends a message, or keeps it in the outbox until there is a connection.
   *
   * @remarks What is given after `complete()` waits for the connection of the next subscriber. When a
   * source is piped into the socket, rxjs reports what this throws as an unhandled error.
   *
   * @param message - The message; it is encoded now.
   * @throws EncodeError if the codec cannot encode it, or is at fault itself.
   * @throws OutboxFullError if it would have to wait and there is no room.
   * @throws DisposedError after `unsubscribe()`.
   */
  next(message: Out): void {
    this.#post(message);
  }

  /**
   * Closes with a code of your choice, once everything before it is sent; the subscribers complete.
   *
   * @remarks
   * Given anything but a close request, e.g. the error of a source that was piped into the socket, it
   * closes with 1011 and the subscribers fail with a CloseError whose cause it is.
   *
   * @param close - The code and the reason to close with.
   * @throws OptionTypeError or OptionRangeError if the protocol does not allow the code or reason.
   */
  error(close: unknown): void {
    this.#close(toCloseOrder(close));
  }

  /** Closes as `closeWith` says, once everything before it is sent; the subscribers complete. */
  complete(): void {
    this.#close(this.#settings.closeWith);
  }

  /**
   * Closes like `complete()`, and waits until all is over: what was sent, and the closing handshake.
   *
   * @remarks Without a connection it waits for one, as long as `reconnect` has it. Without a subscriber there is
   * nothing to wait for; what waits in the outbox stays there.
   *
   * @param options - How long to wait at most; then it is torn down, as by `terminate()`.
   * @returns Whether everything was sent and the server answered the close.
   * @throws OptionTypeError or OptionRangeError, as a rejection, if an option is wrong.
   */
  async drain(options: DrainOptions = {}): Promise<boolean> {
    const limits = checkDrain(options);
    const { _tag } = this.#state.present;
    if (_tag === 'Idle' || _tag === 'Closed') return this.#outbox.isEmpty;
    const ending = await drain(this, limits, this.#settings.scheduler);
    return this.#outbox.isEmpty && ending._tag === 'Closed' && ending.wasClean;
  }

  /**
   * Closes the connection and dials again at once, whatever the policy says: e.g. because credentials have
   * changed. While it waits for the next attempt, the wait is over.
   *
   * @remarks Subscribers stay, and the outbox is kept. The count of retries starts over. Without a subscriber, and
   * once the stream is being closed, it does nothing.
   *
   * @param close - The close reason, or the close code and reason.
   * @defaultValue close: what `closeWith` says
   * @throws OptionTypeError or OptionRangeError if the protocol does not allow the code or reason.
   */
  reconnect(close?: string | CloseRequest): void {
    const order = toReconnectOrder(close, this.#settings.closeWith);
    this.#session?.reconnect(order);
  }

  /**
   * Tears the connection down at once, without a closing handshake, and dials no more; the subscribers
   * complete. What waits in the outbox stays there.
   */
  terminate(): void {
    this.#latest?.terminate();
  }

  /**
   * Closes and makes an end of the socket: nobody is told any more, what waits in the outbox is dropped, and
   * whoever subscribes after that fails with a DisposedError.
   */
  unsubscribe(): void {
    this.#isDisposed = true;
    this.#outbox.clear();
    this.#incoming.unsubscribe();
    this.#hangUp();
  }

  /** Drains for as long as `closeTimeout` at most, then unsubscribes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain({ timeout: this.#settings.limits.closeTimeout });
    this.unsubscribe();
  }

  /** Gives the stream without the means to send. */
  asObservable(): Observable<In> {
    return new Observable((subscriber) => this.subscribe(subscriber));
  }

  /**
   * Gives a part of the stream that the server has to be asked for, as rxjs's `WebSocketSubject` does.
   *
   * @param subMsg - Makes the message that asks for it: sent on subscription, and again on every new connection.
   * @param unsubMsg - Makes the message that ends it: sent on unsubscription.
   * @param messageFilter - Tells whether a message is part of it.
   * @returns The part; each subscriber asks for itself.
   */
  multiplex<Part extends In>(
    subMsg: () => Out,
    unsubMsg: () => Out,
    messageFilter: (message: In) => message is Part,
  ): Observable<Part>;
  multiplex(
    subMsg: () => Out,
    unsubMsg: () => Out,
    messageFilter: (message: In) => boolean,
  ): Observable<In>;
  multiplex(
    subMsg: () => Out,
    unsubMsg: () => Out,
    messageFilter: (message: In) => boolean,
  ): Observable<In> {
    const root = {
      state: this.state,
      post: (message: Out) => this.#posted(message),
      subscribe: (observer: Partial<Observer<In>>) => this.subscribe(observer),
    };
    return multiplex(root, subMsg, unsubMsg, messageFilter);
  }

  /** Gives what the socket has done so far, and where it stands. */
  stats(): SocketStats {
    const state = this.#state.present;
    return this.#counters.snapshot(this.#settings.scheduler.now(), {
      queuedMessages: this.#outbox.messages,
      queuedBytes: this.#outbox.bytes,
      bufferedAmount: this.#latest?.bufferedAmount ?? 0,
      since: state._tag === 'Open' ? state.since : undefined,
    });
  }

  /**
   * Gives the stats on subscription, then again and again while subscribed. It neither dials nor completes.
   *
   * @param interval - The time from one to the next, in milliseconds.
   * @defaultValue interval: 1,000
   * @throws OptionTypeError or OptionRangeError if the interval is wrong.
   */
  watchStats(interval?: number): Observable<SocketStats> {
    return watchStats(() => this.stats(), interval, this.#settings.scheduler);
  }

  #posted(message: Out): Posted {
    const outbox = this.#outbox;
    const queued = this.#post(message);
    return {
      get isWaiting() {
        return queued?.isWaiting === true;
      },
      withdraw: () => {
        if (queued !== undefined) outbox.withdraw(queued);
      },
    };
  }

  #post(message: Out): QueuedMessage | undefined {
    if (this.#isDisposed) throw new DisposedError();
    const payload = encode(this.#codec, message);
    if (!this.#outbox.isEmpty || this.#session?.send(payload) !== true) {
      return this.#outbox.add(payload);
    }
    this.#counters.sent(Buffer.byteLength(payload));
    return undefined;
  }

  #close(order: CloseOrder): void {
    if (this.#session !== undefined) this.#session.close(order);
    else if (!this.#outbox.isEmpty) this.#outbox.addClose(order);
  }

  #join<T>(list: SubscriberList<T>, subscriber: Subscriber<T>): () => void {
    if (this.#isDisposed) {
      // Told later, like any failure, so that a plain retry() does not recurse.
      const telling = this.#settings.scheduler.schedule(() => {
        subscriber.error(new DisposedError());
      });
      return () => {
        telling.unsubscribe();
      };
    }
    list.add(subscriber);
    this.#linger.unsubscribe();
    if (this.#session === undefined) this.#begin();
    return () => {
      list.remove(subscriber);
      this.#leave();
    };
  }

  #begin(): void {
    const incoming = this.#incoming;
    const journal = new SessionJournal(this.#journal);
    const session = new Session<In, Out>(this.#settings, this.#outbox, this.#counters, {
      moved: (event) => {
        const tell = (): void => {
          journal.moved(event);
          if (event._tag === 'PongReceived') this.#rtt.next(event.rtt);
        };
        if (session === this.#latest) this.#state.move(event, tell);
        else tell();
      },
      message: (data, isBinary) => {
        incoming.receive(session, journal, data, isBinary);
      },
      delivered: (message) => {
        incoming.deliver(message);
      },
      pinged: () => {
        journal.pinged();
      },
      lost: (ending) => {
        journal.lost(ending);
      },
      finished: (ending, error) => {
        this.#finish(ending, error, journal);
      },
    });
    this.#session = session;
    this.#latest = session;
    session.start();
  }

  #leave(): void {
    if (this.#incoming.isObserved) return;
    const { linger, scheduler } = this.#settings;
    if (linger === 0 || this.#session === undefined) {
      this.#hangUp();
    } else if (linger !== Infinity) {
      this.#linger.unsubscribe();
      this.#linger = scheduler.schedule(() => {
        this.#hangUp();
      }, linger);
    }
  }

  #hangUp(): void {
    const session = this.#session;
    this.#session = undefined;
    this.#linger.unsubscribe();
    session?.hangUp(this.#settings.closeWith);
  }

  #finish(ending: Ending, error: O.Option<unknown>, journal: SessionJournal): void {
    // Who subscribes from now on begins a stream of his own.
    const subscribers = this.#incoming.release();
    this.#session = undefined;
    this.#linger.unsubscribe();
    this.#state.move({ _tag: 'Ended', ending }, () => {
      journal.ended(ending, error);
    });
    for (const subscriber of subscribers) {
      if (this.#isDisposed) subscriber.unsubscribe();
      else if (O.isSome(error)) subscriber.error(error.value);
      else subscriber.complete();
    }
  }
}
