import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Malformed } from '../../../src/codec/binary/malformed.js';
import { scanMsgpack } from '../../../src/codec/binary/scan-msgpack.js';

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}

describe('scanMsgpack', () => {
  it.each([
    ['positive fixint', '00', '7f'],
    ['negative fixint', 'e0', 'ff'],
    ['fixmap', '80', '81 01 02', `8f${'00'.repeat(30)}`],
    ['fixarray', '90', '91 01', `9f${'00'.repeat(15)}`],
    ['fixstr', 'a0', 'a1 61', `bf${'61'.repeat(31)}`, 'a2 c3a9'],
    ['nil, false, true', 'c0', 'c2', 'c3'],
    ['float', 'ca 00000000', 'cb 0000000000000000'],
    ['uint', 'cc 00', 'cd 0000', 'ce 00000000', 'cf ffffffffffffffff'],
    ['int', 'd0 00', 'd1 0000', 'd2 00000000', 'd3 ffffffffffffffff'],
    ['str', 'd9 01 61', 'da 0001 61', 'db 00000001 61', 'd9 00'],
    ['array', 'dc 0001 c0', 'dd 00000001 c0', 'dd 00000000'],
    ['map', 'de 0001 c0 c0', 'df 00000001 a161 c0', 'df 00000000'],
  ])('should pass over %s', (_, ...texts) => {
    for (const text of texts) {
      expect(scanMsgpack(hex(text), 1)).toBe(false);
      const cut = hex(text).subarray(0, -1);
      expect(() => scanMsgpack(cut, 1)).toThrow(new Malformed(`cut off at byte ${cut.length}`));
      expect(() => scanMsgpack(hex(`${text} c0`), 1)).toThrow('more bytes than one message has');
    }
  });

  it.each([
    ['bin', 'c4 01 ff', 'c5 0001 ff', 'c6 00000001 ff', 'c4 00'],
    ['ext', 'c7 01 05 ff', 'c8 0001 05 ff', 'c9 00000001 05 ff', 'c7 00 05'],
    ['fixext', 'd4 05 ff', 'd5 05 ffff', `d6 05 ${'ff'.repeat(4)}`, `d7 05 ${'ff'.repeat(8)}`],
    ['fixext 16', `d8 05 ${'ff'.repeat(16)}`],
    ['bin in an array', '91 c4 01 ff'],
  ])('should notice %s', (_, ...texts) => {
    for (const text of texts) {
      expect(scanMsgpack(hex(text), 1)).toBe(true);
      const cut = hex(text).subarray(0, -1);
      expect(() => scanMsgpack(cut, 1)).toThrow(`cut off at byte ${cut.length}`);
    }
  });

  it.each([
    ['', 'cut off at byte 0'],
    ['c1', 'the byte c1 means nothing'],
    ['92 01 c1', 'the byte c1 means nothing'],
    ['a1 80', 'the string at byte 1 is not UTF-8'],
    ['81 a1 ff 01', 'the string at byte 2 is not UTF-8'],
    // Lengths that no message has, for which no room may be made.
    ['dd ffffffff', 'cut off at byte 5'],
    ['df ffffffff', 'cut off at byte 5'],
    ['db ffffffff', 'cut off at byte 5'],
    ['c6 ffffffff', 'cut off at byte 5'],
    ['c9 ffffffff 01', 'cut off at byte 6'],
    [`dd 00ffffff ${'c0'.repeat(100)}`, 'cut off at byte 105'],
  ])('should refuse %s', (text, message) => {
    expect(() => scanMsgpack(hex(text), 128)).toThrow(new Malformed(message));
  });

  it.each(['91', '8101', 'dc0001', 'dd00000001', 'de000101', 'df0000000101'])(
    'should count the levels of %s',
    (head) => {
      const message = (depth: number): Uint8Array => hex(`${head.repeat(depth)}c0`);
      expect(scanMsgpack(message(5), 5)).toBe(false);
      expect(scanMsgpack(message(5), Infinity)).toBe(false);
      expect(() => scanMsgpack(message(6), 5)).toThrow('nested deeper than maxDepth, which is 5');
      expect(() => scanMsgpack(message(1), 0)).toThrow('nested deeper than maxDepth, which is 0');
    },
  );

  it('should be exhausted by no message, limit or not', () => {
    expect(() => scanMsgpack(hex('91'.repeat(1_000_000)), 128)).toThrow(Malformed);
    expect(() => scanMsgpack(hex('91'.repeat(1_000_000)), Infinity)).toThrow(RangeError);
  });

  it('should pass over whatever is encoded', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(scanMsgpack(encode(value), 7)).toBe(false);
      }),
    );
  });

  it('should come to an end with any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (data) => {
        try {
          scanMsgpack(data, 128);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Malformed);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
