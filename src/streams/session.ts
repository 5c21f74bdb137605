import * as O from 'fp-ts/lib/Option.js';
import { Subscription } from 'rxjs';

import type { Payload } from '../codec/codec.js';
import type { DecodeFailure } from '../codec/decode-failure.js';
import type { CloseOrder } from './close-request.js';
import type { Demand } from './demand/demand.js';
import type { Closed, Ending } from './ending.js';
import { Line } from './line.js';
import type { LineProgress } from './line.js';
import { onAbort } from './on-abort.js';
import { Outage } from './outage.js';
import type { Outgoing } from './outbox/outgoing.js';
import type { Outlet } from './outbox/outlet.js';
import type { SessionSettings } from './settings.js';
import { toSocketError } from './socket-error.js';
import type { SocketCounters } from './socket-stats.js';
import type { OpenInfo, SocketEvent } from './socket-state.js';

const INTERNAL_ERROR = 1011;
const NO_CLOSE_FRAME = 1006;

/** What a session tells the subject that it belongs to. */
export interface SessionEvents<In> {
  /** The state moves. */
  readonly moved: (event: SocketEvent) => void;
  /** A connection is open: told before what waits is sent. */
  readonly opened: () => void;
  /** A whole message came on the connection. */
  readonly message: (data: Buffer, isBinary: boolean) => void;
  /** A message that came while `onOpen` had the connection is for the stream. */
  readonly delivered: (message: In) => void;
  /** A ping was sent. */
  readonly pinged: () => void;
  /** A connection, or an attempt at one, is over; told before what follows from it. */
  readonly lost: (ending: Ending) => void;
  /** The stream is over: it completes, or fails with `error`. Told once, unless hung up before. */
  readonly finished: (ending: Ending, error: O.Option<unknown>) => void;
}

/** What the sessions of a socket share. */
export interface SessionParts<In, Out> {
  readonly outgoing: Outgoing<In, Out>;
  readonly counters: SocketCounters;
  readonly demand: Demand;
}

/**
 * How far the end of a session has come: it is live, or has the order to close behind what waits in
 * the outbox, or has sent its last close, or the stream is over, or everybody has left it.
 */
type Stage = 'Live' | 'Draining' | 'Closing' | 'Over' | 'HungUp';

/**
 * The life of a stream from its first subscriber to its end, over every connection in between: it
 * dials, waits, dials again, sends what is in the outbox, and closes.
 */
export class Session<In, Out> {
  readonly #settings: SessionSettings<In, Out>;
  readonly #outgoing: Outgoing<In, Out>;
  readonly #counters: SocketCounters;
  readonly #demand: Demand;
  readonly #events: SessionEvents<In>;
  readonly #outage: Outage;
  #stage: Stage = 'Live';
  #line: Line<In, Out> | undefined;
  // The way out on the line, while it is open for users.
  #outlet: Outlet<Out> | undefined;
  #timer: Subscription = Subscription.EMPTY;
  // The close that waits behind the outbox, and the watch over what it waits for.
  #order: CloseOrder | undefined;
  #drainWatch: Subscription = Subscription.EMPTY;
  #isRedialling = false;
  // An attempt was told of that is not going to be made.
  #isUndialled = false;
  #fault: O.Option<unknown> = O.none;

  constructor(
    settings: SessionSettings<In, Out>,
    { outgoing, counters, demand }: SessionParts<In, Out>,
    events: SessionEvents<In>,
  ) {
    this.#settings = settings;
    this.#outgoing = outgoing;
    this.#counters = counters;
    this.#demand = demand;
    this.#events = events;
    this.#outage = new Outage(settings.reconnect, settings.scheduler);
  }

  /** Takes messages that are not for the stream; undefined while all are. */
  get intercept(): ((message: In) => boolean) | undefined {
    return this.#line?.intercept;
  }

  /** The number of the connection that is open for users, undefined while none is. */
  get connection(): number | undefined {
    return this.#line?.isOpen === true ? this.#outlet?.connection : undefined;
  }

  /** How many bytes of what was sent have not been handed to the system. */
  get bufferedAmount(): number {
    return this.#line?.bufferedAmount ?? 0;
  }

