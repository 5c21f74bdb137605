import { left, right } from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';

import type { Codec } from '../../src/codec/codec.js';
import { text } from '../../src/codec/text.js';
import { anyText } from './any-text.js';

/** The codec as a caller without TypeScript sees it. */
const untyped: { encode(message: unknown): unknown } = text();

describe('text', () => {
  it('should give the same frozen codec at every call', () => {
    expect(text()).toBe(text());
    expect(Object.isFrozen(text())).toBe(true);
    expect(text().name).toBe('text');
    expectTypeOf(text()).toEqualTypeOf<Codec<string, string>>();
  });

  it.each(['', 'hello', 'é \u{1f680}', '\ufeffwith a byte order mark', 'a\u0000b'])(
    'should read the text message %j',
    (message) => {
      expect(text().decode(Buffer.from(message), 'text')).toEqual(right(message));
      expect(text().decode(new TextEncoder().encode(message), 'text')).toEqual(right(message));
    },
  );

  it('should refuse a binary message', () => {
    const data = Buffer.from('hi');
    expect(text().decode(data, 'binary')).toStrictEqual(
      left({
        _tag: 'DecodeFailure',
        phase: 'kind',
        codec: 'text',
        kind: 'binary',
        data,
        issues: [
          { path: [], expected: 'a text message', actual: 'a binary message of 2 bytes: 68 69' },
        ],
      }),
    );
  });

  it('should refuse a message longer than a string can be', () => {
    // Stands for one of 512 MiB.
    const data = Object.assign(Buffer.from('hi'), {
      toString: () => {
        throw new Error('Cannot create a string longer than 0x1fffffe8 characters');
      },
    });
    expect(text().decode(data, 'text')).toMatchObject(
      left({
        phase: 'utf-8',
        codec: 'text',
        kind: 'text',
        issues: [
          { message: 'not readable: Cannot create a string longer than 0x1fffffe8 characters' },
        ],
      }),
    );
  });

  it('should write a string as it is', () => {
    expect(text().encode('é')).toEqual(right('é'));
    expect(text().encode('')).toEqual(right(''));
  });

  it.each([
    [5, '5'],
    [null, 'null'],
    [Object('boxed'), '[object String]'],
    [Uint8Array.of(1), '[object Uint8Array]'],
  ])('should refuse to write %s', (message, shown) => {
    expect(untyped.encode(message)).toStrictEqual(
      left({
        _tag: 'EncodeFailure',
        codec: 'text',
        reason: `the message must be a string, got ${shown}`,
      }),
    );
  });

  it('should read back what it wrote', () => {
    fc.assert(
      fc.property(anyText, (message) => {
        const written = text().encode(message);
        expect(written).toEqual(right(message));
        expect(text().decode(Buffer.from(message), 'text')).toEqual(right(message));
      }),
    );
  });

  it('should let an unpaired surrogate go out as U+FFFD', () => {
    expect(text().encode('a\ud800')).toEqual(right('a\ud800'));
    expect(text().decode(Buffer.from('a\ud800'), 'text')).toEqual(right('a\ufffd'));
  });

  it('should never throw on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.constantFrom('text', 'binary'), (data, kind) => {
        expect(text().decode(data, kind)._tag).toBe(kind === 'text' ? 'Right' : 'Left');
      }),
    );
  });
});
