import type { MessageKind } from '../codec.js';
import { REFUSED } from '../compile/closure-decode.js';
import type { CompiledType } from '../compile/compile-type.js';
import { LearnedFunction, Unlearnable } from '../learned-function.js';
import type { LearnedStatus } from '../learned-function.js';
import type { MessageLayout } from './layout.js';
import { isReadable, plainLayout, shapedLayout } from './layout-of.js';
import { mergeMessages } from './merge-layouts.js';
import { generateReader, MISSED } from './reader-source.js';
import type { Read } from './reader-source.js';
import { readSample } from './sample.js';

/** Longer messages are not learned from. */
const MAX_SAMPLE = 16 * 1024;

/**
 * Reads messages of a known type straight from their bytes, by a reader that is generated for how the first
 * ones were written.
 *
 * @remarks Whatever is written otherwise is left to the ordinary way, as is everything that the type refuses.
 */
export class TypedReader {
  readonly #type: CompiledType;
  readonly #isReadable: boolean;
  readonly #learned: LearnedFunction<Buffer, Read>;
  #layout: MessageLayout | undefined;

  constructor(type: CompiledType) {
    this.#type = type;
    this.#isReadable = isReadable(type.shape);
    this.#learned = new LearnedFunction<Buffer, Read>({
      look: (data) => {
        this.#look(data);
      },
      generate: () => (this.#layout === undefined ? undefined : generateReader(this.#layout)),
      forget: () => {
        this.#layout = undefined;
      },
    });
  }

  /** How it is doing. */
  get status(): LearnedStatus {
    return this.#learned.status;
  }

  /** Gives the message, or `MISSED`. Never throws. */
  read(data: Buffer, kind: MessageKind): unknown {
    const read = this.#learned.take();
    if (read === undefined) return MISSED;
    const message = this.#decode(read, data, kind);
    if (message === MISSED) this.#learned.missed();
    return message;
  }

  /** Looks at a message that was missed, and that the type took. */
  learn(data: Buffer): void {
    this.#learned.learn(data);
  }

  #decode(read: Read, data: Buffer, kind: MessageKind): unknown {
    try {
      const message = read(data, kind === 'text');
      // By a shape that is readable the message has been checked on the way.
      if (this.#isReadable || message === MISSED) return message;
      const decoded = this.#type.decode(message);
      return decoded === REFUSED ? MISSED : decoded;
    } catch {
      // A predicate of the program threw: io-ts is to say so.
      return MISSED;
    }
  }

  #look(data: Buffer): void {
    if (data.length > MAX_SAMPLE) throw new Unlearnable('is too long');
    const { before, root, after } = readSample(data.toString());
    const layout = this.#isReadable ? shapedLayout(this.#type.shape, root) : plainLayout(root);
    const message = { before, root: layout, after };
    this.#layout = this.#layout === undefined ? message : mergeMessages(this.#layout, message);
  }
}
