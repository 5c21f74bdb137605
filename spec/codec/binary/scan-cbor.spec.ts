import { Encoder } from 'cbor-x/index-no-eval';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Malformed } from '../../../src/codec/binary/malformed.js';
import { scanCbor } from '../../../src/codec/binary/scan-cbor.js';
import type { CborContent } from '../../../src/codec/binary/scan-cbor.js';

const encoder = new Encoder({ useRecords: false });

function scan(data: Uint8Array, maxDepth = 2): CborContent {
  const { hasBytes, hasBigInts } = scanCbor(data, {
    maxDepth,
    isKnownTag: (tag) => tag !== 28,
  });
  return { hasBytes, hasBigInts };
}

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}

const nothing = { hasBytes: false, hasBigInts: false };

describe('scanCbor', () => {
  it.each<[string, Partial<CborContent>, ...string[]]>([
    ['unsigned numbers', {}, '00', '17', '18 18', '19 0100', '1a 00010000'],
    ['negative numbers', {}, '20', '37', '38 18', '39 0100', '3a 00010000'],
    ['numbers of 64 bits', { hasBigInts: true }, '1b 0000000000000001', '3b ffffffffffffffff'],
    ['bytes', { hasBytes: true }, '40', '41 ff', '58 01 ff', '59 0001 ff', '5a 00000001 ff'],
    ['bytes of a very long length', { hasBytes: true }, '5b 0000000000000001 ff'],
    ['strings', {}, '60', '61 61', '62 c3a9', '78 01 61', '7b 0000000000000001 61'],
    ['arrays', {}, '80', '82 01 02', '98 01 00', '9b 0000000000000001 00'],
    ['arrays without a length', {}, '9f ff', '9f 01 02 ff', '9f 9f ff ff'],
    ['maps', {}, 'a0', 'a1 61 61 00', 'b8 01 01 00', 'bb 0000000000000001 01 00'],
    ['maps without a length', {}, 'bf ff', 'bf 01 02 ff', 'bf 01 bf ff ff'],
    ['tags', {}, 'c0 60', 'd8 20 00', 'd9 d9f7 00', 'db 0000000000000020 00'],
    [
      'bignums',
      { hasBytes: true, hasBigInts: true },
      'c2 41 ff',
      'c3 40',
      `c2 5880 ${'ff'.repeat(128)}`,
    ],
    ['simple values', {}, 'f4', 'f5', 'f6', 'f7'],
    ['floating-point numbers', {}, 'f9 0000', 'fa 00000000', 'fb 0000000000000000'],
  ])('should pass over %s', (_, content, ...texts) => {
    for (const text of texts) {
      expect(scan(hex(text))).toEqual({ ...nothing, ...content });
      const cut = hex(text).subarray(0, -1);
      expect(() => scan(cut)).toThrow(new Malformed(`cut off at byte ${cut.length}`));
      expect(() => scan(hex(`${text} 00`))).toThrow('more bytes than one message has');
    }
  });

  it('should notice what is deeper down', () => {
    expect(scan(hex('82 1b 0000000000000001 41 ff'))).toEqual({ hasBytes: true, hasBigInts: true });
    expect(scan(hex('a1 01 c2 41 ff'))).toEqual({ hasBytes: true, hasBigInts: true });
  });

  it.each([
    ['', 'cut off at byte 0'],
    ['1c', 'a length of the kind 28 means nothing here'],
    ['1f', 'a length of the kind 31 means nothing here'],
    ['3f', 'a length of the kind 31 means nothing here'],
    ['9e', 'a length of the kind 30 means nothing here'],
    ['df 00', 'a length of the kind 31 means nothing here'],
    ['5f 41 ff ff', 'a string of indefinite length is not supported'],
    ['7f 61 61 ff', 'a string of indefinite length is not supported'],
    ['e0', 'the byte e0 means nothing here'],
    ['f3', 'the byte f3 means nothing here'],
    ['f8 14', 'the byte f8 means nothing here'],
    ['fc', 'the byte fc means nothing here'],
    ['ff', 'the byte ff means nothing here'],
    ['82 01 ff', 'the byte ff means nothing here'],
    ['bf 01 ff', 'the byte ff means nothing here'],
    ['61 80', 'the string at byte 1 is not UTF-8'],
    ['a1 61 ff 01', 'the string at byte 2 is not UTF-8'],
    ['d8 1c 00', 'the tag 28 is not allowed'],
    ['81 d8 1c 00', 'the tag 28 is not allowed'],
    [`c2 5881 ${'00'.repeat(129)}`, 'a number of more than 1024 bits'],
    [`c3 5903e8 ${'00'.repeat(1000)}`, 'a number of more than 1024 bits'],
    ['c2 5affffffff', 'a number of more than 1024 bits'],
    ['c2 61 61', 'a bignum that is not made of bytes'],
    ['c2 00', 'a bignum that is not made of bytes'],
    ['c2 5f ff', 'a string of indefinite length is not supported'],
    // Lengths that no message has, for which no room may be made.
    ['9a ffffffff', 'cut off at byte 5'],
    ['9b ffffffffffffffff', 'cut off at byte 9'],
    ['ba ffffffff', 'cut off at byte 5'],
    ['bb ffffffffffffffff', 'cut off at byte 9'],
    ['5b ffffffffffffffff', 'cut off at byte 9'],
    ['7a ffffffff', 'cut off at byte 5'],
  ])('should refuse %s', (text, message) => {
    expect(() => scan(hex(text))).toThrow(new Malformed(message));
  });

  const proto = Buffer.from('__proto__').toString('hex');
  it.each([
    `a1 69${proto} 01`,
    `a1 7809${proto} 01`,
    `bf 69${proto} 01 ff`,
    `a2 01 02 69${proto} 01`,
    `81 a1 69${proto} a0`,
    `a1 d820 69${proto} 01`,
  ])('should refuse the key __proto__ in %s', (text) => {
    expect(() => scan(hex(text))).toThrow(new Malformed('the key __proto__ is not allowed'));
  });

  it.each([
    ['a longer key that ends like it', `a1 6b6161${proto} 01`],
    ['a key of bytes', `a2 69${'61'.repeat(9)} 00 49${proto} 01`],
    ['a value', `a1 01 69${proto}`],
    ['an item', `81 69${proto}`],
    ['a value before another key', `a2 01 69${proto} 02 03`],
  ])('should let __proto__ pass as %s', (_, text) => {
    expect(scan(hex(text))).toMatchObject({ hasBigInts: false });
  });

  it.each(['81', '9f', 'a101', 'bf01', 'd820'])('should count the levels of %s', (head) => {
    const isIndefinite = head === '9f' || head === 'bf01';
    const message = (depth: number): Uint8Array =>
      hex(`${head.repeat(depth)}00${isIndefinite ? 'ff'.repeat(depth) : ''}`);
    expect(scan(message(5), 5)).toEqual(nothing);
    expect(scan(message(5), Infinity)).toEqual(nothing);
    expect(() => scan(message(6), 5)).toThrow('nested deeper than maxDepth, which is 5');
    expect(() => scan(message(1), 0)).toThrow('nested deeper than maxDepth, which is 0');
  });

  it('should be exhausted by no message, limit or not', () => {
    expect(() => scan(hex('81'.repeat(1_000_000)), 128)).toThrow(Malformed);
    expect(() => scan(hex('81'.repeat(1_000_000)), Infinity)).toThrow(RangeError);
  });

  it('should pass over whatever is encoded', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        if (JSON.stringify(value).includes('__proto__')) return;
        expect(scan(encoder.encode(value), 7)).toMatchObject({ hasBytes: false });
      }),
    );
  });

  it('should come to an end with any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (data) => {
        try {
          scan(data, 128);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Malformed);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
