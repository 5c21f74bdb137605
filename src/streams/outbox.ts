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

/** A message that waits, or that waited. */
export class QueuedMessage {
  readonly _tag = 'Message';
  /** Whether it waits still. */
  isWaiting = true;
  readonly payload: Payload;
  /** In bytes. */
  readonly size: number;

  constructor(payload: Payload, size: number) {
    this.payload = payload;
    this.size = size;
  }
}

/** The order to close once all before it is sent. */
export interface QueuedClose {
  readonly _tag: 'Close';
  readonly order: CloseOrder;
}

/** What waits. */
export type OutboxEntry = QueuedMessage | QueuedClose;

// So many entries that are done with may stand before those that wait.
const MAX_SLACK = 1_024;

/** The messages that wait for a connection, in order and bounded. */
export class Outbox {
  readonly #limits: OutboxLimits;
  #entries: OutboxEntry[] = [];
  #head = 0;
  #messages = 0;
  #bytes = 0;
  #closes = 0;

  constructor(limits: OutboxLimits) {
    this.#limits = limits;
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#messages + this.#closes === 0;
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
   * @returns The message as it waits.
   * @throws OutboxFullError if there is no room for it.
   */
  add(payload: Payload): QueuedMessage {
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
    const message = new QueuedMessage(kept, size);
    this.#entries.push(message);
    this.#messages += 1;
    this.#bytes += size;
    return message;
  }

  /** Adds the order to close once everything before it is sent. */
  addClose(order: CloseOrder): void {
    this.#entries.push({ _tag: 'Close', order });
    this.#closes += 1;
  }

  /** The first entry, which stays. */
  peek(): OutboxEntry | undefined {
    for (; this.#head < this.#entries.length; this.#head += 1) {
      const entry = this.#entries[this.#head];
      if (entry?._tag === 'Close' || entry?.isWaiting === true) return entry;
    }
    return undefined;
  }

  /** Takes the first entry out. */
  shift(): void {
    const entry = this.peek();
    if (entry === undefined) return;
    if (entry._tag === 'Message') {
      this.withdraw(entry);
    } else {
      this.#closes -= 1;
      this.#head += 1;
    }
    // What is done with is not to be kept in memory by what waits.
    if (this.isEmpty || this.#head > MAX_SLACK) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Takes a message out, wherever it stands; does nothing when it does not wait any more. */
  withdraw(message: QueuedMessage): void {
    if (!message.isWaiting) return;
    message.isWaiting = false;
    this.#messages -= 1;
    this.#bytes -= message.size;
  }

  /** Forgets every order to close: the stream that it was for has ended. Messages stay. */
  dropCloses(): void {
    this.#entries = this.#entries.slice(this.#head).filter((entry) => entry._tag === 'Message');
    this.#head = 0;
    this.#closes = 0;
  }

  /** Forgets everything. */
  clear(): void {
    for (let entry = this.peek(); entry !== undefined; entry = this.peek()) this.shift();
  }
}
