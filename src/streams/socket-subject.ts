import type { ReadableStream } from 'node:stream/web';

import type * as E from 'fp-ts/lib/Either.js';
import { filter, Observable, take } from 'rxjs';
import type { ObservableInput, Observer } from 'rxjs';

import type { DecodeFailure } from '../codec/decode-failure.js';
import type { ChannelOptions } from './channel/channel-options.js';
import type { Channel } from './channel/channel.js';
import { toCloseOrder, toReconnectOrder } from './close-request.js';
import type { CloseRequest } from './close-request.js';
import type { DemandSource } from './demand/demand-source.js';
import { iterate } from './demand/iterate.js';
import { toReadable } from './demand/to-readable.js';
import { checkDrain, drain } from './drain.js';
import type { DrainOptions } from './drain.js';
import type { Ending } from './ending.js';
import { multiplex } from './multiplex.js';
import type { Delivery, Undelivered } from './outbox/delivery.js';
import { sendAll } from './outbox/send-all.js';
import type { DeliverySummary } from './outbox/send-all.js';
import { checkSend, send } from './outbox/send.js';
import type { SendOptions } from './outbox/send.js';
import type { Rejected } from './rejected.js';
import type { RequestOptions, RequestStreamOptions } from './request/request-options.js';
import type { Settings } from './settings.js';
import { SocketCore } from './socket-core.js';
import type { SocketStats } from './socket-stats.js';
import type { ClosedState, SocketState } from './socket-state.js';
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
  implements Observer<Out>, DemandSource<In>, AsyncIterable<In>, AsyncDisposable
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

  /** The messages that may not have reached the server. A subscription to it does not dial. */
  readonly undelivered: Observable<Undelivered<Out>>;
  /**
   * Whether there is room for more on the way out, by `outbox.highWaterMark` and `lowWaterMark`: the present answer on
   * subscription, then each change.
   */
  readonly writable: Observable<boolean>;
  /** Tells each time that there is room again on the way out after there was none. */
  readonly drained: Observable<void>;

  readonly #core: SocketCore<In, Out>;

  /** @internal */
  constructor(settings: Settings<In, Out>) {
    super((subscriber) => this.#core.join(this.#core.incoming.subscribers, subscriber));
    const core = new SocketCore(settings);
    this.#core = core;
    this.state = core.state.changes;
    this.rejected = core.incoming.rejected;
    this.rtt = core.rtt;
    this.undelivered = core.undelivered;
    this.writable = core.outgoing.gauge.writable;
    this.drained = core.outgoing.gauge.drained;
    this.decoded = new Observable((subscriber) =>
      core.join(core.incoming.eitherSubscribers, subscriber),
    );
  }

  /** Whether there is room for more on the way out. */
  get isWritable(): boolean {
    return this.#core.outgoing.gauge.isWritable;
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
    this.#core.next(message);
  }

  /**
   * Sends a message like `next`, and tells what became of it.
   *
   * @remarks
   * The promise does not stay open for ever: what `ttl` has run out for is `Expired` when it was not sent, and
   * `Unknown` when it was. It rejects only with what the function `acknowledge.id` throws. The fates are those of
   * {@link Delivery}.
   *
   * @param message - The message; it is encoded now.
   * @param options - How long it may take, what it is about, and what cancels it.
   * @returns What became of it.
   * @throws OptionTypeError or OptionRangeError if an option is wrong.
   */
  send(message: Out, options: SendOptions = {}): Promise<Delivery> {
    return send(this.#core, message, checkSend('send', options));
  }

  /**
   * Sends all that a source gives, and takes from it no faster than the line does: from an iterable, of either kind, as
   * long as the socket is `writable`. An observable cannot be held back; what it gives waits in the outbox, by the rules of that.
   *
   * @param source - The messages.
   * @param options - What ends it before the source does, and the options of each message.
   * @returns How many messages had which fate, once all have theirs. It rejects with what the source fails with, with the
   * reason of the signal, or with a DisposedError once the socket was unsubscribed.
   * @throws OptionTypeError or OptionRangeError if an option is wrong.
   */
  sendAll(source: ObservableInput<Out>, options: SendOptions = {}): Promise<DeliverySummary> {
    return sendAll(this, source, options);
  }

  /**
   * Takes all messages that wait out of the outbox; none of them has been sent.
   *
   * @returns The messages, the oldest first.
   */
  takeBack(): readonly Out[] {
    return this.#core.outgoing.withdrawAll('withdrawn');
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
    this.#core.close(toCloseOrder(close));
  }

  /**
   * Closes as `closeWith` says, once everything before it is sent, and acknowledged where it is to be; the subscribers
   * complete.
   *
   * @remarks Acknowledgements are waited for as long as they come, and for `closeTimeout` after the last.
   */
  complete(): void {
    this.#core.close(this.#core.settings.closeWith);
  }

  /**
   * Closes like `complete()`, and waits until all is over: what was sent, and the closing handshake.
   *
   * @remarks Without a connection it waits for one, as long as `reconnect` has it. Without a subscriber there is
   * nothing to wait for; what waits in the outbox stays there.
   *
   * @param options - How long to wait at most; then it is torn down, as by `terminate()`.
   * @returns Whether everything was sent, and acknowledged where it is to be, and the server answered the close.
   * @throws OptionTypeError or OptionRangeError, as a rejection, if an option is wrong.
   */
  async drain(options: DrainOptions = {}): Promise<boolean> {
    const limits = checkDrain(options);
    const { _tag } = this.#core.state.present;
    if (_tag === 'Idle' || _tag === 'Closed') return this.#core.outgoing.isEmpty;
    const core = this.#core;
    const parting = {
      closed: this.closed,
      complete: (): void => {
        // A stream that is over already has nobody to close for, and the next one is not meant.
        if (core.isLive) core.close(core.settings.closeWith);
      },
      terminate: (): void => {
        core.terminate();
      },
    };
    const ending = await drain(parting, limits, core.settings.scheduler);
    return this.#core.outgoing.isEmpty && ending._tag === 'Closed' && ending.wasClean;
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
    const order = toReconnectOrder(close, this.#core.settings.closeWith);
    this.#core.reconnect(order);
  }

  /**
   * Tears the connection down at once, without a closing handshake, and dials no more; the subscribers
   * complete. What waits in the outbox stays there.
   */
  terminate(): void {
    this.#core.terminate();
  }

  /**
   * Closes and makes an end of the socket: nobody is told any more, what waits in the outbox is dropped, and
   * whoever subscribes after that fails with a DisposedError.
   */
  unsubscribe(): void {
    this.#core.dispose();
  }

  /** Drains for as long as `closeTimeout` at most, then unsubscribes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain({ timeout: this.#core.settings.limits.closeTimeout });
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
      post: (message: Out) => this.#core.post(message),
      subscribe: (observer: Partial<Observer<In>>) => this.subscribe(observer),
    };
    return multiplex(root, subMsg, unsubMsg, messageFilter);
  }

  /**
   * Gives a part of the stream by its key, which the server is asked for once, however many subscribers there are, and
   * on every new connection. See {@link ChannelOptions}.
   *
   * @param options - Its key, and how the server is asked for it.
   * @returns The channel: a stream that dials as the socket does, and that can be sent on.
   * @throws OptionTypeError or OptionRangeError if an option is wrong, or if the socket has no `route`.
   */
  channel(options: ChannelOptions<In, Out>): Channel<In, Out> {
    return this.#core.channels.channel(options);
  }

  /**
   * Sends a message, and gives the answer to it. See {@link RequestOptions}.
   *
   * @param message - The message.
   * @param options - How the answer is known, how long to wait for it, and what cancels it.
   * @returns The answer, which does not come on the stream. It rejects with a RequestError when none comes, or when an option is
   * wrong.
   */
  request(message: Out, options: RequestOptions<In, Out> = {}): Promise<In> {
    return this.#core.requests.request(message, options);
  }

  /**
   * Gives the answers to a message, until the last one. See {@link RequestStreamOptions}.
   *
   * @param message - The message: sent on subscription.
   * @param options - Which answer is the last, and what `request` takes.
   * @returns The answers; to unsubscribe is to cancel.
   * @throws OptionTypeError or OptionRangeError if an option is wrong.
   */
  requestStream(message: Out, options: RequestStreamOptions<In, Out>): Observable<In> {
    return this.#core.requests.requestStream(message, options);
  }

  /** The size of the message that is being delivered now, in bytes; 0 while none is. */
  get messageSize(): number {
    return this.#core.incoming.messageSize;
  }

  /**
   * Makes the server wait: the TCP socket is not read from until every hold was released.
   *
   * @returns Releases the hold; does nothing the second time.
   */
  hold(): () => void {
    return this.#core.demand.hold();
  }

  /**
   * Ends the connection with an `Overrun`: for a consumer whose buffer grew too large although the socket was held.
   *
   * @param undelivered - How many bytes wait for it.
   * @param limit - How many may.
   */
  overrun(undelivered: number, limit: number): void {
    this.#core.overrun(undelivered, limit);
  }

  /** The stream as a web stream: who reads slowly makes the server wait. It is a new one each time. */
  get readable(): ReadableStream<In> {
    return toReadable(this);
  }

  /** The stream for `for await`: a slow loop makes the server wait. */
  [Symbol.asyncIterator](): AsyncIterableIterator<In, undefined, undefined> {
    return iterate(this);
  }

  /** Gives what the socket has done so far, and where it stands. */
  stats(): SocketStats {
    return this.#core.stats();
  }

  /**
   * Gives the stats on subscription, then again and again while subscribed. It neither dials nor completes.
   *
   * @param interval - The time from one to the next, in milliseconds.
   * @defaultValue interval: 1,000
   * @throws OptionTypeError or OptionRangeError if the interval is wrong.
   */
  watchStats(interval?: number): Observable<SocketStats> {
    return watchStats(() => this.stats(), interval, this.#core.settings.scheduler);
  }
}
