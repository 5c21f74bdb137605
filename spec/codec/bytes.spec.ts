import { runInNewContext } from 'node:vm';

import { left, right } from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';

import { bytes } from '../../src/codec/bytes.js';
import type { Codec } from '../../src/codec/codec.js';

class Packet extends Uint8Array {
  override get [Symbol.toStringTag](): 'Uint8Array' {
    return 'Packet' as 'Uint8Array';
  }
}
const foreign: Uint8Array = runInNewContext('Uint8Array.of(1, 2)') as Uint8Array;

/** The codec as a caller without TypeScript sees it. */
const untyped: { encode(message: unknown): unknown } = bytes();

describe('bytes', () => {
  it('should give the same frozen codec at every call', () => {
    expect(bytes()).toBe(bytes());
    expect(Object.isFrozen(bytes())).toBe(true);
    expect(bytes().name).toBe('bytes');
    expectTypeOf(bytes()).toEqualTypeOf<Codec<Uint8Array, Uint8Array>>();
  });

  it('should give the payload of a binary message itself', () => {
    const data = Buffer.from('xx12yy').subarray(2, 4);
    const result = bytes().decode(data, 'binary');
    expect(result._tag === 'Right' && result.right).toBe(data);
  });

  it('should refuse a text message', () => {
    const data = Buffer.from('h');
    expect(bytes().decode(data, 'text')).toStrictEqual(
      left({
        _tag: 'DecodeFailure',
        phase: 'kind',
        codec: 'bytes',
        kind: 'text',
        data,
        issues: [
          { path: [], expected: 'a binary message', actual: 'a text message of 1 byte: 68' },
        ],
      }),
    );
  });

  it.each<[string, Uint8Array]>([
    ['a Uint8Array', Uint8Array.of(1, 2)],
    ['no bytes', new Uint8Array(0)],
    ['a Buffer', Buffer.from('ab')],
    ['a subarray', Uint8Array.of(1, 2, 3).subarray(1)],
    ['a Uint8Array of another realm', foreign],
    ['a Uint8Array under another name', new Packet(2)],
  ])('should write %s as it is', (_, message) => {
    const result = bytes().encode(message);
    expect(result._tag === 'Right' && result.right).toBe(message);
  });

  it.each([
    ['text', '"text"'],
    [[1, 2], '[1,2]'],
    [new ArrayBuffer(2), '[object ArrayBuffer]'],
    [new DataView(new ArrayBuffer(2)), '[object DataView]'],
    [new Uint16Array(2), '[object Uint16Array]'],
    [{ [Symbol.toStringTag]: 'Uint8Array' }, '[object Uint8Array]'],
    [undefined, 'undefined'],
  ])('should refuse to write %s', (message, shown) => {
    expect(untyped.encode(message)).toStrictEqual(
      left({
        _tag: 'EncodeFailure',
        codec: 'bytes',
        reason: `the message must be a Uint8Array, got ${shown}`,
      }),
    );
  });

  it('should read back what it wrote', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (message) => {
        const written = bytes().encode(message);
        expect(written).toEqual(right(message));
        expect(bytes().decode(message, 'binary')).toEqual(written);
      }),
    );
  });
});
