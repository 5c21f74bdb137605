import type { Payload } from '../codec/codec.js';
import type { DecodeFailure } from '../codec/decode-failure.js';
import * as O from 'fp-ts/lib/Option.js';

import { Attempt } from './attempt.js';
import type { Prepare } from './attempt.js';
import { checkCloseRequest, isCloseRequest } from './close-request.js';
import type { CloseOrder } from './close-request.js';
import type { Connection } from './connection.js';
import type { Ending, Phase, TimedOut } from './ending.js';
import { encode } from './encode.js';
import { Heartbeat } from './heartbeat.js';
import { IdleTimeout } from './idle-timeout.js';
import { messageRejected } from './message-rejected.js';
import { Opening } from './opening.js';
import type { RejectionJudge } from './rejection-rule.js';
import type { LineSettings } from './settings.js';
import type { ConnectionInfo, OpenInfo, SocketEvent } from './socket-state.js';

const GOING_AWAY: CloseOrder = { code: 1001, reason: '' };
const POLICY_VIOLATION: CloseOrder = { code: 1008, reason: '' };

/** What a line tells. Nothing is called after `ended`. */
export interface LineEvents<In> {
  /** The state moves. */
  readonly moved: (event: SocketEvent) => void;
  /** It is open for users; `messages` came before that, and are for the stream. */
  readonly opened: (info: OpenInfo, messages: readonly In[]) => void;
  /** A whole message came. */
  readonly message: (data: Buffer, isBinary: boolean) => void;
  /** A ping was sent. */
  readonly pinged: () => void;
  /** A message of so many bytes was sent that never waited: of `onOpen`, of the heartbeat, of a channel. */
  readonly sent: (size: number) => void;
  /** A function among the options threw, at a moment that is none of its user's. */
  readonly faulted: (error: unknown) => void;
  /** The attempt failed, or its connection is over: called once, and not from within a call of the line's methods. */
  readonly ended: (ending: Ending) => void;
}

/** Where a line begins. */
export interface LineOutset {
  /** The number of the attempt. */
  readonly attempt: number;
  /** The number of the connection that may come of it. */
  readonly connection: number;
  /** What is to be done before the attempt. */
  readonly prepare: Prepare | undefined;
}

/** How far a line has come. */
export interface LineProgress {
  readonly phase: Phase;
  readonly uptime: number;
  readonly target?: string;
}

/**
 * One line to the server from the dial to its end: the attempt, the connection that comes of it, `onOpen`, and the
 * watch over its signs of life.
 */
export class Line<In, Out> {
  /** Takes messages that are not for the stream; undefined while all are. */
  intercept: ((message: In) => boolean) | undefined;

  readonly #settings: LineSettings<In, Out>;
  readonly #outset: LineOutset;
  readonly #events: LineEvents<In>;
  readonly #attempt: Attempt;
  readonly #judge: RejectionJudge;
  #connection: Connection | undefined;
  #opening: Opening<In, Out> | undefined;
  #heartbeat: Heartbeat | undefined;
  #idle: IdleTimeout | undefined;
  // Set while users may send.
  #open: Connection | undefined;