  /** Dials for the first time. */
  start(): void {
    const { signal, scheduler } = this.#settings;
    if (signal?.aborted === true) {
      // Told later, like any failure, so that a plain retry() does not recurse.
      this.#isUndialled = true;
      this.#timer = scheduler.schedule(this.#abort);
      this.#events.moved({ _tag: 'Dialled', attempt: 1 });
      return;
    }
    if (signal !== undefined) onAbort(signal, this.#abort);
    this.#dial(1);
  }

  /** Sends a message on the open connection, ahead of what waits. @returns Whether there was one to take it. */
  sendAhead(payload: Payload): boolean {
    return this.#line?.sendAhead(payload) === true;
  }

  /** Closes because a consumer cannot keep up. */
  overrun(undelivered: number, limit: number): void {
    this.#line?.overrun(undelivered, limit);
  }

  /** Closes for good, once what waits in the outbox is sent. The first order counts. */
  close(order: CloseOrder): void {
    if (this.#stage !== 'Live') return;
    this.#stage = 'Draining';
    if (!this.#outgoing.isEmpty) {
      this.#outgoing.addClose(order);
      this.#order = order;
      if (this.#line?.isOpen === true) this.#watchDrain(this.#line, order);
    } else if (this.#line?.isConnected === true) {
      this.#closeLine(this.#line, order);
    } else {
      this.#stage = 'Closing';
      this.#giveUp({ _tag: 'Closed', by: 'client', ...order, wasClean: false, ...this.#progress });
    }
  }

  /** Tears the connection down at once, without a close, and dials no more. */
  terminate(): void {
    if (this.#isOver) {
      if (this.#line !== undefined) this.#tearDown(this.#line);
      return;
    }
    this.#stage = 'Closing';
    if (this.#line?.isConnected === true) this.#tearDown(this.#line);
    else this.#giveUp(this.#torn);
  }

  /** Closes the connection, if there is one, and dials at once, whatever the policy says. */
  reconnect(order: CloseOrder): void {
    if (this.#isUndialled || (this.#stage !== 'Live' && this.#stage !== 'Draining')) return;
    if (this.#line?.isConnected === true) {
      this.#isRedialling = true;
      this.#line.close(order);
    } else if (this.#line === undefined) {
      this.#redial();
    }
  }

  /** Closes the connection if the message on it that did not decode is reason enough. */
  judge(failure: DecodeFailure): void {
    this.#line?.judge(failure);
  }

  /** The last subscriber is gone: closes what is open, cancels what is not, tells nobody. */
  hangUp(order: CloseOrder): void {
    const ending: Ending = { _tag: 'Cancelled', by: 'client', ...this.#progress };
    this.#detach('HungUp');
    if (this.#line?.isConnected === true) {
      this.#line.close(order);
    } else {
      this.#drop(ending);
      this.#events.moved({ _tag: 'Ended', ending });
    }
  }

  readonly #abort = (): void => {
    const ending = this.#cancelled;
    const line = this.#line;
    this.#finish(ending, O.some(toSocketError(ending)));
    line?.close(this.#settings.closeWith);
  };

  #dial(attempt: number): void {
    const connection = this.#counters.connections + 1;
    const line = new Line<In, Out>(
      this.#settings,
      { attempt, connection, prepare: this.#outage.prepare() },
      {
        moved: (event) => {
          // The closing handshake has to be read.
          if (event._tag === 'CloseStarted') this.#demand.detach(line);
          this.#events.moved(event);
        },
        opened: (info, messages) => {
          this.#opened(line, connection, info, messages);
        },
        message: (data, isBinary) => {
          if (this.#isTelling) this.#events.message(data, isBinary);
        },
        pinged: this.#events.pinged,
        sent: (size) => {
          this.#counters.sent(size);
        },
        faulted: (error) => {
          this.fail(error);
        },
        ended: (ending) => {
          this.#ended(ending);
        },
      },
    );
    this.#line = line;
    line.start();
    this.#events.moved({ _tag: 'Dialled', attempt });
  }

  #redial(): void {
    this.#isRedialling = false;
    this.#timer.unsubscribe();
    this.#outage.reset();
    this.#dial(1);
  }

  #opened(line: Line<In, Out>, connection: number, info: OpenInfo, messages: readonly In[]): void {
    this.#settings.endpoints?.succeeded();
    const outlet = this.#createOutlet(line, connection);
    this.#outlet = outlet;
    this.#demand.attach(line);
    this.#events.moved({ _tag: 'Opened', info });
    // Whoever heard of it may have ended the session, or closed the line.
    if (line.isOpen && !this.#isOver) this.#events.opened();
    if (line.isOpen && !this.#isOver) this.#outgoing.attach(outlet);
    if (line.isOpen && this.#stage === 'Draining' && this.#order !== undefined) {
      this.#watchDrain(line, this.#order);
    }
    for (const message of messages) if (this.#isTelling) this.#events.delivered(message);
  }

  #createOutlet(line: Line<In, Out>, connection: number): Outlet<Out> {
    const carrier = {
      send: (bytes: Uint8Array, isBinary: boolean) => line.send(bytes, isBinary),
      close: (order: CloseOrder) => {
        this.#closeLine(line, order);
      },
    };
    const outlet = this.#outgoing.createOutlet(carrier, connection);
    line.onFlushed(() => {
      outlet.flushed();
    });
    return outlet;
  }

  #closeLine(line: Line<In, Out>, order: CloseOrder): void {
    this.#stage = 'Closing';
    line.close(order);
  }

  /**
   * Tears the line down when nothing of what waits for a close has gone out for as long as a close may take; closes it
   * when only the server's acknowledgements were waited for.
   */
  #watchDrain(line: Line<In, Out>, order: CloseOrder): void {
    const { gauge } = this.#outgoing;
    const { messages, bytes } = gauge;
    this.#drainWatch = this.#settings.scheduler.schedule(() => {
      if (this.#stage !== 'Draining') return;
      if (gauge.messages < messages || gauge.bytes < bytes) this.#watchDrain(line, order);
      else if (!this.#outgoing.closeUnacknowledged()) {
        line.fail({ _tag: 'Closed', by: 'client', ...order, wasClean: false, ...line.progress });
      }
    }, this.#settings.limits.closeTimeout);
  }

  /** Closes for good, for the fault of a function among the options; the stream fails with it. */
  fail(error: unknown): void {
    // The first fault counts.
    if (this.#isOver || O.isSome(this.#fault)) return;
    this.#fault = O.some(error);
    const order = { code: INTERNAL_ERROR, reason: '', cause: error };
    if (this.#line !== undefined && this.#stage !== 'Closing') this.#closeLine(this.#line, order);
  }

  /** The line is over, by itself or because we closed it. */
  #ended(ending: Ending): void {
    const wasOver = this.#isOver;
    if (this.#line !== undefined) this.#demand.detach(this.#line);
    this.#line = undefined;
    this.#drainWatch.unsubscribe();
    this.#outlet?.lost(ending);
    this.#outlet = undefined;
    this.#judgeEndpoint(ending);
    this.#events.lost(ending);
    if (wasOver) this.#events.moved({ _tag: 'Ended', ending });
    // Who heard of it may have ended the session, or dialled already.
    if (this.#isOver || this.#isDialling) return;
    if (this.#isRedialling && this.#stage !== 'Closing') this.#redial();
    else this.#conclude(ending);
  }

  #judgeEndpoint(ending: Ending): void {
    const { endpoints, reconnect, scheduler } = this.#settings;
    const isStable = ending.uptime > 0 && ending.uptime >= (reconnect?.minUptime ?? 0);
    if (!isStable && ending.by !== 'client') endpoints?.failed(scheduler.now());
  }

  /** Without a line: waits for the next attempt no longer, and gives up one that is under way. */
  #giveUp(ending: Ending): void {
    this.#timer.unsubscribe();
    this.#drop(ending);
    if (!this.#isOver) this.#conclude(ending);
  }

  /** Cancels the attempt that is under way, if there is one. */
  #drop(ending: Ending): void {
    const line = this.#line;
    if (line === undefined ? !this.#isUndialled : line.isConnected) return;
    line?.cancel();
    this.#line = undefined;
    this.#isUndialled = false;
    this.#events.lost(ending);
  }

  /** Decides what follows on an ending. */
  #conclude(ending: Ending): void {
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
    // What we closed ourselves stays closed, whatever isTransient says.
    const retry = this.#stage === 'Closing' ? O.none : this.#outage.next(ending);
    if (O.isNone(retry)) {
      this.#finish(ending, O.some(toSocketError(ending)));
      return;
    }
    const { attempt, delay, retryAt, retryAfter } = retry.value;
    this.#timer = this.#settings.scheduler.schedule(() => {
      this.#dial(attempt);
    }, delay);
    const asked = O.isSome(retryAfter) ? { retryAfter: retryAfter.value } : {};
    const times = { attempt, delay, retryAt, ...asked };
    this.#events.moved({ _tag: 'RetryScheduled', ...times, ending });
  }

  #finish(ending: Ending, error: O.Option<unknown>): void {
    this.#detach('Over');
    this.#drop(ending);
    // Who heard of that may have hung up.
    if (!this.#isHungUp) this.#events.finished(ending, error);
  }

  /** Lets go of everything but an open connection, which has its closing handshake to finish. */
  #detach(stage: 'Over' | 'HungUp'): void {
    this.#stage = stage;
    this.#settings.signal?.removeEventListener('abort', this.#abort);
    this.#outgoing.dropCloses();
    this.#timer.unsubscribe();
    this.#drainWatch.unsubscribe();
  }

  #tearDown(line: Line<In, Out>): void {
    line.fail(this.#torn);
  }

  /** The ending of what the signal cancels. */
  get #cancelled(): Ending {
    const cause: unknown = this.#settings.signal?.reason;
    return { _tag: 'Cancelled', by: 'client', ...this.#progress, cause };
  }

  /** The ending of what is torn down. */
  get #torn(): Closed {
    const close = { code: NO_CLOSE_FRAME, reason: '', wasClean: false };
    return { _tag: 'Closed', by: 'client', ...close, ...this.#progress };
  }

  get #isDialling(): boolean {
    return this.#line !== undefined;
  }

  get #isOver(): boolean {
    return this.#stage === 'Over' || this.#isHungUp;
  }

  get #isHungUp(): boolean {
    return this.#stage === 'HungUp';
  }

  /** Whether there is somebody for the messages. */
  get #isTelling(): boolean {
    return !this.#isOver && O.isNone(this.#fault);
  }

  /** How far the session has come, for an ending that comes from our side. */
  get #progress(): LineProgress {
    return this.#line?.progress ?? { phase: 'options', uptime: 0 };
  }
}
