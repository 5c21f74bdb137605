import { WssError } from '../errors/wss-error.js';
import type { Payload } from '../codec/codec.js';
import type { CloseOrder } from './close-request.js';

/** How much may wait for a connection. */
export interface OutboxOptions {
  /** The most messages that wait. @defaultValue 10,000 */
  readonly maxMessages?: number | undefined;
  /** The most bytes that wait. @defaultValue 16 MiB */
  readonly maxBytes?: number | undefined;
}

/** {@link OutboxOptions} with the defaults filled in. */
export interface OutboxLimits {
  /** The most messages that wait. */
  readonly maxMessages: number;
  /** The most bytes that wait. */
  readonly maxBytes: number;
}

/** The defaults of {@link OutboxOptions}. */
export const DEFAULT_OUTBOX: OutboxLimits = Object.freeze({
  maxMessages: 10_000,
  maxBytes: 16 * 1024 * 1024,
});

/** The outbox has no room for a message: thrown by `next()`, the message is not kept. */
export class OutboxFullError extends WssError {
  static override readonly brand: string = 'OutboxFullError';
  override readonly name = 'OutboxFullError';
  readonly _tag = 'OutboxFullError';
  readonly code = 'ERR_WSS_OUTBOX_FULL';
}

/** What waits: a message, or the order to close once all before it is sent. */
export type OutboxEntry =
  | { readonly _tag: 'Message'; readonly payload: Payload; readonly size: number }
  | { readonly _tag: 'Close'; readonly order: CloseOrder };

/** The messages that wait for a connection, in order and bounded. */
export class Outbox {
  readonly #limits: OutboxLimits;
  #entries: OutboxEntry[] = [];
  #head = 0;
  #messages = 0;
  #bytes = 0;

  constructor(limits: OutboxLimits) {
    this.#limits = limits;
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#head === this.#entries.length;
  }

  /** How many messages wait. */
  get messages(): number {
    return this.#messages;
  }

  /** How many bytes wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Adds a message at the end. Bytes are copied, so that the caller may use its buffer again.
   *
   * @throws OutboxFullError if there is no room for it.
   */
  add(payload: Payload): void {
    const { maxMessages, maxBytes } = this.#limits;
    const size = Buffer.byteLength(payload);
    if (this.#messages + 1 > maxMessages) {
      throw new OutboxFullError(`The outbox is full: ${maxMessages} messages wait already`);
    }
    if (this.#bytes + size > maxBytes) {
      throw new OutboxFullError(
        `The outbox is full: ${this.#bytes} of ${maxBytes} bytes wait, ${size} more do not fit`,
      );
    }
    const kept = typeof payload === 'string' ? payload : Buffer.from(payload);
    this.#entries.push({ _tag: 'Message', payload: kept, size });
    this.#messages += 1;
    this.#bytes += size;
  }

  /** Adds the order to close once everything before it is sent. */
  addClose(order: CloseOrder): void {
    this.#entries.push({ _tag: 'Close', order });
  }

  /** The first entry, which stays. */
  peek(): OutboxEntry | undefined {
    return this.#entries[this.#head];
  }

  /** Takes the first entry out. */
  shift(): void {
    const entry = this.peek();
    if (entry === undefined) return;
    this.#head += 1;
    if (this.isEmpty) {
      this.#entries = [];
      this.#head = 0;
    }
    if (entry._tag === 'Message') {
      this.#messages -= 1;
      this.#bytes -= entry.size;
    }
  }

  /** Forgets every order to close: the stream that it was for has ended. Messages stay. */
  dropCloses(): void {
    this.#entries = this.#entries.slice(this.#head).filter((entry) => entry._tag === 'Message');
    this.#head = 0;
  }
}
