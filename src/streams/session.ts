import { getEventListeners, getMaxListeners, setMaxListeners } from 'node:events';

import * as O from 'fp-ts/lib/Option.js';
import { Subscription } from 'rxjs';

import type { Payload } from '../codec/codec.js';
import type { DecodeFailure } from '../codec/decode-failure.js';
import { Attempt } from './attempt.js';
import { initialCounter, nextRetry } from './backoff/retry-counter.js';
import type { Retry, RetryCounter } from './backoff/retry-counter.js';
import { NORMAL_CLOSE } from './close-request.js';
import type { CloseOrder } from './close-request.js';
import type { Connection } from './connection.js';
import type { Ending, MessageRejected, Phase } from './ending.js';
import { messageRejected } from './message-rejected.js';
import type { Outbox } from './outbox.js';
import type { RejectionJudge } from './rejection-rule.js';
import type { ReconnectSettings, Settings } from './settings.js';
import { toSocketError } from './socket-error.js';
import type { OpenInfo, SocketEvent } from './socket-state.js';

const INTERNAL_ERROR = 1011;

/** What a session tells the subject that it belongs to. */
export interface SessionEvents {
  /** The state moves. */
  readonly moved: (session: Session, event: SocketEvent) => void;
  /** A whole message came on the open connection. */
  readonly message: (data: Buffer, isBinary: boolean) => void;
  /** The stream is over: it completes, or fails with `error`. Told once, unless hung up before. */
  readonly finished: (ending: Ending, error: O.Option<unknown>) => void;
}

/** What a session needs to know of the options. */
export type SessionSettings = Omit<Settings<unknown, unknown>, 'codec' | 'outbox'>;

/**
 * The life of a stream from its first subscriber to its end, over every connection in between: it
 * dials, waits, dials again, sends what is in the outbox, and closes.
 */
export class Session {
  readonly #settings: SessionSettings;
  readonly #outbox: Outbox;
  readonly #events: SessionEvents;
  #counter: RetryCounter = initialCounter;
  #attempt: Attempt | undefined;
  #connection: Connection | undefined;
  #timer: Subscription = Subscription.EMPTY;
  #judge: RejectionJudge;
  // What ended the connection, while its closing handshake is under way.
  #rejection: MessageRejected | undefined;
  #fault: O.Option<unknown> = O.none;
  #isListening = true;
  #isClosing = false;
  #isClosed = false;
  #isDetached = false;

  constructor(settings: SessionSettings, outbox: Outbox, events: SessionEvents) {
    this.#settings = settings;
    this.#outbox = outbox;
    this.#events = events;
    this.#judge = settings.onRejected();
  }

  /** Dials for the first time. */
  start(): void {
    const { signal, scheduler } = this.#settings;
    if (signal?.aborted === true) {
      // Told later, like any failure, so that a plain retry() does not recurse.
      this.#timer = scheduler.schedule(this.#abort);
      this.#events.moved(this, { _tag: 'Dialled', attempt: 1 });
      return;
    }
    if (signal !== undefined) onAbort(signal, this.#abort);
    this.#dial(1);
  }

  /** Sends a message ahead of everything else. @returns Whether there was a connection to take it. */
  send(payload: Payload): boolean {
    return this.#connection?.send(payload) === true;
  }

  /** Closes for good, once what waits in the outbox is sent. The first order counts. */
  close(order: CloseOrder): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    if (!this.#outbox.isEmpty) {
      this.#outbox.addClose(order);
    } else if (this.#connection !== undefined) {
      this.#closeConnection(this.#connection, order);
    } else {
      const ending: Ending = { _tag: 'Closed', ...this.#progress(), ...order, wasClean: false };
      this.#isClosed = true;
      this.#attempt?.cancel();
      this.#ended(ending);
    }
  }

  /** Closes the connection if the message on it that did not decode is reason enough. */
  judge(failure: DecodeFailure): void {
    const connection = this.#connection;
    // Whoever heard of the message may have ended the session. The first order to close counts.
    if (connection === undefined || !this.#isReceiving()) return;
    const { progress } = connection;
    let order: O.Option<CloseOrder>;
    try {
      order = this.#judge(failure, this.#settings.scheduler.now());
    } catch (error) {
      this.#failFor(error, connection);
      return;
    }
    // A function that decides may have ended the session, too.
    if (O.isNone(order) || !this.#isReceiving()) return;
    const { code, reason } = order.value;
    this.#rejection = messageRejected(failure, order.value, progress);
    this.#isListening = false;
    connection.close(order.value);
    this.#events.moved(this, { _tag: 'CloseStarted', code, reason });
  }

  /** The last subscriber is gone: closes what is open, cancels what is not, tells nobody. */
  hangUp(): void {
    const ending: Ending = { _tag: 'Cancelled', ...this.#progress() };
    this.#detach();
    if (this.#connection !== undefined) this.#closeConnection(this.#connection, NORMAL_CLOSE);
    else this.#events.moved(this, { _tag: 'Ended', ending });
  }

  /** Whether somebody is there for the messages, and no close of ours is on its way. */
  #isReceiving(): boolean {
    return this.#isListening && !this.#isClosed;
  }

  /** Closes for good, for the fault of a function among the options; the stream fails with it. */
  #failFor(error: unknown, connection: Connection): void {
    if (this.#isDetached) return;
    this.#fault = O.some(error);
    this.#isListening = false;
    const order = { code: INTERNAL_ERROR, reason: '', cause: error };
    if (!this.#isClosed) this.#closeConnection(connection, order);
  }

  readonly #abort = (): void => {
    const cause: unknown = this.#settings.signal?.reason;
    const ending: Ending = { _tag: 'Cancelled', ...this.#progress(), cause };
    this.#connection?.close(NORMAL_CLOSE);
    this.#finish(ending, O.some(toSocketError(ending)));
  };

  #dial(attempt: number): void {
    this.#attempt = new Attempt(this.#settings, attempt, {
      opened: (connection, info) => {
        this.#opened(connection, info);
      },
      message: (data, isBinary) => {
        if (this.#isListening) this.#events.message(data, isBinary);
      },
      ended: (ending) => {
        this.#ended(ending);
      },
    });
    this.#attempt.start();
    this.#events.moved(this, { _tag: 'Dialled', attempt });
  }

  #opened(connection: Connection, info: OpenInfo): void {
    this.#connection = connection;
    this.#judge = this.#settings.onRejected();
    this.#events.moved(this, { _tag: 'Opened', info });
    this.#flush(connection);
  }

  #flush(connection: Connection): void {
    // A listener of the state may have ended the session by now.
    while (this.#connection === connection && !this.#isDetached) {
      const entry = this.#outbox.peek();
      if (entry === undefined) return;
      if (entry._tag === 'Message' && !connection.send(entry.payload)) return;
      this.#outbox.shift();
      if (entry._tag === 'Close') {
        this.#closeConnection(connection, entry.order);
        return;
      }
    }
  }

  #closeConnection(connection: Connection, order: CloseOrder): void {
    const { code, reason } = order;
    this.#isClosed = true;
    connection.close(order);
    this.#events.moved(this, { _tag: 'CloseStarted', code, reason });
  }

