import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import { Observable, Subject } from 'rxjs';
import type { Observer, Subscriber } from 'rxjs';

import type { Codec } from '../codec/codec.js';
import type { DecodeFailure } from '../codec/decode-failure.js';
import { NORMAL_CLOSE, toCloseOrder } from './close-request.js';
import type { CloseOrder } from './close-request.js';
import { rejectChannel, tellTls } from './diagnostics.js';
import { EncodeError } from './encode-error.js';
import type { Ending } from './ending.js';
import { guardedDecode } from './guarded-decode.js';
import { guardedEncode } from './guarded-encode.js';
import { Outbox } from './outbox.js';
import type { Rejected } from './rejected.js';
import { Session } from './session.js';
import type { Settings } from './settings.js';
import type { OpenInfo, SocketEvent, SocketState } from './socket-state.js';
import { StateCell } from './state-cell.js';

/**
 * A WebSocket connection as an RxJS subject: what the server sends comes out of it, decoded; what
 * is given to `next` goes out.
 *
 * @remarks
 * The first subscriber dials, all subscribers share one connection, and the last one to leave closes
 * it with 1000. Once the stream has completed or failed, a new subscriber dials again.
 */
export class SocketSubject<In, Out> extends Observable<In> implements Observer<Out> {
  /** Where the socket is in its life: the present state on subscription, then each change. */
  readonly state: Observable<SocketState>;
  /**
   * Every message as the codec decoded it, the failures among them: like the stream itself, whose
   * connection it shares, and dials as well.
   */
  readonly decoded: Observable<E.Either<DecodeFailure, In>>;
  /** The messages that did not decode. A subscription to it does not dial. */
  readonly rejected: Observable<Rejected>;

  readonly #settings: Settings<In, Out>;
  readonly #codec: Codec<In, Out>;
  readonly #outbox: Outbox;
  readonly #state = new StateCell();
  readonly #rejected = new Subject<Rejected>();
  // Replaced, never changed, so that a message is delivered without copying the list.
  #subscribers: readonly Subscriber<In>[] = [];
  #eitherSubscribers: readonly Subscriber<E.Either<DecodeFailure, In>>[] = [];
  #session: Session | undefined;
  #latest: Session | undefined;
  #connections = 0;
  readonly #dangersTold = new Set<'server' | 'proxy'>();

  /** @internal */
  constructor(settings: Settings<In, Out>) {
    super((subscriber) => {
      this.#subscribers = [...this.#subscribers, subscriber];
      this.#join();
      return () => {
        this.#subscribers = without(this.#subscribers, subscriber);
        this.#leave();
      };
    });
    this.#settings = settings;
    this.#codec = settings.codec;
    this.#outbox = new Outbox(settings.outbox);
    this.state = this.#state.changes;
    this.rejected = this.#rejected.asObservable();
    this.decoded = new Observable((subscriber) => {
      this.#eitherSubscribers = [...this.#eitherSubscribers, subscriber];
      this.#join();
      return () => {
        this.#eitherSubscribers = without(this.#eitherSubscribers, subscriber);
        this.#leave();
      };
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
   */
  next(message: Out): void {
    const encoded = guardedEncode(this.#codec, message);
    if (E.isLeft(encoded)) throw new EncodeError(encoded.left);
    const payload = encoded.right;
    if (this.#outbox.isEmpty && this.#session?.send(payload) === true) return;
    this.#outbox.add(payload);
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

  /** Closes with 1000, once everything before it is sent; the subscribers complete. */
  complete(): void {
    this.#close(NORMAL_CLOSE);
  }

  #close(order: CloseOrder): void {
    if (this.#session !== undefined) this.#session.close(order);
    else if (!this.#outbox.isEmpty) this.#outbox.addClose(order);
  }

  #join(): void {
    if (this.#session !== undefined) return;
    const session: Session = new Session(this.#settings, this.#outbox, {
      moved: (mover, event) => {
        if (mover === this.#latest) this.#move(event);
      },
      message: (data, isBinary) => {
        this.#receive(session, data, isBinary);
      },
      finished: (ending, error) => {
        this.#finish(ending, error);
      },
    });
    this.#session = session;
    this.#latest = session;
    session.start();
  }

  #leave(): void {
    if (this.#subscribers.length > 0 || this.#eitherSubscribers.length > 0) return;
    const session = this.#session;
    this.#session = undefined;
    session?.hangUp();
  }

  #move(event: SocketEvent): void {
    if (event._tag === 'Opened') {
      this.#connections += 1;
      this.#announce(event.info);
    }
    this.#state.move(event);
  }

  #announce({ address, tls, proxyTls }: OpenInfo): void {
    for (const [role, peer] of [['proxy', proxyTls] as const, ['server', tls] as const]) {
      if (peer?.problem !== undefined) tellTls({ _tag: 'CredentialsKept', problem: peer.problem });
      if (peer?.dangerous === true && !this.#dangersTold.has(role)) {
        this.#dangersTold.add(role);
        tellTls({ _tag: 'DangerAccepted', role, address, tls: peer });
      }
    }
  }

  #receive(session: Session, data: Buffer, isBinary: boolean): void {
    const decoded = guardedDecode(this.#codec, data, isBinary ? 'binary' : 'text');
    if (E.isLeft(decoded)) {
      this.#reject(session, decoded);
      return;
    }
    for (const subscriber of this.#subscribers) subscriber.next(decoded.right);
    for (const subscriber of this.#eitherSubscribers) subscriber.next(decoded);
  }

  #reject(session: Session, decoded: E.Left<DecodeFailure>): void {
    const { left: failure } = decoded;
    const rejected: Rejected = { failure, connection: this.#connections };
    // Who subscribes from within begins with the next message, which may be another session's.
    const subscribers = this.#eitherSubscribers;
    rejectChannel.publish(rejected);
    this.#rejected.next(rejected);
    for (const subscriber of subscribers) subscriber.next(decoded);
    session.judge(failure);
  }

  #finish(ending: Ending, error: O.Option<unknown>): void {
    const subscribers = [...this.#subscribers, ...this.#eitherSubscribers];
    this.#subscribers = [];
    this.#eitherSubscribers = [];
    this.#session = undefined;
    this.#move({ _tag: 'Ended', ending });
    for (const subscriber of subscribers) {
      if (O.isSome(error)) subscriber.error(error.value);
      else subscriber.complete();
    }
  }
}

function without<T>(list: readonly T[], item: T): readonly T[] {
  return list.filter((each) => each !== item);
}
