import { BehaviorSubject, filter, map, skip } from 'rxjs';
import type { Observable } from 'rxjs';

import type { OutboxLimits } from './outbox-options.js';

/** How much is on its way out: what waits, and what a connection was given and has not handed to the system. */
export class WaterGauge {
  /** Whether there is room for more: the present answer on subscription, then each change. */
  readonly writable: Observable<boolean>;
  /** Tells each time that there is room again after there was none. */
  readonly drained: Observable<void>;

  readonly #limits: OutboxLimits;
  readonly #writable = new BehaviorSubject(true);
  #isWritable = true;
  #isTelling = false;
  #messages = 0;
  #bytes = 0;

  constructor(limits: OutboxLimits) {
    this.#limits = limits;
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
    this.#move(1, size);
  }

  /** A message of `size` bytes is on its way no more. */
  left(size: number): void {
    this.#move(-1, -size);
  }

  /** A message of `size` bytes is on its way in the place of one of `old` bytes. */
  replaced(old: number, size: number): void {
    this.#move(0, size - old);
  }

  #move(messages: number, bytes: number): void {
    this.#messages += messages;
    this.#bytes += bytes;
    if (this.#isWritable ? this.#isFull : this.#isLow) {
      this.#isWritable = !this.#isWritable;
      this.#tell();
    }
  }

  /** Tells of the change, one after the other: who hears of it may bring the next one about. */
  #tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    while (this.#writable.value !== this.#isWritable) this.#writable.next(this.#isWritable);
    this.#isTelling = false;
  }

  get #isFull(): boolean {
    const { maxMessages, maxBytes, highWaterMark } = this.#limits;
    return this.#bytes >= Math.min(highWaterMark, maxBytes) || this.#messages >= maxMessages;
  }

  get #isLow(): boolean {
    const { maxMessages, maxBytes, lowWaterMark } = this.#limits;
    const low = lowWaterMark < maxBytes ? lowWaterMark : maxBytes / 4;
    return this.#bytes <= low && this.#messages <= maxMessages / 4;
  }
}