  #ended(told: Ending): void {
    // The connection knows only that we closed it.
    const ending = this.#rejection ?? told;
    this.#attempt = undefined;
    this.#connection = undefined;
    this.#rejection = undefined;
    if (this.#isDetached) {
      this.#events.moved(this, { _tag: 'Ended', ending });
      return;
    }
    this.#isListening = true;
    if (O.isSome(this.#fault)) {
      this.#finish(ending, this.#fault);
      return;
    }
    try {
      if (this.#settings.completeOn(ending)) this.#finish(ending, O.none);
      else this.#retryOrFail(ending);
    } catch (error) {
      // A function among the options threw.
      this.#finish(ending, O.some(error));
    }
  }

  #retryOrFail(ending: Ending): void {
    const retry = this.#decide(ending, this.#settings.reconnect);
    if (O.isNone(retry)) {
      this.#finish(ending, O.some(toSocketError(ending)));
      return;
    }
    const { attempt, delay, counter } = retry.value;
    this.#counter = counter;
    this.#timer = this.#settings.scheduler.schedule(() => {
      this.#dial(attempt);
    }, delay);
    this.#events.moved(this, { _tag: 'RetryScheduled', attempt, delay, ending });
  }

  #decide(ending: Ending, reconnect: ReconnectSettings | undefined): O.Option<Retry> {
    // What we closed ourselves stays closed, whatever isTransient says.
    if (reconnect === undefined || this.#isClosed) return O.none;
    if (!reconnect.isTransient(ending)) return O.none;
    const { uptime } = ending;
    const failure = { ending: O.some(ending), uptime, now: this.#settings.scheduler.now() };
    return nextRetry(this.#counter, failure, reconnect);
  }

  #finish(ending: Ending, error: O.Option<unknown>): void {
    this.#detach();
    this.#events.finished(ending, error);
  }

  /** Lets go of everything but an open connection, which has its closing handshake to finish. */
  #detach(): void {
    this.#isDetached = true;
    this.#isListening = false;
    this.#settings.signal?.removeEventListener('abort', this.#abort);
    this.#outbox.dropCloses();
    this.#timer.unsubscribe();
    if (this.#connection === undefined) this.#attempt?.cancel();
  }

  /** How far the session has come, for an ending that comes from our side. */
  #progress(): { by: 'client'; phase: Phase; uptime: number; target?: string } {
    if (this.#connection !== undefined) return { by: 'client', ...this.#connection.progress };
    const { phase = 'options', target } = this.#attempt ?? {};
    return { by: 'client', phase, uptime: 0, ...(target === undefined ? {} : { target }) };
  }
}

/** Listens; that many sockets share the signal of a shutdown is meant, and no leak to warn of. */
function onAbort(signal: AbortSignal, listener: () => void): void {
  const count = getEventListeners(signal, 'abort').length + 1;
  if (count > getMaxListeners(signal)) setMaxListeners(count, signal);
  signal.addEventListener('abort', listener, { once: true });
}
