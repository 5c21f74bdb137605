import { BehaviorSubject, filter, map, skip } from 'rxjs';
import type { Observable } from 'rxjs';

import type { OutboxLimits } from './outbox-options.js';

interface Level {
  readonly messages: number;
  readonly bytes: number;
}

/** How much is on its way out: what waits, and what a connection was given and has not handed to the system. */
export class WaterGauge {
  /** Whether there is room for more: the present answer on subscription, then each change. */
  readonly writable: Observable<boolean>;
  /** Tells each time that there is room again after there was none. */
  readonly drained: Observable<void>;

  readonly #limits: OutboxLimits;
  // What makes it full, and what it has to come down to.
  readonly #high: Level;
  readonly #low: Level;
  readonly #writable = new BehaviorSubject(true);
  #isWritable = true;
  #isTelling = false;
  #messages = 0;
  #bytes = 0;

  constructor(limits: OutboxLimits) {
    const { maxMessages, maxBytes, highWaterMark, lowWaterMark } = limits;
    this.#limits = limits;
    this.#high = { messages: maxMessages, bytes: Math.min(highWaterMark, maxBytes) };
    this.#low = {
      messages: maxMessages / 4,
      bytes: lowWaterMark < maxBytes ? lowWaterMark : maxBytes / 4,
    };
    this.writable = this.#writable.asObservable();
    this.drained = this.#writable.pipe(
      skip(1),
      filter((isWritable) => isWritable),
      map(() => undefined),
    );
  }

  /** Whether there is room for more. */
  get isWritable(): boolean {
    return this.#isWritable;
  }

  /** Whether nothing is on its way. */
  get isEmpty(): boolean {
    return this.#messages === 0;
  }

  /** How many messages are on their way. */
  get messages(): number {
    return this.#messages;
  }

  /** How many bytes are on their way. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a message of `size` bytes is within the bounds. */
  fits(size: number): boolean {
    const { maxMessages, maxBytes } = this.#limits;
    return this.#messages < maxMessages && this.#bytes + size <= maxBytes;
  }

  /** Whether a message of `size` bytes is within the bounds in the place of one of `old` bytes. */
  fitsInPlaceOf(old: number, size: number): boolean {
    return this.#bytes - old + size <= this.#limits.maxBytes;
  }

  /** A message of `size` bytes is on its way. */
  entered(size: number): void {
    this.#messages += 1;
    this.#bytes += size;
    if (this.#isWritable && this.#isFull) this.#turn();
  }

  /** A message of `size` bytes is on its way no more. */
  left(size: number): void {
    this.#messages -= 1;
    this.#bytes -= size;
    if (!this.#isWritable && this.#isLow) this.#turn();
  }

  /** A message of `size` bytes is on its way in the place of one of `old` bytes. */
  replaced(old: number, size: number): void {
    this.#bytes += size - old;
    if (this.#isWritable ? this.#isFull : this.#isLow) this.#turn();
  }

  #turn(): void {
    this.#isWritable = !this.#isWritable;
    this.#tell();
  }

  /** Tells of the change, one after the other: who hears of it may bring the next one about. */
  #tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    while (this.#writable.value !== this.#isWritable) this.#writable.next(this.#isWritable);
    this.#isTelling = false;
  }

  get #isFull(): boolean {
    return this.#bytes >= this.#high.bytes || this.#messages >= this.#high.messages;
  }

  get #isLow(): boolean {
    return this.#bytes <= this.#low.bytes && this.#messages <= this.#low.messages;
  }
}
