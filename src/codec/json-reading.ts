import { right } from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';

import { compileType } from './compile/compile-type.js';
import { compiledTypeOf } from './compile/compiled-type-of.js';
import { leftToIoTs } from './compile/left-to-io-ts.js';
import { mayGenerate } from './compile/source.js';
import type { IncomingExplanation } from './explain.js';
import type { JsonDecode } from './json-decode.js';
import { MISSED } from './read/reader-source.js';
import { TypedReader } from './read/typed-reader.js';
import { toBuffer } from './utf8-text.js';

/** Puts the reader of an io-ts type before the ordinary way to read its messages. */
export class JsonReading {
  readonly #type: t.Mixed;
  readonly #ordinary: JsonDecode;
  #reader: TypedReader | undefined;
  #isReady = false;

  constructor(type: t.Mixed, ordinary: JsonDecode) {
    this.#type = type;
    this.#ordinary = ordinary;
  }

  readonly decode: JsonDecode = (data, kind) => {
    const reader = this.#isReady ? this.#reader : this.#prepare();
    if (reader === undefined) return this.#ordinary(data, kind);
    const bytes = toBuffer(data);
    const message = reader.read(bytes, kind);
    if (message !== MISSED) return right(message);
    const decoded = this.#ordinary(data, kind);
    if (decoded._tag === 'Right') reader.learn(bytes);
    return decoded;
  };

  explain(): IncomingExplanation {
    // Before the first message nothing is kept of what may not be complete yet.
    const type = this.#isReady ? compiledTypeOf(this.#type) : compileType(this.#type);
    if (type === undefined) {
      const reason = 'is left to io-ts altogether';
      const leftToIoTs = [{ path: [], type: this.#type.name, reason }];
      return { type: this.#type.name, check: 'io-ts', leftToIoTs };
    }
    return {
      type: this.#type.name,
      check: mayGenerate() ? 'generated' : 'closures',
      leftToIoTs: leftToIoTs(type.shape),
      reader: (this.#reader ?? new TypedReader(type)).status,
    };
  }

  /** Not before the first message: types that hold themselves may not be complete when the codec is made. */
  #prepare(): TypedReader | undefined {
    if (!this.#isReady) {
      const type = compiledTypeOf(this.#type);
      this.#reader = type === undefined ? undefined : new TypedReader(type);
      this.#isReady = true;
    }
    return this.#reader;
  }
}
