import { Subscription } from 'rxjs';
import type { SchedulerLike } from 'rxjs';

import type { Payload } from '../../../src/codec/codec.js';
import type { CloseOrder } from '../../../src/streams/close-request.js';
import type {
  Connection,
  ConnectionEvents,
  ConnectionLimits,
  UpgradeRequest,
} from '../../../src/streams/connection.js';
import type { Ending, Phase } from '../../../src/streams/ending.js';
import type { ScriptedSocket } from './scripted-dial.js';
import type { ScriptedNetwork } from './scripted-network.js';

/** What a server makes of an opening handshake. */
export type Fate =
  | { readonly _tag: 'Held' }
  | { readonly _tag: 'Accepted' }
  | { readonly _tag: 'Refused'; readonly status: number; readonly retryAfter?: string };

const NO_CLOSE_FRAME = 1006;

/**
 * Does what `Connection` does, in virtual time and without a line: what the server does is said by a
 * spec, through the methods from `accept` on. What is sent is with the server at once, and flushed
 * after the time that the network takes.
 */
export class ScriptedConnection implements Pick<Connection, keyof Connection> {
  readonly address = '192.0.2.1:80';
  readonly protocol = '';
  bufferedAmount = 0;
  readonly network: ScriptedNetwork;
  readonly socket: ScriptedSocket;
  /** What the server got. */
  readonly wire: string[] = [];
  /** What of it was handed to the system, of what is counted. */
  readonly flushed: Set<string> = new Set<string>();
  /** How it ended; absent until that was told. */
  ending: Ending | undefined;
  bytesRead = 0;
  isPaused = false;
  isOver = false;
  isMuted = false;
  /** Whether it was said to be open for users. */
  isReady = false;
  /** Whether `events.opened` was called. */
  isUpgraded = false;
  /** Told when it is said to be open for users. */
  readied: () => void = () => undefined;

  readonly #events: ConnectionEvents;
  readonly #target: string;
  readonly #scheduler: SchedulerLike;
  readonly #closeTimeout: number;
  // Timers of the scripted server and of the closing handshake.
  readonly #timers = new Subscription();
  #phase: Phase = 'upgrade';
  #openedAt: number | undefined;
  #order: CloseOrder | undefined;
  #verdict: Ending | undefined;
  #peerClose: CloseOrder | undefined;
  #isSilent = false;
  #isTorn = false;
  #isCloseSent = false;
  #tellFlushed: () => void = () => undefined;
  #flushWatch: Subscription = Subscription.EMPTY;
  #pings: Uint8Array[] = [];
  // What has come and was not read, since it is paused.
  #unread: (() => void)[] = [];

  constructor(
    socket: unknown,
    { target }: UpgradeRequest,
    { closeTimeout }: Pick<ConnectionLimits, 'closeTimeout'>,
    scheduler: SchedulerLike,
    events: ConnectionEvents,
  ) {
    this.socket = socket as ScriptedSocket;
    this.socket.isTaken = true;
    this.network = this.socket.dial.network;
    this.#target = target;
    this.#scheduler = scheduler;
    this.#closeTimeout = closeTimeout;
    this.#events = events;
    this.network.connections.push(this);
    this.network.connecting(this);
    const { fate } = this.socket;
    this.network.clock.later(() => {
      if (fate._tag === 'Accepted') this.accept();
      if (fate._tag === 'Refused') this.refuse(fate.status, fate.retryAfter);
    });
  }

