import { frameSize, writeFrame } from './write-frame.js';
import type { Memory, MessageOpcode } from './write-frame.js';

// Frames of up to a quarter of it share a piece of memory; a larger one has its own.
const SHARED_SIZE = 64 * 1024;
const MOST_SHARED = SHARED_SIZE / 4;

const allocate = (size: number): Memory => {
  const bytes = Buffer.allocUnsafeSlow(size);
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, size) };
};

const isPart = ({ byteLength, buffer }: Uint8Array): boolean => byteLength < buffer.byteLength;

const NONE = allocate(0);

// For all connections, so that an idle one holds none; what is written stays as it is.
let shared = NONE;
let sharedEnd = 0;

/** Frames that are to go out together, in as few pieces of memory as may be. */
export class FrameBatch {
  #pieces: Uint8Array[] = [];
  #size = 0;
  // The piece that grows: what it is part of, and from where to where.
  #memory: Memory = NONE;
  #start = 0;
  #end = 0;

  /** How many bytes are in it. */
  get size(): number {
    return this.#size;
  }

  /** Adds a message; `payload` may be used again afterwards. */
  add(opcode: MessageOpcode, payload: Uint8Array): void {
    const size = frameSize(payload.length);
    if (size > MOST_SHARED) this.#addAlone(size, opcode, payload);
    else this.#addShared(size, opcode, payload);
    this.#size += size;
  }

  /**
   * Takes all that is in it out, in order.
   *
   * @param mayWait - Whether it may be long before they are written: then they keep no more memory than they need.
   */
  take(mayWait: boolean): readonly Uint8Array[] {
    this.#finish();
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#size = 0;
    // Which may be long replaced when there is something to send again.
    this.#memory = NONE;
    return mayWait ? pieces.map((each) => (isPart(each) ? new Uint8Array(each) : each)) : pieces;
  }

  #addShared(size: number, opcode: MessageOpcode, payload: Uint8Array): void {
    if (sharedEnd + size > shared.bytes.length) {
      shared = allocate(SHARED_SIZE);
      sharedEnd = 0;
    }
    // Another connection may have written behind it.
    if (this.#memory !== shared || this.#end !== sharedEnd) this.#begin();
    writeFrame(shared, sharedEnd, opcode, payload);
    sharedEnd += size;
    this.#end = sharedEnd;
  }

  #addAlone(size: number, opcode: MessageOpcode, payload: Uint8Array): void {
    this.#finish();
    const memory = allocate(size);
    writeFrame(memory, 0, opcode, payload);
    this.#pieces.push(memory.bytes);
  }

  #begin(): void {
    this.#finish();
    this.#memory = shared;
    this.#start = sharedEnd;
    this.#end = sharedEnd;
  }

  #finish(): void {
    if (this.#end === this.#start) return;
    this.#pieces.push(this.#memory.bytes.subarray(this.#start, this.#end));
    this.#start = this.#end;
  }
}
