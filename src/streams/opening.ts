import { Subscription } from 'rxjs';
import type { SchedulerLike } from 'rxjs';

import type { Codec, Payload } from '../codec/codec.js';
import type { Connection } from './connection.js';
import { encode } from './encode.js';
import type { OnOpen, OpeningSession } from './opening-session.js';
import type { ConnectionInfo } from './socket-state.js';

/** How many messages may wait for `onOpen`, while it asks for none, before the server is made to wait. */
const HIGH_WATER_MARK = 1_000;

/** What an opening needs to know. */
export interface OpeningSettings<In, Out> {
  readonly onOpen: OnOpen<In, Out>;
  /** In milliseconds. */
  readonly openTimeout: number;
  readonly codec: Codec<In, Out>;
  readonly scheduler: SchedulerLike;
}

/** Which connection it is about. */
export interface OpeningPlace {
  readonly attempt: number;
  readonly connection: number;
  readonly info: ConnectionInfo;
  readonly cursor: unknown;
}

/** What an opening tells. Of the last three one is called, once, unless it was stopped before. */
export interface OpeningEvents<In> {
  /** `onOpen` sends a message. */
  readonly sent: (payload: Payload) => void;
  /** `onOpen` will have the connection; `messages` are for the stream. Called later, or never. */
  readonly accepted: (messages: readonly In[]) => void;
  /** `onOpen` will not have it. */
  readonly refused: (cause: unknown) => void;
  /** `openTimeout` ran out. */
  readonly timedOut: () => void;
}

interface Waiter<In> {
  readonly isWanted: (message: In) => boolean;
  readonly resolve: (message: In) => void;
  readonly reject: (reason: unknown) => void;
}

/** The time in which `onOpen` has a connection: it keeps what comes, and what is not asked for. */
export class Opening<In, Out> {
  readonly #line: Pick<Connection, 'pause' | 'resume'>;
  readonly #settings: OpeningSettings<In, Out>;
  readonly #events: OpeningEvents<In>;
  readonly #controller = new AbortController();
  #timer: Subscription = Subscription.EMPTY;
  readonly #delivered: In[] = [];
  readonly #untaken: In[] = [];
  #waiters: readonly Waiter<In>[] = [];

  constructor(
    line: Pick<Connection, 'pause' | 'resume'>,
    settings: OpeningSettings<In, Out>,
    events: OpeningEvents<In>,
  ) {
    this.#line = line;
    this.#settings = settings;
    this.#events = events;
  }

  /** Calls `onOpen`. */
  start(place: OpeningPlace): void {
    const { onOpen, openTimeout, scheduler } = this.#settings;
    const { signal } = this.#controller;
    // Who heard that it begins may have ended it.
    if (signal.aborted) return;
    if (openTimeout !== Infinity) {
      this.#timer = scheduler.schedule(() => {
        this.#over(
          () => {
            this.#events.timedOut();
          },
          new Error(`openTimeout of ${openTimeout} ms ran out`),
        );
      }, openTimeout);
    }
    const session: OpeningSession<In, Out> = {
      ...place,
      signal,
      send: (message) => {
        this.#send(message);
      },
      receive: (isWanted: (message: In) => boolean = () => true) => this.#receive(isWanted),
      deliver: (message) => {
        this.#delivered.push(message);
      },
    };
    // Later, since what it calls may call back into the socket.
    Promise.resolve(session)
      .then((each) => {
        signal.throwIfAborted();
        return onOpen(each);
      })
      .then(
        () => {
          this.#over(() => {
            this.#events.accepted([...this.#delivered, ...this.#untaken]);
          }, new Error('onOpen is over'));
        },
        (cause: unknown) => {
          this.#over(() => {
            this.#events.refused(cause);
          }, cause);
        },
      );
  }

  /** Takes a message that came. */
  take(message: In): void {
    for (const waiter of this.#waiters) {
      if (this.#settle(waiter, message)) return;
    }
    this.#untaken.push(message);
    // Who waits for a certain one must get to see what is behind the others.
    if (this.#untaken.length >= HIGH_WATER_MARK && this.#waiters.length === 0) this.#line.pause();
  }

  /** The connection is over, or is going to be: nothing is told any more. */
  stop(reason: unknown): void {
    this.#over(() => undefined, reason);
  }

  #send(message: Out): void {
    this.#controller.signal.throwIfAborted();
    this.#events.sent(encode(this.#settings.codec, message));
  }

  #receive<T extends In>(isWanted: (message: In) => boolean): Promise<T> {
    const { signal } = this.#controller;
    const promise = new Promise<In>((resolve, reject) => {
      signal.throwIfAborted();
      const at = this.#untaken.findIndex(isWanted);
      if (at === -1) this.#waiters = [...this.#waiters, { isWanted, resolve, reject }];
      for (const message of at === -1 ? [] : this.#untaken.splice(at, 1)) resolve(message);
      if (at === -1 || this.#untaken.length < HIGH_WATER_MARK) this.#line.resume();
    });
    // Nobody may wait for it any more when the connection is lost.
    promise.catch(() => undefined);
    return promise as Promise<T>;
  }

  /** Gives a message to who waits for it. @returns Whether it was wanted. */
  #settle(waiter: Waiter<In>, message: In): boolean {
    const { isWanted, resolve, reject } = waiter;
    let wanted = false;
    try {
      wanted = isWanted(message);
      if (!wanted) return false;
      resolve(message);
    } catch (error) {
      reject(error);
    }
    this.#waiters = this.#waiters.filter((each) => each !== waiter);
    return wanted;
  }

  #over(tell: () => void, reason: unknown): void {
    if (this.#controller.signal.aborted) return;
    this.#timer.unsubscribe();
    this.#controller.abort(reason);
    for (const { reject } of this.#waiters) reject(reason);
    this.#waiters = [];
    tell();
  }
}
