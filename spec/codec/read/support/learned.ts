import type * as t from 'io-ts';
import { expect } from 'vitest';

import { compileType } from '../../../../src/codec/compile/compile-type.js';
import type { MessageKind } from '../../../../src/codec/codec.js';
import { MISSED } from '../../../../src/codec/read/reader-source.js';
import { TypedReader } from '../../../../src/codec/read/typed-reader.js';
import { readOrdinarily, REFUSED_MESSAGE } from './ordinary.js';

/** Gives a reader that has learned nothing yet. */
export function newReader(type: t.Mixed): TypedReader {
  const compiled = compileType(type);
  if (compiled === undefined) throw new TypeError(`${type.name} is left to io-ts`);
  return new TypedReader(compiled);
}

/** Gives a reader to which certain messages, all of which the type takes, were shown, and which works. */
export function learnedReader(type: t.Mixed, ...texts: readonly string[]): TypedReader {
  const reader = newReader(type);
  for (let shown = 0; shown < 8; shown += 1) {
    const data = Buffer.from(texts[shown % texts.length] ?? '');
    expect(readOrdinarily(type, data, 'text')).not.toBe(REFUSED_MESSAGE);
    expect(reader.read(data, 'text')).toBe(MISSED);
    reader.learn(data);
  }
  expect(reader.status).toMatchObject({ state: 'working', generations: 1 });
  return reader;
}

/** Reads a message given as text. */
export function readText(reader: TypedReader, text: string, kind: MessageKind = 'text'): unknown {
  return reader.read(Buffer.from(text), kind);
}
