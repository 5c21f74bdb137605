import type { Socket } from 'node:net';
import type { ConnectionFault, Cut } from './fault.js';
import type { FlowCounts } from './flow-counts.js';
import type { FlowShape } from './flow-shape.js';
import { PacedQueue, type StreamEnd } from './paced-queue.js';
import { resetSocket } from './reset-socket.js';

/** What a flow needs besides its two sockets. */
export interface FlowOptions {
  /** How many bytes may wait before the source is no longer read from. */
  readonly highWaterMark: number;
  /** The source of the jitter. */
  readonly random: () => number;
  /** Called when faults do something to what is carried. */
  readonly onShaped: (faults: readonly ConnectionFault[]) => void;
  /** Called once the last byte before a cut was handed to the system. */
  readonly onCut: (cut: Cut) => void;
}

// Besides the high water mark: many small chunks take more memory than their bytes.
const MAX_CHUNKS = 1024;

/** One way through a relay: from the socket that is read, the source, to the one written, the sink. */
export class Flow {
  readonly #counts: { received: number; delivered: number; dropped: number } = {
    received: 0,
    delivered: 0,
    dropped: 0,
  };
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #options: FlowOptions;
  readonly #queue: PacedQueue;
  /** `Deaf` swallows all that comes, ends too; `Finished` gives nothing more but a reset. */
  #mode: 'Carrying' | 'Deaf' | 'Finished' = 'Carrying';
  #sourceEnd: StreamEnd | undefined;
  #cut: Cut | undefined;

  constructor(source: Socket, sink: Socket, options: FlowOptions) {
    this.#source = source;
    this.#sink = sink;
    this.#options = options;
    this.#queue = new PacedQueue(
      {
        canTake: () => !sink.connecting && sink.writable && !sink.writableNeedDrain,
        take: (piece, isLast) => this.#write(piece, isLast),
        takeEnd: (end) => this.#pass(end),
        onShaped: options.onShaped,
      },
      options.random,
    );
    source.on('data', (bytes: Buffer) => this.#read(bytes));
    source.once('end', () => this.#readEnd('end'));
    source.once('close', (hadError) => hadError && this.#readEnd('reset'));
    sink.once('connect', () => this.#queue.run());
    sink.on('drain', () => this.#queue.run());
    sink.once('close', () => this.stop());
    source.resume();
  }

  /** How many bytes went through it. */
  get counts(): FlowCounts {
    return this.#counts;
  }

  /** Gives it another shape, and ends its deafness; to be followed by {@link Flow.run}. */
  reshape(shape: FlowShape): void {
    this.#cut = shape.cut;
    this.#queue.reshape(shape);
    if (this.#mode === 'Deaf') this.#mode = 'Carrying';
  }

  /** Goes on in its shape, with the end that it was deaf to. */
  run(): void {
    if (this.#mode !== 'Carrying') return;
    // The end is the last to be held, and nothing is left to do once it was passed on.
    const isHeld = this.#queue.chunks > 0;
    if (this.#sourceEnd !== undefined && !isHeld) this.#queue.pushEnd(this.#sourceEnd);
    else this.#queue.run();
  }

  /** Drops what it holds and what comes, ends and resets too. */
  deafen(): void {
    if (this.#mode === 'Finished') return;
    this.#mode = 'Deaf';
    this.#drop();
  }

  /** Sends a FIN to the sink, and drops what it holds and what comes. */
  finish(): void {
    this.stop();
    this.#sink.end();
  }

  /** Drops what it holds and what comes; a reset of the source is still passed on. */
  stop(): void {
    this.#mode = 'Finished';
    this.#drop();
  }

  #read(bytes: Buffer): void {
    this.#counts.received += bytes.length;
    if (this.#mode === 'Carrying') {
      this.#queue.push(bytes);
      if (!this.#hasRoom()) this.#source.pause();
    } else this.#counts.dropped += bytes.length;
  }

  #readEnd(end: StreamEnd): void {
    this.#sourceEnd = end;
    if (this.#mode === 'Carrying') {
      // As in TCP, what still waits for the receiver is lost with a reset.
      if (end === 'reset') this.#drop();
      this.#queue.pushEnd(end);
    } else if (this.#mode === 'Finished' && end === 'reset') resetSocket(this.#sink);
  }

  #write(piece: Buffer, isLast: boolean): void {
    const cut = this.#cut;
    this.#counts.delivered += piece.length;
    this.#sink.write(piece, () => {
      if (isLast && cut !== undefined && cut === this.#cut) this.#options.onCut(cut);
    });
    if (this.#hasRoom()) this.#source.resume();
  }

  #pass(end: StreamEnd): void {
    this.stop();
    if (end === 'end') this.#sink.end();
    else resetSocket(this.#sink);
  }

  #hasRoom(): boolean {
    return this.#queue.size < this.#options.highWaterMark && this.#queue.chunks < MAX_CHUNKS;
  }

  #drop(): void {
    this.#counts.dropped += this.#queue.clear();
    this.#source.resume();
  }
}
