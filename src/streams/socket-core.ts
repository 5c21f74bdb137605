import * as O from 'fp-ts/lib/Option.js';
import { Subject, Subscription } from 'rxjs';
import type { Observable, SchedulerLike, Subscriber } from 'rxjs';

import { ChannelHub } from './channel/channel-hub.js';
import { CHANNELS } from './channels.js';
import type { CloseOrder } from './close-request.js';
import { Demand } from './demand/demand.js';
import { DisposedError } from './disposed-error.js';
import { encode } from './encode.js';
import type { Ending } from './ending.js';
import type { Hub, HubMember } from './hub/hub.js';
import { Incoming } from './incoming.js';
import type { Posted } from './multiplex.js';
import { isLoss } from './outbox/delivery.js';
import type { Delivery, Undelivered } from './outbox/delivery.js';
import { Outgoing } from './outbox/outgoing.js';
import type { Parcel, PostOptions } from './outbox/parcel.js';
import { RequestHub } from './request/request-hub.js';
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
export class SocketCore<In, Out> implements Hub<Out> {
  readonly settings: Settings<In, Out>;
  readonly state: StateCell = new StateCell();
  /** How long the server took to answer each ping, in milliseconds. */
  readonly rtt: Observable<number>;
  readonly incoming: Incoming<In>;
  readonly outgoing: Outgoing<In, Out>;
  /** Makes the server wait for consumers that cannot keep up. */
  readonly demand: Demand = new Demand();
  readonly channels: ChannelHub<In, Out>;
  readonly requests: RequestHub<In, Out>;
  /** The messages that may not have reached the server. */
  readonly undelivered: Observable<Undelivered<Out>>;
  /** The number of the socket. */
  readonly number: number = nextSocketNumber();

  readonly #rtt = new Subject<number>();
  readonly #undelivered = new Subject<Undelivered<Out>>();
  readonly #members: readonly HubMember<In>[];
  readonly #counters = new SocketCounters();
  readonly #journal: JournalContext;
  // One for all messages of `next`, so that none costs an object.
  readonly #plainPost: PostOptions<Out>;
  #session: Session<In, Out> | undefined;
  #latest: Session<In, Out> | undefined;
  #linger: Subscription = Subscription.EMPTY;
  #isDisposed = false;

  constructor(settings: Settings<In, Out>) {
    this.settings = settings;
    this.rtt = this.#rtt.asObservable();
    this.outgoing = new Outgoing(settings, this.#counters);
    this.undelivered = this.#undelivered.asObservable();
    this.incoming = new Incoming(settings.codec, this.number, this.#counters);
    this.channels = new ChannelHub<In, Out>(this, settings.route);
    this.requests = new RequestHub<In, Out>(this, settings.requests);
    // An answer to a request is for nobody else.
    this.#members = [this.requests, this.channels];
    this.#plainPost = { ttl: settings.outbox.ttl ?? Infinity, settled: this.#settled };
    this.#lookAtMessages();
    this.#journal = {
      socket: this.number,
      counters: this.#counters,
      lifecycle: settings.lifecycle,
      dangersTold: new Set(),
    };
  }

  get scheduler(): SchedulerLike {
    return this.settings.scheduler;
  }

  /** Whether there is a stream that can be closed. */
  get isLive(): boolean {
    return this.#session !== undefined;
  }

  get connection(): number | undefined {
    return this.#session?.connection;
  }

  /** Adds a subscriber, and dials for the first one. @returns What is to be called when he leaves. */
  join<T>(list: SubscriberList<T>, subscriber: Subscriber<T>): () => void {
    if (this.#isDisposed) {
      // Told later, like any failure, so that a plain retry() does not recurse.
      const telling = this.scheduler.schedule(() => {
        subscriber.error(new DisposedError());
      });
      return () => {
        telling.unsubscribe();
      };
    }
    list.add(subscriber);
    this.#stay();
    return () => {
      list.remove(subscriber);
      this.#leave();
    };
  }

  hold(): void {
    this.#lookAtMessages();
    this.#stay();
  }

  release(): void {
    this.#lookAtMessages();
    this.#leave();
  }

  sendNow(message: Out): boolean {
    if (this.#isDisposed) throw new DisposedError();
    const payload = encode(this.settings.codec, message);
    return this.#session?.sendAhead(payload) === true;
  }

  post(message: Out): Posted {
    const { outgoing } = this;
    const parcel = this.next(message);
    return {
      get isWaiting() {
        return parcel.isWaiting;
      },
      get isSent() {
        return parcel.isSent;
      },
      withdraw: () => {
        outgoing.withdraw(parcel, 'withdrawn');
      },
    };
  }

  fault(error: unknown): void {
    this.#session?.fail(error);
  }

  /**
   * Sends a message, or keeps it until it can be sent; what becomes of it is told where it may be lost.
   *
   * @throws DisposedError, EncodeError or OutboxFullError.
   */
  next(message: Out): Parcel<Out> {
    return this.send(message, this.#plainPost);
  }

  /**
   * Sends a message, or keeps it until it can be sent.
   *
   * @throws DisposedError, EncodeError or OutboxFullError.
   */
  send(message: Out, options: PostOptions<Out>): Parcel<Out> {
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
    for (const member of this.#members) member.dispose();
    this.incoming.unsubscribe();
    this.#lookAtMessages();
    this.#hangUp();
    this.outgoing.dispose();
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

  /** Ends the connection, because what waits for a consumer has become too much. */
  overrun(undelivered: number, limit: number): void {
    this.#session?.overrun(undelivered, limit);
  }

  /** Has every message looked at before the stream has it, where anybody wants that. */
  #lookAtMessages(): void {
    const { acknowledge, cursor } = this.settings;
    const isWanted =
      acknowledge !== undefined ||
      cursor !== undefined ||
      this.#members.some(({ isHolding }) => isHolding);
    this.incoming.take = isWanted ? this.#take : undefined;
  }

  readonly #take = (message: In): boolean => {
    if (this.outgoing.acknowledge(message)) return true;
    this.settings.cursor?.move(message);
    for (const member of this.#members) if (member.dispatch(message)) return true;
    return false;
  };

  // One function for all messages, so that none costs a closure.
  readonly #settled = ({ message }: Parcel<Out>, delivery: Delivery): void => {
    if (!isLoss(delivery)) return;
    const socket = this.number;
    if (CHANNELS.undelivered.hasSubscribers) CHANNELS.undelivered.publish({ socket, delivery });
    this.#undelivered.next({ message, delivery });
  };

  #stay(): void {
    this.#linger.unsubscribe();
    if (this.#session === undefined) this.#begin();
  }

  #begin(): void {
    const { incoming } = this;
    const journal = new SessionJournal(this.#journal);
    const parts = { outgoing: this.outgoing, counters: this.#counters, demand: this.demand };
    const session = new Session<In, Out>(this.settings, parts, {
      moved: (event) => {
        const tell = (): void => {
          journal.moved(event);
          if (event._tag === 'PongReceived') this.#rtt.next(event.rtt);
        };
        if (session === this.#latest) this.state.move(event, tell);
        else tell();
      },
      opened: () => {
        for (const member of this.#members) member.opened();
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
        if (session === this.#session) for (const member of this.#members) member.lost(ending);
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
    if (this.incoming.isObserved || this.#members.some(({ isHolding }) => isHolding)) return;
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
    const tellMembers = this.#members.map((member) => member.over(ending, error));
    this.#lookAtMessages();
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
    for (const tell of tellMembers) tell();
  }
}
