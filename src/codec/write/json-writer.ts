import { LearnedFunction } from '../learned-function.js';
import type { LearnedStatus } from '../learned-function.js';
import type { Layout } from '../read/layout.js';
import { mergeLayouts } from '../read/merge-layouts.js';
import { valueLayout } from './value-layout.js';
import { generateWriter, UNWRITTEN } from './writer-source.js';
import type { Write } from './writer-source.js';

/** One page for all writers: a message is written from its beginning to its end before the next. */
const page: Buffer = Buffer.allocUnsafeSlow(64 * 1024);
let isInUse = false;

/** Writes messages as `JSON.stringify` does, by a writer that is generated for what the first ones are made of. */
export class JsonWriter {
  readonly #learned: LearnedFunction<unknown, Write>;
  #layout: Layout | undefined;

  constructor() {
    this.#learned = new LearnedFunction<unknown, Write>({
      look: (message) => {
        const layout = valueLayout(message);
        this.#layout = this.#layout === undefined ? layout : mergeLayouts(this.#layout, layout);
      },
      generate: () => (this.#layout === undefined ? undefined : generateWriter(this.#layout)),
      forget: () => {
        this.#layout = undefined;
      },
    });
  }

  /** How it is doing. */
  get status(): LearnedStatus {
    return this.#learned.status;
  }

  /**
   * Writes a message.
   *
   * @returns undefined for what JSON has no word for.
   * @throws What `JSON.stringify` throws.
   */
  write(message: unknown): string | undefined {
    const text = this.#quickly(message);
    if (text !== undefined) return text;
    const json = JSON.stringify(message) as string | undefined;
    if (json !== undefined) this.#learned.learn(message);
    return json;
  }

  #quickly(message: unknown): string | undefined {
    // A getter of the message may send another one, and the page is in use.
    if (isInUse) return undefined;
    const write = this.#learned.take();
    if (write === undefined) return undefined;
    isInUse = true;
    try {
      const end = write(message, page);
      if (end !== UNWRITTEN && end <= page.length) return page.toString('latin1', 0, end);
    } catch {
      // What a getter of the message threw, JSON.stringify is to throw.
    } finally {
      isInUse = false;
    }
    this.#learned.missed();
    return undefined;
  }
}