  get progress(): { phase: Phase; target: string; uptime: number } {
    const openedAt = this.#openedAt;
    const uptime = openedAt === undefined ? 0 : this.#scheduler.now() - openedAt;
    return { phase: this.#phase, target: this.#target, uptime };
  }

  get isClosing(): boolean {
    return this.#order !== undefined || this.#verdict !== undefined || this.isOver;
  }

  /** Whether a message would be taken. */
  get canSend(): boolean {
    return (
      this.isUpgraded && !this.isOver && this.#order === undefined && this.#peerClose === undefined
    );
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.#unpause();
  }

  ready(): number {
    this.#phase = 'open';
    this.#openedAt = this.#scheduler.now();
    this.isReady = true;
    this.readied();
    return this.#openedAt;
  }

  ping(payload: Uint8Array): void {
    if (!this.canSend) return;
    this.#pings.push(payload);
    this.#byHabit(this.network.habits.answersPings, () => this.answerPings());
  }

  send(payload: Payload): boolean {
    return this.#send(Buffer.from(payload).toString(), () => undefined);
  }

  sendCounted(bytes: Uint8Array): boolean {
    const text = Buffer.from(bytes).toString();
    return this.#send(text, () => {
      this.flushed.add(text);
      this.#tellFlushed();
    });
  }

  onFlushed(flushed: () => void): void {
    this.#tellFlushed = flushed;
  }

  close(order: CloseOrder): void {
    if (this.isClosing) return;
    this.#order = order;
    this.#phase = 'closing';
    this.network.hearsClose(this);
    this.#unpause();
    if (this.bufferedAmount === 0) this.#sendClose();
    else this.#watchFlush(this.bufferedAmount);
  }

  closeFor(verdict: Ending, order: CloseOrder): void {
    if (this.isClosing) return;
    this.isMuted = true;
    this.close(order);
    this.#verdict = verdict;
  }

  fail(verdict: Ending): void {
    if (this.isOver) return;
    this.#verdict = verdict;
    this.isMuted = true;
    this.#isTorn = true;
    this.#flushWatch.unsubscribe();
    this.network.clock.later(() => this.#end(verdict));
  }

  destroy(): void {
    this.isOver = true;
    this.#flushWatch.unsubscribe();
    this.#timers.unsubscribe();
  }

  takeRefusal(): Ending | undefined {
    return undefined;
  }

  /** The server accepts the opening handshake. */
  accept(): void {
    if (this.isOver || this.isUpgraded) return;
    this.isUpgraded = true;
    this.#phase = 'opening';
    this.#events.opened();
  }

  /** The server refuses it. */
  refuse(status: number, retryAfter?: string): void {
    if (this.isOver || this.isUpgraded) return;
    this.#end({
      _tag: 'UpgradeRefused',
      by: 'server',
      phase: 'upgrade',
      uptime: 0,
      target: this.#target,
      status,
      statusText: '',
      headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
      body: '',
    });
  }

  /** A message of the server comes, which `arrives` has to hand on, unless it is lost on the way. */
  say(text: string, arrives: (tell: () => void) => void = (tell) => tell()): void {
    this.#arrive(() => {
      if (this.#peerClose !== undefined || this.isOver) return;
      this.bytesRead += text.length + 2;
      if (this.isMuted) return;
      arrives(() => this.#events.message(Buffer.from(text), false));
    });
  }

  /** The server answers all pings that came. */
  answerPings(): void {
    for (const payload of this.#pings.splice(0)) {
      this.#arrive(() => {
        this.bytesRead += payload.length + 2;
        this.#events.pong(payload);
      });
    }
  }

  /** The server answers our close, if there was one. */
  answerClose(): void {
    if (this.#order === undefined || !this.#isCloseSent || this.#peerClose !== undefined) return;
    const { code, reason } = this.#order;
    this.sendClose(code, reason);
  }

  /** The server closes; the line is gone a turn later, or after `delay` milliseconds. */
  sendClose(code: number, reason = '', delay?: number): void {
    this.#arrive(() => {
      if (this.#peerClose !== undefined) return;
      this.bytesRead += 4;
      this.#peerClose = { code, reason };
      const end = (): void => this.#end(this.#closed(code, reason));
      if (delay === undefined) this.network.clock.later(end);
      else this.#after(delay, end);
    });
  }

  /** The line breaks. */
  reset(): void {
    if (this.isOver) return;
    if (this.isUpgraded) this.#end(this.#closed(NO_CLOSE_FRAME, ''));
    else this.#end(this.#broken());
  }

  /** Nothing comes through any more, without a word. */
  goSilent(): void {
    this.#isSilent = true;
  }

  #send(text: string, flushed: () => void): boolean {
    if (!this.canSend) return false;
    this.wire.push(text);
    this.bufferedAmount += text.length;
    this.network.heard(this, text);
    const flush = (): void => {
      // What the line takes with it as it breaks was not handed over.
      if (this.isOver || this.#isTorn) return;
      this.bufferedAmount -= text.length;
      flushed();
      if (this.#order !== undefined && this.bufferedAmount === 0) this.#sendClose();
    };
    const { takes } = this.network.habits;
    if (takes === undefined) this.network.clock.later(flush);
    else this.#after(takes, flush);
    return true;
  }

  #sendClose(): void {
    this.#flushWatch.unsubscribe();
    if (this.#isCloseSent) return;
    this.#isCloseSent = true;
    if (this.#peerClose !== undefined) return;
    this.#byHabit(this.network.habits.answersClose, () => {
      this.answerClose();
    });
    this.#after(this.#closeTimeout, () => {
      this.#end(this.#closed(NO_CLOSE_FRAME, ''));
    });
  }

  #watchFlush(before: number): void {
    this.#flushWatch = this.#scheduler.schedule(() => {
      const left = this.bufferedAmount;
      if (left < before) this.#watchFlush(left);
      else this.#end(this.#closed(NO_CLOSE_FRAME, ''));
    }, this.#closeTimeout);
  }

  #unpause(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    for (const arrival of this.#unread.splice(0)) {
      this.network.clock.later(() => {
        this.#arrive(arrival);
      });
    }
  }

  #arrive(arrival: () => void): void {
    if (this.isOver || this.#isSilent || !this.isUpgraded) return;
    if (this.isPaused) this.#unread.push(arrival);
    else arrival();
  }

  #byHabit(delay: number | undefined, act: () => void): void {
    if (delay === 0) this.network.clock.later(act);
    else if (delay !== undefined) this.#after(delay, act);
  }

  #after(delay: number, act: () => void): void {
    this.#timers.add(this.#scheduler.schedule(act, delay));
  }

  #end(ending: Ending): void {
    if (this.isOver) return;
    this.ending = this.#verdict ?? ending;
    this.destroy();
    this.#events.ended(this.ending);
  }

  #closed(code: number, reason: string): Ending {
    const { uptime, phase } = this.progress;
    const fields = { uptime, target: this.#target };
    const order = this.#order;
    if (order !== undefined) {
      const wasClean = code !== NO_CLOSE_FRAME;
      return { _tag: 'Closed', by: 'client', phase: 'closing', ...order, wasClean, ...fields };
    }
    if (code === NO_CLOSE_FRAME) return this.#broken();
    const place = { by: 'server', phase: phase === 'opening' ? phase : 'open' } as const;
    return { _tag: 'Closed', ...place, code, reason, wasClean: true, ...fields };
  }

  #broken(): Ending {
    const { phase, uptime, target } = this.progress;
    return {
      _tag: 'NetworkFailed',
      by: 'network',
      phase,
      kind: 'reset',
      errno: 'ECONNRESET',
      uptime,
      target,
    };
  }
}
