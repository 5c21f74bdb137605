import * as O from 'fp-ts/lib/Option.js';
import { Subject, Subscription } from 'rxjs';
import type { Observable, Subscriber } from 'rxjs';

import type { CloseOrder } from './close-request.js';
import { DisposedError } from './disposed-error.js';
import type { Ending } from './ending.js';
import { Incoming } from './incoming.js';
import { Outgoing } from './outbox/outgoing.js';
import type { PostOptions } from './outbox/outgoing.js';
import type { Parcel } from './outbox/parcel.js';
import { SessionJournal } from './session-journal.js';
import type { JournalContext } from './session-journal.js';
import { Session } from './session.js';
import type { Settings } from './settings.js';
import { nextSocketNumber } from './socket-number.js';
import { SocketCounters } from './socket-stats.js';
import type { SocketStats } from './socket-stats.js';
import { StateCell } from './state-cell.js';
import type { SubscriberList } from './subscriber-list.js';

/**
 * What there is of a socket behind its face: the way in, the way out, the state, and the session that lives from the
 * first subscriber to the end of the stream.
 */
export class SocketCore<In, Out> {
  readonly settings: Settings<In, Out>;
  readonly state: StateCell = new StateCell();
  /** How long the server took to answer each ping, in milliseconds. */
  readonly rtt: Observable<number>;
  readonly incoming: Incoming<In>;
  readonly outgoing: Outgoing<In, Out>;
  /** The number of the socket. */
  readonly number: number = nextSocketNumber();

  readonly #rtt = new Subject<number>();
  readonly #counters = new SocketCounters();
  readonly #journal: JournalContext;
  #session: Session<In, Out> | undefined;
  #latest: Session<In, Out> | undefined;
  #linger: Subscription = Subscription.EMPTY;
  #isDisposed = false;

  constructor(settings: Settings<In, Out>) {
    this.settings = settings;
    this.rtt = this.#rtt.asObservable();
    this.outgoing = new Outgoing(settings, this.#counters);
    this.incoming = new Incoming(settings.codec, this.number, this.#counters, this.#taker());
    this.#journal = {
      socket: this.number,
      counters: this.#counters,
      lifecycle: settings.lifecycle,
      dangersTold: new Set(),
    };
  }

  /** Adds a subscriber, and dials for the first one. @returns What is to be called when he leaves. */
  join<T>(list: SubscriberList<T>, subscriber: Subscriber<T>): () => void {
    if (this.#isDisposed) {
      // Told later, like any failure, so that a plain retry() does not recurse.
      const telling = this.settings.scheduler.schedule(() => {
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

  /**
   * Sends a message, or keeps it until it can be sent.
   *
   * @throws DisposedError, EncodeError or OutboxFullError.
   */
  post(message: Out, options: PostOptions<Out>): Parcel<Out> {
    if (this.#isDisposed) throw new DisposedError();
    return this.outgoing.post(message, options);
  }

  /** Closes once everything before it is sent. */
  close(order: CloseOrder): void {
    if (this.#session !== undefined) this.#session.close(order);
    else if (!this.outgoing.isEmpty) this.outgoing.addClose(order);
  }

  /** Closes the connection, and dials again at once. */
  reconnect(order: CloseOrder): void {
    this.#session?.reconnect(order);
  }

  /** Tears down at once what there is. */
  terminate(): void {
    this.#latest?.terminate();
  }

  /** Makes an end of the socket. */
  dispose(): void {
    this.#isDisposed = true;
    this.outgoing.dispose();
    this.incoming.unsubscribe();
    this.#hangUp();
  }

  /** Gives what the socket has done so far, and where it stands. */
  stats(): SocketStats {
    const { present } = this.state;
    return this.#counters.snapshot(this.settings.scheduler.now(), {
      queuedMessages: this.outgoing.messages,
      queuedBytes: this.outgoing.bytes,
      bufferedAmount: this.#latest?.bufferedAmount ?? 0,
      since: present._tag === 'Open' ? present.since : undefined,
    });
  }

  /** What looks at each message before the stream does; undefined where nothing has to. */
  #taker(): ((message: In) => boolean) | undefined {
    const { acknowledge, cursor } = this.settings;
    if (acknowledge === undefined && cursor === undefined) return undefined;
    return (message) => {
      if (this.outgoing.acknowledge(message)) return true;
      cursor?.move(message);
      return false;
    };
  }

  #begin(): void {
    const { incoming } = this;
    const journal = new SessionJournal(this.#journal);
    const session = new Session<In, Out>(this.settings, this.outgoing, this.#counters, {
      moved: (event) => {
        const tell = (): void => {
          journal.moved(event);
          if (event._tag === 'PongReceived') this.#rtt.next(event.rtt);
        };
        if (session === this.#latest) this.state.move(event, tell);
        else tell();
      },
      message: (data, isBinary) => {
        incoming.receive(session, journal, data, isBinary);
      },
      delivered: (message) => {
        incoming.accept(session, message);
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
    if (this.incoming.isObserved) return;
    const { linger, scheduler } = this.settings;
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
    session?.hangUp(this.settings.closeWith);
  }

  #finish(ending: Ending, error: O.Option<unknown>, journal: SessionJournal): void {
    // Who subscribes from now on begins a stream of his own.
    const subscribers = this.incoming.release();
    this.#session = undefined;
    this.#linger.unsubscribe();
    this.state.move({ _tag: 'Ended', ending }, () => {
      journal.ended(ending, error);
    });
    for (const subscriber of subscribers) {
      if (this.#isDisposed) subscriber.unsubscribe();
      else if (O.isSome(error)) subscriber.error(error.value);
      else subscriber.complete();
    }
  }
}