  constructor(settings: LineSettings<In, Out>, outset: LineOutset, events: LineEvents<In>) {
    this.#settings = settings;
    this.#outset = outset;
    this.#events = events;
    this.#judge = settings.onRejected();
    this.#attempt = new Attempt(
      settings,
      outset.attempt,
      {
        opened: (connection, info) => {
          this.#connected(connection, info);
        },
        pong: (payload) => this.#heartbeat?.pong(payload),
        message: (data, isBinary) => {
          this.#idle?.message();
          events.message(data, isBinary);
        },
        ended: (ending) => {
          this.#release(new Error('The connection is over'));
          events.ended(ending);
        },
      },
      outset.prepare,
    );
  }

  /** Whether there is a connection, open or being closed. */
  get isConnected(): boolean {
    return this.#connection !== undefined;
  }

  /** Whether users may send on it. */
  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** How far it has come. */
  get progress(): LineProgress {
    if (this.#connection !== undefined) return this.#connection.progress;
    const { phase, target } = this.#attempt;
    return { phase, uptime: 0, ...(target === undefined ? {} : { target }) };
  }

  /** How many bytes of what was sent have not been handed to the system. */
  get bufferedAmount(): number {
    return this.#connection?.bufferedAmount ?? 0;
  }

  /** Dials. */
  start(): void {
    this.#attempt.start();
  }

  /** Sends a message. @returns Whether it was taken; it is not before it is open for users, nor after a close. */
  send(bytes: Uint8Array, isBinary: boolean): boolean {
    return this.#open?.sendCounted(bytes, isBinary) === true;
  }

  /** Sends a message ahead of all others, that is not counted among the users'. @returns Whether it was taken. */
  sendAhead(payload: Payload): boolean {
    return this.#open !== undefined && this.#sendOwn(this.#open, payload);
  }

  /** Stops reading, so that the server has to wait. */
  pause(): void {
    if (this.#connection?.isClosing !== false) return;
    this.#heartbeat?.paused();
    this.#connection.pause();
  }

  /** Reads again. */
  resume(): void {
    this.#connection?.resume();
  }

  /** Closes because a consumer cannot keep up. */
  overrun(undelivered: number, limit: number): void {
    const { code } = POLICY_VIOLATION;
    const told = { ...this.progress, code, undelivered, limit };
    this.#closeFor({ _tag: 'Overrun', by: 'policy', ...told }, POLICY_VIOLATION);
  }

  /** Has `flushed` called for each message of `send` that was handed to the system, in their order. */
  onFlushed(flushed: () => void): void {
    this.#connection?.onFlushed(flushed);
  }

  /** Starts the closing handshake, where there is a connection that is not being closed already. */
  close(order: CloseOrder): void {
    this.#closing(order, (connection) => {
      connection.close(order);
    });
  }

  /** Tears the connection down without a close; `verdict` is what it ended with. */
  fail(verdict: Ending): void {
    this.#release(new Error('The connection is over'));
    this.#connection?.fail(verdict);
  }

  /** Gives up an attempt without a word: no event follows. */
  cancel(): void {
    this.#release(new Error('The attempt is over'));
    this.#attempt.cancel();
  }

  /** Closes the connection if the message on it that did not decode is reason enough. */
  judge(failure: DecodeFailure): void {
    const connection = this.#connection;
    // Whoever heard of the message may have closed it. The first close counts.
    if (connection === undefined || connection.isClosing) return;
    const order = this.#guard(() => this.#judge(failure, this.#settings.scheduler.now()));
    if (order !== undefined && O.isSome(order)) {
      this.#closeFor(messageRejected(failure, order.value, connection.progress), order.value);
    }
  }

  #connected(connection: Connection, info: ConnectionInfo): void {
    const { onOpen, openTimeout, codec, scheduler } = this.#settings;
    this.#connection = connection;
    this.#watch(connection);
    if (onOpen === undefined) {
      this.#opened(connection, info, []);
      return;
    }
    const opening = new Opening<In, Out>(
      connection,
      { onOpen, openTimeout, codec, scheduler },
      {
        sent: (payload) => {
          this.#sendOwn(connection, payload);
        },
        accepted: (messages) => {
          this.#opened(connection, info, messages);
        },
        refused: (cause) => {
          this.#refuse(cause);
        },
        timedOut: () => {
          this.#closeFor(this.#timedOut('openTimeout', openTimeout), GOING_AWAY);
        },
      },
    );
    this.#opening = opening;
    this.intercept = (message) => {
      opening.take(message);
      return true;
    };
    this.#events.moved({ _tag: 'OpeningStarted', info });
    const { attempt, connection: number } = this.#outset;
    const cursor = this.#settings.cursor?.value;
    opening.start({ attempt, connection: number, info, cursor });
  }

  #opened(connection: Connection, info: ConnectionInfo, messages: readonly In[]): void {
    this.#opening = undefined;
    this.#open = connection;
    this.intercept = undefined;
    // Not before: who has not logged in yet may not be allowed to send it.
    if (this.#settings.heartbeat?.message !== undefined) this.#startHeartbeat(connection);
    // What was left unread while onOpen asked for nothing.
    connection.resume();
    this.#events.opened({ ...info, since: connection.ready() }, messages);
  }

  #refuse(cause: unknown): void {
    const order = this.#guard(() =>
      isCloseRequest(cause) ? checkCloseRequest('onOpen', cause) : POLICY_VIOLATION,
    );
    if (order === undefined) return;
    const { code, reason } = order;
    const told = { ...this.progress, code, reason, cause };
    this.#closeFor({ _tag: 'OpeningRefused', by: 'policy', ...told, phase: 'opening' }, order);
  }

  /** Starts to watch for signs of life that do not depend on `onOpen`. */
  #watch(connection: Connection): void {
    const { heartbeat, idleTimeout, scheduler } = this.#settings;
    if (heartbeat?.message === undefined) this.#startHeartbeat(connection);
    if (idleTimeout === Infinity) return;
    this.#idle = new IdleTimeout(connection, idleTimeout, scheduler, () => {
      this.#closeFor(this.#timedOut('idleTimeout', idleTimeout), GOING_AWAY);
    });
    this.#idle.start();
  }

  #startHeartbeat(connection: Connection): void {
    const { heartbeat: settings, scheduler } = this.#settings;
    if (settings === undefined) return;
    const { message, isAnswer } = settings;
    const beat =
      message &&
      ((): void => {
        this.#guard(() => {
          this.#sendOwn(connection, encode(this.#settings.codec, message()));
        });
      });
    const heartbeat = new Heartbeat(connection, settings, scheduler, {
      beat,
      pinged: this.#events.pinged,
      ponged: (rtt) => {
        this.#events.moved({ _tag: 'PongReceived', rtt });
      },
      died: () => {
        this.fail(this.#timedOut('heartbeat.timeout', settings.timeout));
      },
    });
    this.#heartbeat = heartbeat;
    if (beat !== undefined) {
      this.intercept = (answer) => {
        const isOurs = isAnswer !== undefined && this.#guard(() => isAnswer(answer)) === true;
        if (isOurs || isAnswer === undefined) heartbeat.answered();
        return isOurs;
      };
    }
    heartbeat.start();
  }

  #sendOwn(connection: Connection, payload: Payload): boolean {
    if (!connection.send(payload)) return false;
    this.#events.sent(Buffer.byteLength(payload));
    return true;
  }

  /** Calls a function of the user's, at a moment that is none of his. */
  #guard<T>(call: () => T): T | undefined {
    try {
      return call();
    } catch (error) {
      this.#events.faulted(error);
      return undefined;
    }
  }

  #timedOut(option: TimedOut['option'], limit: number): TimedOut {
    return { _tag: 'TimedOut', by: 'policy', option, limit, ...this.progress };
  }

  #closeFor(verdict: Ending, order: CloseOrder): void {
    this.#closing(order, (connection) => {
      connection.closeFor(verdict, order);
    });
  }

  #closing({ code, reason }: CloseOrder, close: (connection: Connection) => void): void {
    const connection = this.#connection;
    if (connection === undefined || connection.isClosing) return;
    const isOpening = this.#opening !== undefined;
    const { isAnswer } = this.#settings.heartbeat ?? {};
    close(connection);
    this.#release(new Error('The connection is being closed'));
    // What comes on a connection that never was open for users is not for them, nor is the answer to a heartbeat.
    if (isOpening) this.intercept = () => true;
    else if (isAnswer !== undefined) {
      this.intercept = (message) => this.#guard(() => isAnswer(message)) === true;
    }
    this.#events.moved({ _tag: 'CloseStarted', code, reason });
  }

  /** Ends what goes with an open connection. */
  #release(reason: Error): void {
    this.#open = undefined;
    this.intercept = undefined;
    this.#opening?.stop(reason);
    this.#opening = undefined;
    this.#heartbeat?.stop();
    this.#idle?.stop();
  }
}
