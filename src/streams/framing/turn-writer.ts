import type { Writable } from 'node:stream';

import { FrameBatch } from './frame-batch.js';
import type { MessageOpcode } from './write-frame.js';

/**
 * Writes all messages of a turn of the event loop at its end, at once: each write has its price, and so has each
 * record of TLS.
 */
export class TurnWriter {
  readonly #socket: Writable;
  readonly #written: (counted: number, error?: Error | null) => void;
  readonly #batch = new FrameBatch();
  #counted = 0;
  #isScheduled = false;
  #isGathering = false;

  /** @param written - Is told when a write has ended, and how many of its messages are counted. */
  constructor(socket: Writable, written: (counted: number, error?: Error | null) => void) {
    this.#socket = socket;
    this.#written = written;
  }

  /** How many bytes wait for the end of the turn. */
  get size(): number {
    return this.#batch.size;
  }

  /** Adds a message; `payload` may be used again afterwards. */
  add(opcode: MessageOpcode, payload: Uint8Array, isCounted: boolean): void {
    this.#schedule();
    this.#batch.add(opcode, payload);
    if (isCounted) this.#counted += 1;
  }

  /** Has what others write to the socket in this turn go out at its end, too, at once. */
  gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    this.#socket.cork();
    this.#schedule();
  }

  /** Writes what waits, now. */
  readonly release = (): void => {
    this.#isScheduled = false;
    if (this.#batch.size > 0) this.#writeBatch();
    if (this.#isGathering) this.#socket.uncork();
    this.#isGathering = false;
  };

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    process.nextTick(this.release);
  }

  #writeBatch(): void {
    const socket = this.#socket;
    const counted = this.#counted;
    this.#counted = 0;
    // Behind others it may wait for long.
    const pieces = this.#batch.take(socket.writableLength > 0);
    const last = pieces.length - 1;
    // For one alone it would be a detour.
    if (last > 0) socket.cork();
    pieces.forEach((piece, at) => {
      if (at < last) socket.write(piece);
      else socket.write(piece, (error) => this.#written(counted, error));
    });
    if (last > 0) socket.uncork();
  }
}
