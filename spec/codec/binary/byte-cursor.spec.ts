import { describe, expect, it } from 'vitest';

import { ByteCursor } from '../../../src/codec/binary/byte-cursor.js';
import { Malformed } from '../../../src/codec/binary/malformed.js';

function cursorAt(...bytes: number[]): ByteCursor {
  // A view, so that there is something beyond its end.
  return new ByteCursor(Uint8Array.of(9, ...bytes, 9).subarray(1, -1));
}

describe('ByteCursor', () => {
  it('should give byte after byte', () => {
    const cursor = cursorAt(1, 2);
    expect([cursor.peek(), cursor.byte(), cursor.at, cursor.byte(), cursor.at]).toEqual([
      1, 1, 1, 2, 2,
    ]);
  });

  it('should pass over a byte only if it is the one', () => {
    const cursor = cursorAt(1, 2);
    expect([cursor.takes(2), cursor.takes(1), cursor.takes(1), cursor.at]).toEqual([
      false,
      true,
      false,
      1,
    ]);
  });

  it.each([
    [1, 0xff],
    [2, 0xfffe],
    [4, 0xfffefdfc],
    [8, 0xfffefdfcfbfa * 2 ** 16],
  ])('should give a whole number of %i bytes', (size, expected) => {
    const bytes = [0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa, 0, 0].slice(0, size);
    const cursor = cursorAt(...bytes);
    expect(cursor.uint(size)).toBe(expected);
    expect(cursor.at).toBe(size);
  });

  it.each<[string, (cursor: ByteCursor) => unknown]>([
    ['a byte', (cursor) => cursor.byte()],
    ['a peek', (cursor) => cursor.peek()],
    ['a certain byte', (cursor) => cursor.takes(9)],
    ['a number', (cursor) => cursor.uint(2)],
    ['some bytes', (cursor) => cursor.skip(1)],
    ['very many bytes', (cursor) => cursor.skip(2 ** 63)],
    ['a string', (cursor) => cursor.skipText(1)],
  ])('should not go past the end for %s', (_, step) => {
    const cursor = cursorAt(1, 2);
    cursor.skip(2);
    expect(() => step(cursor)).toThrow(new Malformed('cut off at byte 2'));
    expect(cursor.at).toBe(2);
  });

  it.each(['', 'ascii', 'é', 'a\u{1f680}b'])('should pass over the string %j', (text) => {
    const cursor = cursorAt(...Buffer.from(text), 0xff);
    cursor.skipText(Buffer.byteLength(text));
    expect(cursor.byte()).toBe(0xff);
  });

  it.each([
    ['a lone continuation byte', [0x80]],
    ['a sequence that its end cuts', [0x61, 0xc3]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['an overlong form', [0xc0, 0x80]],
  ])('should refuse a string with %s', (_, bytes) => {
    const cursor = cursorAt(0, ...bytes, 0xa9);
    cursor.skip(1);
    expect(() => {
      cursor.skipText(bytes.length);
    }).toThrow(new Malformed('the string at byte 1 is not UTF-8'));
  });

  it('should know what it came by', () => {
    const cursor = cursorAt(...Buffer.from('xabc'));
    expect(cursor.isAfter('a')).toBe(false);
    cursor.skip(3);
    expect([cursor.isAfter('ab'), cursor.isAfter('xab'), cursor.isAfter('')]).toEqual([
      true,
      true,
      true,
    ]);
    expect([cursor.isAfter('abc'), cursor.isAfter('b'), cursor.isAfter('9xab')]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('should refuse what is left at the end', () => {
    const cursor = cursorAt(1, 2);
    cursor.byte();
    expect(() => {
      cursor.end();
    }).toThrow(new Malformed('more bytes than one message has: it ends at byte 1'));
    cursor.byte();
    expect(() => {
      cursor.end();
    }).not.toThrow();
  });
});
