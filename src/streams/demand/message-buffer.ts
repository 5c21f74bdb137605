import type { DemandLimits } from './demand-options.js';
import type { DemandControl } from './demand-source.js';

/** A message that waits for its consumer. */
export interface WaitingMessage<T> {
  readonly value: T;
  /** In bytes. */
  readonly size: number;
}

interface Node<T> extends WaitingMessage<T> {
  next: Node<T> | undefined;
}

/**
 * The messages that wait for a consumer, in order: their source is held from the high water mark on, until the
 * low one is reached.
 */
export class MessageBuffer<T> {
  readonly #limits: DemandLimits;
  // Until the source has ended.
  #source: Pick<DemandControl, 'hold' | 'overrun'> | undefined;
  #release: (() => void) | undefined;
  // A list of links: an array would be moved at each message that is taken out, or keep it.
  #first: Node<T> | undefined;
  #last: Node<T> | undefined;
  #messages = 0;
  #bytes = 0;

  /** @param source - Holds the source; undefined where it cannot be made to wait. */
  constructor(limits: DemandLimits, source: Pick<DemandControl, 'hold' | 'overrun'> | undefined) {
    this.#limits = limits;
    this.#source = source;
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#messages === 0;
  }

  /** How many messages wait. */
  get messages(): number {
    return this.#messages;
  }

  /** How many bytes wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a message at the end, even where it is more than there should be. */
  put(value: T, size: number): void {
    const node: Node<T> = { value, size, next: undefined };
    if (this.#last === undefined) this.#first = node;
    else this.#last.next = node;
    this.#last = node;
    this.#messages += 1;
    this.#bytes += size;

    const { highWaterMark, maxBytes } = this.#limits;
    const isHigh = this.#messages >= highWaterMark.messages || this.#bytes >= highWaterMark.bytes;
    if (isHigh) this.#release ??= this.#source?.hold();
    if (this.#bytes > maxBytes) this.#source?.overrun(this.#bytes, maxBytes);
  }

  /**
   * Takes the first message out; undefined when nothing waits.
   *
   * @remarks A source that delivers at once when it is released does so before this returns.
   */
  take(): WaitingMessage<T> | undefined {
    const node = this.#first;
    if (node === undefined) return undefined;
    this.#first = node.next;
    if (this.#first === undefined) this.#last = undefined;
    // Else one that is kept by somebody would keep all that came after it.
    node.next = undefined;
    this.#messages -= 1;
    this.#bytes -= node.size;

    const { lowWaterMark } = this.#limits;
    if (this.#messages <= lowWaterMark.messages && this.#bytes <= lowWaterMark.bytes) {
      this.#letGo();
    }
    return node;
  }

  /** Nothing more comes: lets the source go, whatever waits. */
  end(): void {
    this.#source = undefined;
    this.#letGo();
  }

  /** Drops what waits, and lets the source go. */
  close(): void {
    this.#first = undefined;
    this.#last = undefined;
    this.#messages = 0;
    this.#bytes = 0;
    this.end();
  }

  #letGo(): void {
    const release = this.#release;
    this.#release = undefined;
    release?.();
  }
}
