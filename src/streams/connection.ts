import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import { Subscription } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';

import type { Payload } from '../codec/codec.js';
import { payloadBytes } from '../codec/payload-bytes.js';
import { classifyError } from './classify-error.js';
import type { Progress } from './classify-error.js';
import type { CloseOrder } from './close-request.js';
import { closedEnding } from './closed-ending.js';
import type { Ending, Phase } from './ending.js';
import { TurnWriter } from './framing/turn-writer.js';
import { OPCODE } from './framing/write-frame.js';
import { readRefusal } from './read-refusal.js';
import type { Refusal } from './read-refusal.js';

/** The opening handshake to make on a line that is ready for it. */
export interface UpgradeRequest {
  readonly href: string;
  /** Host and port, for messages. */
  readonly target: string;
  readonly headers: Record<string, string | string[]>;
  readonly protocols: readonly string[];
  readonly origin: string | undefined;
}

/** The limits of a connection; SocketOptions describes them. */
export interface ConnectionLimits {
  readonly closeTimeout: number;
  readonly maxPayload: number;
  readonly maxFragments: number;
  readonly maxBufferedChunks: number;
  readonly perMessageDeflate: boolean;
}

/** What a connection tells. Nothing is called after `ended`. */
export interface ConnectionEvents {
  /** The opening handshake succeeded. */
  readonly opened: () => void;
  /** A pong came. */
  readonly pong: (payload: Uint8Array) => void;
  /** A whole message came; `data` is UTF-8 unless `isBinary`. */
  readonly message: (data: Buffer, isBinary: boolean) => void;
  /** It is over: called exactly once, never from within a call of the connection's own methods. */
  readonly ended: (ending: Ending) => void;
}

const SWITCHING_PROTOCOLS = 101;

/** Has what was sent go out before a close frame, also before the one by which ws answers the server's. */
class ReleasingWebSocket extends WebSocket {
  release: (() => void) | undefined;

  override close(code?: number, reason?: string | Buffer): void {
    this.release?.();
    super.close(code, reason);
  }
}

/** A WebSocket connection over a line that was dialled and verified. */
export class Connection {
  /** The address and port at the other end. */
  readonly address: string;

  readonly #events: ConnectionEvents;
  readonly #socket: Socket;
  readonly #scheduler: SchedulerLike;
  readonly #closeTimeout: number;
  readonly #target: string;
  readonly #ws: ReleasingWebSocket;
  readonly #writer: TurnWriter;
  #phase: Phase = 'upgrade';
  #openedAt: number | undefined;
  #order: CloseOrder | undefined;
  #wsError: Error | undefined;
  #socketError: Error | undefined;
  #peerEnded = false;
  #stopRefusal: (() => Refusal) | undefined;
  // Why we end it, where that is more than a close of ours.
  #verdict: Ending | undefined;
  #isMuted = false;
  #isOver = false;
  #isCompressing = false;
  #flushWatch: Subscription = Subscription.EMPTY;
  #tellFlushed: (() => void) | undefined;

  constructor(
    socket: Socket,
    request: UpgradeRequest,
    limits: ConnectionLimits,
    scheduler: SchedulerLike,
    events: ConnectionEvents,
  ) {
    this.#events = events;
    this.#socket = socket;
    this.#scheduler = scheduler;
    this.#closeTimeout = limits.closeTimeout;
    this.#target = request.target;
    // Read now: it is gone once the line is.
    this.address = addressOf(socket);
    // The types of ws lack some of its options, and do not tell that headers may be lists.
    const options: ClientOptions & ConnectionLimits = {
      ...limits,
      createConnection: () => socket,
      headers: request.headers as Record<string, string>,
      followRedirects: false,
      finishRequest: (upgrade) => {
        try {
          upgrade.end();
        } catch (error) {
          // Thrown from here it would come before anybody listens to the request's errors.
          upgrade.destroy(error as Error);
        }
      },
      ...(request.origin === undefined ? {} : { origin: request.origin }),
    };
    this.#writer = new TurnWriter(socket, this.#written);
    this.#ws = new ReleasingWebSocket(request.href, [...request.protocols], options);
    this.#ws.release = this.#writer.release;
    this.#listen();
  }

