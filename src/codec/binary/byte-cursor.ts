import { isUtf8 } from 'node:buffer';

import { Malformed } from './malformed.js';

/** A place in bytes that never moves past their end. */
export class ByteCursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** How many bytes were passed. */
  get at(): number {
    return this.#at;
  }

  /** Gives the next byte, and stays before it. */
  peek(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw this.#cut();
    return byte;
  }

  /** Gives the next byte. */
  byte(): number {
    const byte = this.peek();
    this.#at += 1;
    return byte;
  }

  /** Passes over the next byte if it is this one. */
  takes(byte: number): boolean {
    const isNext = this.peek() === byte;
    if (isNext) this.#at += 1;
    return isNext;
  }

  /** Gives a whole number of so many bytes, the most significant one first. */
  uint(size: number): number {
    let value = 0;
    for (let count = 0; count < size; count++) value = value * 256 + this.byte();
    return value;
  }

  /** Passes over so many bytes. */
  skip(length: number): void {
    if (length > this.#bytes.byteLength - this.#at) throw this.#cut();
    this.#at += length;
  }

  /** Passes over a string of so many bytes, which have to be UTF-8. */
  skipText(length: number): void {
    const start = this.#at;
    this.skip(length);
    for (let at = start; at < this.#at; at++) {
      if (Number(this.#bytes[at]) > 0x7f) {
        if (isUtf8(this.#bytes.subarray(at, this.#at))) return;
        throw new Malformed(`the string at byte ${start} is not UTF-8`);
      }
    }
  }

  /** Tells whether the bytes before this place are these characters of ASCII. */
  isAfter(text: string): boolean {
    const start = this.#at - text.length;
    for (let index = 0; index < text.length; index++) {
      if (this.#bytes[start + index] !== text.charCodeAt(index)) return false;
    }
    return true;
  }

  /** Refuses what is left. */
  end(): void {
    if (this.#at < this.#bytes.byteLength) {
      throw new Malformed(`more bytes than one message has: it ends at byte ${this.#at}`);
    }
  }

  #cut(): Malformed {
    return new Malformed(`cut off at byte ${this.#bytes.byteLength}`);
  }
}