  /** How far it has come. */
  get progress(): Progress & { readonly target: string } {
    const openedAt = this.#openedAt;
    const uptime = openedAt === undefined ? 0 : this.#scheduler.now() - openedAt;
    return { phase: this.#phase, target: this.#target, uptime };
  }

  /** The subprotocol that the server chose, or an empty string. */
  get protocol(): string {
    return this.#ws.protocol;
  }

  /** Whether a close of ours has begun, or all is over. */
  get isClosing(): boolean {
    return this.#order !== undefined || this.#verdict !== undefined || this.#isOver;
  }

  /** How many bytes of what was sent have not been handed to the system. */
  get bufferedAmount(): number {
    return this.#ws.bufferedAmount + this.#writer.size;
  }

  /** How many bytes have come in; under TLS, what they were decrypted to. */
  get bytesRead(): number {
    return this.#socket.bytesRead;
  }

  /** Whether nothing is read from the socket at present: we do not want it, or ws has enough to do. */
  get isPaused(): boolean {
    return this.#ws.isPaused || this.#socket.isPaused();
  }

  /** Stops reading from the socket; what was read already may still come. */
  pause(): void {
    this.#ws.pause();
  }

  /** Reads from the socket again. */
  resume(): void {
    this.#ws.resume();
  }

  /**
   * Says that it is open for the user from now on: its uptime begins.
   *
   * @returns When that is, in milliseconds by the scheduler's clock.
   */
  ready(): number {
    this.#phase = 'open';
    this.#openedAt = this.#scheduler.now();
    return this.#openedAt;
  }

  /**
   * Sends a ping (RFC 6455 section 5.5.2), before the messages of this turn; does nothing once the closing handshake
   * has begun.
   */
  ping(payload: Uint8Array): void {
    if (this.#ws.readyState === WebSocket.OPEN) this.#ws.ping(payload);
  }

  /**
   * Sends a message, at the end of this turn of the event loop: a string as text, bytes as binary.
   *
   * @returns Whether it was taken; it is not while the closing handshake is under way.
   */
  send(payload: Payload): boolean {
    return this.#send(payloadBytes(payload), typeof payload !== 'string', false);
  }

  /**
   * Sends a message like {@link Connection.send}, and tells when it was handed to the system.
   *
   * @param bytes - What it is made of. Those of a binary message may be used again afterwards.
   */
  sendCounted(bytes: Uint8Array, isBinary: boolean): boolean {
    return this.#send(bytes, isBinary, true);
  }

  /** Has `flushed` called for each message of `sendCounted` that was handed to the system, in their order. */
  onFlushed(flushed: () => void): void {
    this.#tellFlushed = flushed;
  }

  /**
   * Starts the closing handshake once what was sent has gone out. Does nothing when it has begun
   * already.
   *
   * @remarks `closeTimeout` bounds the handshake, and before it any time in which no write comes to
   * its end. Node makes one write of all that waits for the socket.
   */
  close(order: CloseOrder): void {
    if (this.isClosing) return;
    this.#order = order;
    this.#phase = 'closing';
    this.#writer.release();
    // Or the server's answer would never be read.
    this.#ws.resume();
    if (this.#ws.bufferedAmount === 0) this.#ws.close(order.code, order.reason);
    else this.#watchFlush(order, this.#ws.bufferedAmount);
  }

  /**
   * Closes like {@link Connection.close}, for a reason that is more than a close: no message is told
   * any more, and `verdict` is what it ended with. Does nothing when a close has begun already.
   */
  closeFor(verdict: Ending, order: CloseOrder): void {
    if (this.isClosing) return;
    this.close(order);
    this.#verdict = verdict;
    this.#isMuted = true;
  }

  /** Tears the line down without a close; `verdict` is what it ended with. */
  fail(verdict: Ending): void {
    if (this.#isOver) return;
    this.#verdict = verdict;
    this.#isMuted = true;
    this.#flushWatch.unsubscribe();
    this.#writer.release();
    this.#ws.terminate();
    this.#socket.destroy();
    // Told by then, unless ws found nothing to close.
    setImmediate(() => {
      this.#end(verdict);
    });
  }

  /** Tears the line down without a word; `ended` is not called any more. */
  destroy(): void {
    this.#isOver = true;
    this.#flushWatch.unsubscribe();
    this.#ws.terminate();
    this.#socket.destroy();
  }

  /** The status of an upgrade that was refused, while its body is still being read. */
  takeRefusal(): Ending | undefined {
    return this.#stopRefusal === undefined ? undefined : this.#refused(this.#stopRefusal());
  }

  #send(bytes: Uint8Array, isBinary: boolean, isCounted: boolean): boolean {
    if (this.#ws.readyState !== WebSocket.OPEN || this.#order !== undefined) return false;
    if (this.#isCompressing) this.#sendCompressed(bytes, isBinary, isCounted);
    else this.#writer.add(isBinary ? OPCODE.binary : OPCODE.text, bytes, isCounted);
    return true;
  }

  #sendCompressed(bytes: Uint8Array, isBinary: boolean, isCounted: boolean): void {
    // What is too small for ws to compress it writes at once.
    this.#writer.gather();
    // ws needs them later, too, when the caller may use his buffer again; a text's are ours.
    const lasting = isBinary ? Buffer.from(bytes) : bytes;
    this.#ws.send(lasting, { binary: isBinary }, isCounted ? this.#writtenOne : this.#writtenNone);
  }

  readonly #writtenOne = (error?: Error | null): void => this.#written(1, error);
  readonly #writtenNone = (error?: Error | null): void => this.#written(0, error);

  readonly #written = (counted: number, error?: Error | null): void => {
    // What the line takes with it as it breaks was not handed over; Node says so of some writes only.
    if ((error === undefined || error === null) && !this.#socket.destroyed) {
      for (let told = 0; told < counted; told += 1) this.#tellFlushed?.();
    }
    if (this.#order === undefined || this.bufferedAmount > 0) return;
    this.#flushWatch.unsubscribe();
    this.#ws.close(this.#order.code, this.#order.reason);
  };

  #watchFlush(order: CloseOrder, before: number): void {
    this.#flushWatch = this.#scheduler.schedule(() => {
      const left = this.#ws.bufferedAmount;
      // Pongs have no callback of ours.
      if (left === 0) this.#ws.close(order.code, order.reason);
      else if (left < before) this.#watchFlush(order, left);
      else this.#ws.terminate();
    }, this.#closeTimeout);
  }

  #listen(): void {
    const ws = this.#ws;
    ws.on('open', () => {
      this.#phase = 'opening';
      this.#isCompressing = ws.extensions !== '';
      this.#events.opened();
    });
    ws.on('pong', (payload) => {
      if (!this.#isOver) this.#events.pong(payload);
    });
    ws.on('message', (data, isBinary) => {
      // With the binaryType that ws starts with, every message is a Buffer.
      if (!this.#isMuted && !this.#isOver) this.#events.message(data as Buffer, isBinary);
    });
    ws.on('unexpected-response', (_request, response: IncomingMessage) => {
      if (response.statusCode === SWITCHING_PROTOCOLS) {
        // Node takes a 101 without an Upgrade header for an ordinary response.
        this.#end(classifyError(new Error('Invalid Upgrade header'), this.progress));
        return;
      }
      this.#stopRefusal = readRefusal(response, (refusal) => {
        this.#end(this.#refused(refusal));
      });
    });
    ws.on('error', (error) => {
      this.#wsError ??= error;
    });
    ws.on('close', (code, reason) => {
      // A line that is torn down in the middle of a refusal has told what matters.
      this.#end(this.#verdict ?? this.takeRefusal() ?? this.#closed(code, reason.toString()));
    });
    this.#socket.once('end', () => {
      this.#peerEnded = true;
      // Before ws ends our half, too.
      this.#writer.release();
    });
    this.#socket.once('error', (error) => {
      this.#socketError = error;
    });
  }

  #end(ending: Ending): void {
    if (this.#isOver) return;
    this.destroy();
    this.#events.ended(ending);
  }

  #closed(code: number, reason: string): Ending {
    return closedEnding(
      { code, reason },
      {
        progress: this.progress,
        order: this.#order,
        wsError: this.#wsError,
        socketError: this.#socketError,
        peerEnded: this.#peerEnded,
      },
    );
  }

  #refused(refusal: Refusal): Ending {
    const fields = { by: 'server', phase: 'upgrade', uptime: 0, target: this.#target } as const;
    return { _tag: 'UpgradeRefused', ...fields, ...refusal };
  }
}

function addressOf({ remoteAddress = '', remotePort = 0, remoteFamily }: Socket): string {
  return `${remoteFamily === 'IPv6' ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
}
