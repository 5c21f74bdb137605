import { spawnSync } from 'node:child_process';

import { Encoder } from 'cbor-x/index-no-eval';
import fc from 'fast-check';
import { left, right } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';

import { cbor } from '../../src/codec/cbor.js';
import type { Codec } from '../../src/codec/codec.js';
import { describeDecodeFailure } from '../../src/codec/describe-decode-failure.js';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';

const Tick = t.type({ symbol: t.string, price: t.number });
const other = new Encoder({ useRecords: false });

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}

function read(text: string, codec: Pick<Codec<unknown, never>, 'decode'> = cbor()): unknown {
  const result = codec.decode(hex(text), 'binary');
  return result._tag === 'Right' ? result.right : describeDecodeFailure(result.left);
}

function write(message: unknown, codec: Codec<unknown, unknown> = cbor()): unknown {
  const result = codec.encode(message);
  return result._tag === 'Right' ? Buffer.from(result.right).toString('hex') : result.left.reason;
}

const proto = Buffer.from('__proto__').toString('hex');

describe('cbor', () => {
  it('should have the types of its schemas', () => {
    expectTypeOf(cbor()).toEqualTypeOf<Codec<unknown, unknown>>();
    expectTypeOf(cbor({ incoming: Tick, outgoing: z.string() })).toEqualTypeOf<
      Codec<t.TypeOf<typeof Tick>, string>
    >();
    expect(cbor().name).toBe('cbor');
  });

  it('should throw at once for a bad option', () => {
    // @ts-expect-error -- unknown option
    expect(() => cbor({ incomming: Tick })).toThrow(OptionTypeError);
    expect(() => cbor({ incoming: z.string().refine(() => Promise.resolve(true)) })).toThrow(
      'cbor.incoming: must be synchronous',
    );
    expect(() => cbor({ tags: [28] })).toThrow(OptionRangeError);
  });

  it('should read, check and write messages', () => {
    const codec = cbor({ incoming: Tick, outgoing: t.type({ subscribe: t.string }) });
    expect(codec.decode(other.encode({ symbol: 'ADA', price: 1.5 }), 'binary')).toEqual(
      right({ symbol: 'ADA', price: 1.5 }),
    );
    expect(codec.decode(other.encode({ symbol: 'ADA', price: '1' }), 'binary')).toMatchObject(
      left({ phase: 'schema', codec: 'cbor', issues: [{ path: ['price'] }] }),
    );
    const written = codec.encode({ subscribe: 'ADA' });
    expect(written._tag === 'Right' && other.decode(Buffer.from(written.right))).toEqual({
      subscribe: 'ADA',
    });
  });

  it('should refuse a text message', () => {
    expect(cbor().decode(hex('01'), 'text')).toMatchObject(left({ phase: 'kind' }));
  });

  describe('decode', () => {
    it.each<[string, string, string]>([
      ['nothing', '', 'cut off at byte 0'],
      ['what is cut off', '82 01', 'cut off at byte 2'],
      ['two messages', '01 02', 'more bytes than one message has: it ends at byte 1'],
      ['an array of four thousand million', '9a ffffffff f6', 'cut off at byte 6'],
      [
        'a string of indefinite length',
        '7f 61 61 ff',
        'a string of indefinite length is not supported',
      ],
      ['a string that is not UTF-8', '62 6180', 'the string at byte 1 is not UTF-8'],
      ['a lone surrogate', '63 eda080', 'the string at byte 1 is not UTF-8'],
      ['the key __proto__', `a1 69${proto} a1 61 61 01`, 'the key __proto__ is not allowed'],
      ['a depth bomb', '81'.repeat(100_000), 'nested deeper than maxDepth, which is 128'],
      ['a bomb of tags', 'd9d9f7'.repeat(100_000), 'nested deeper than maxDepth, which is 128'],
      ['a bomb without lengths', '9f'.repeat(100_000), 'nested deeper than maxDepth, which is 128'],
      [
        'a number of a million digits',
        `c2 5a 00065f00 ${'ff'.repeat(0x65f00)}`,
        'a number of more than 1024 bits',
      ],
      ['a key that is none', 'a1 80 01', 'Invalid property name type object'],
      [
        'a date of no primitive',
        'c0 a1 68 746f537472696e67 01',
        'Cannot convert object to primitive value',
      ],
      // What the package would do for its own encoder.
      ['an error', 'd81b 82 65 4572726f72 61 78', 'the tag 27 is not allowed'],
      ['a pattern', 'd81b 82 66 526567457870 63 282b29', 'the tag 27 is not allowed'],
      ['a shared value', '82 d81c 80 d81d 00', 'the tag 28 is not allowed'],
      ['a value within itself', 'd81c 81 d81d 00', 'the tag 28 is not allowed'],
      ['packed values', 'd833 84 81 61 61 80 80 c6 00', 'the tag 51 is not allowed'],
      ['a record', 'd9dfff 83 19e000 81 61 61 01', 'the tag 57343 is not allowed'],
      ['a record of old', 'd869 83 19e000 81 61 61 01', 'the tag 105 is not allowed'],
      ['bundled strings', 'd9dff9 82 1a00000000 01', 'the tag 57337 is not allowed'],
      ['shared data', 'da53687264 00', 'the tag 1399353956 is not allowed'],
      ['an unknown tag', 'd820 61 61', 'the tag 32 is not allowed'],
    ])('should refuse %s', (_, text, reason) => {
      expect(read(text)).toBe(`cbor codec: not readable: ${reason}`);
      expect(cbor().decode(hex(text), 'binary')).toMatchObject(left({ phase: 'format' }));
    });

    it.each<[string, string, unknown]>([
      ['a byte order mark', '63 efbbbf', '\ufeff'],
      ['NUL', '61 00', '\u0000'],
      ['the same key twice', 'a2 61 61 01 61 61 02', { a: 2 }],
      ['keys that objects have', 'a1 6b 636f6e7374727563746f72 01', { constructor: 1 }],
      ['keys that are scalars', 'a3 05 01 f5 02 f6 03', { 5: 1, true: 2, null: 3 }],
      ['a whole number of 64 bits', '1b 000000e8d4a51000', 1e12],
      ['a negative one', '3b 000000e8d4a50fff', -1e12],
      ['one that is too large', '1b 0020000000000000', 2n ** 53n],
      ['the largest number', '1b ffffffffffffffff', 2n ** 64n - 1n],
      ['a small bignum', '81 c2 41 05', [5]],
      ['a large bignum', 'c3 49 010000000000000000', -(2n ** 64n) - 1n],
      ['an array without a length', '9f 01 9f ff ff', [1, []]],
      ['a map without a length', 'bf 61 61 01 ff', { a: 1 }],
      ['undefined', 'f7', undefined],
      ['infinity', 'f9 7c00', Infinity],
      ['a half', 'f9 3800', 0.5],
      ['minus zero', 'f9 8000', -0],
      ['a date as text', 'c0 74 323032302d30312d30315430303a30303a30305a', new Date('2020-01-01')],
      ['a date as a number', 'c1 01', new Date(1000)],
      ['a decimal fraction', 'c4 82 20 18 7b', 12.3],
      ['a Set', 'd90102 82 01 02', new Set([1, 2])],
      ['a Map', 'd90103 a1 01 02', new Map([[1, 2]])],
      ['floating-point numbers', 'd856 48 000000000000f83f', Float64Array.of(1.5)],
      ['what says that it is CBOR', 'd9d9f7 01', 1],
    ])('should read %s', (_, text, value) => {
      expect(read(text)).toStrictEqual(value);
    });

    it('should leave no prototype changed', () => {
      read(`a1 69${proto} a1 68 706f6c6c75746564 01`);
      read('a1 6b 636f6e7374727563746f72 a1 69 70726f746f74797065 a1 68 706f6c6c75746564 01');
      expect({}).not.toHaveProperty('polluted');
    });

    it('should read as deep as maxDepth says', () => {
      expect(read(`${'81'.repeat(127)}80`)).toBeInstanceOf(Array);
      expect(read(`${'81'.repeat(128)}80`)).toContain('nested deeper than maxDepth, which is 128');
      expect(read('8180', cbor({ maxDepth: 1 }))).toContain('which is 1');
      expect(read('80', cbor({ maxDepth: 0 }))).toContain('which is 0');
      expect(read('01', cbor({ maxDepth: 0 }))).toBe(1);
      expect(read(`${'81'.repeat(1000)}80`, cbor({ maxDepth: Infinity }))).toBeInstanceOf(Array);
    });

    it('should survive a message too deep for the stack without a limit', () => {
      expect(read('81'.repeat(1_000_000), cbor({ maxDepth: Infinity }))).toContain('call stack');
      expect(read('01')).toBe(1);
    });

    it('should give bytes that are no view of what was received', () => {
      const received = Buffer.from(
        '00a2616242 01ff 6178 d845 44 01000200 00'.replaceAll(' ', ''),
        'hex',
      ).subarray(1, -1);
      const result = cbor().decode(received, 'binary');
      const value = (result._tag === 'Right' ? result.right : {}) as Record<string, unknown>;
      expect(value).toStrictEqual({ b: Uint8Array.of(1, 255), x: Uint16Array.of(1, 2) });
      received.fill(0);
      expect(value).toStrictEqual({ b: Uint8Array.of(1, 255), x: Uint16Array.of(1, 2) });
    });

    it('should leave what was received as it was', () => {
      for (const message of [{ a: [1, 'b', Uint8Array.of(1)] }, { a: 2n ** 60n, b: 5n }]) {
        const received = Buffer.from(other.encode(message));
        const before = Buffer.from(received);
        cbor().decode(received, 'binary');
        expect(received).toStrictEqual(before);
        expect(Object.keys(received)).toHaveLength(received.length);
      }
    });

    it('should give bigints for 64 bits when it is told to', () => {
      const codec = cbor({ useBigInt64: true });
      expect(read('83 1b 0000000000000001 3b 0000000000000000 c2 41 05', codec)).toEqual([
        1n,
        -1n,
        5n,
      ]);
      expect(read('1a 00000001', codec)).toBe(1);
    });

    it('should let further tags through as they are', () => {
      const codec = cbor({ tags: [32], incoming: t.type({ tag: t.literal(32), value: t.string }) });
      expect(read('d820 61 61', codec)).toMatchObject({ tag: 32, value: 'a' });
      expect(read('d821 61 61', codec)).toContain('the tag 33 is not allowed');
    });

    it('should keep nothing from one message to the next', () => {
      const codec = cbor();
      for (let round = 0; round < 3; round++) {
        read('d9dfff 83 19e000 81 61 61 01', codec);
        expect(read('d9e000 81 01', codec)).toContain('the tag 57344 is not allowed');
        expect(read('d90103 81', codec)).toContain('cut off');
        expect(read('a1 01 02', codec)).toEqual({ 1: 2 });
      }
    });
  });

  describe('encode', () => {
    it.each<[string, unknown, string]>([
      ['undefined', undefined, 'f7'],
      ['a key that is undefined', { a: undefined }, 'a16161f7'],
      ['a date', new Date(1000), 'c11a00000001'],
      ['bytes', Buffer.from([1, 2]), '420102'],
      ['a Uint8Array', Uint8Array.of(1, 2), '420102'],
      ['numbers of 16 bits', Uint16Array.of(1), 'd845420100'],
      ['a bigint', 1n, '1b0000000000000001'],
      ['a number of more than 32 bits', 2 ** 40, 'fb4270000000000000'],
      ['a Map', new Map([[1, 2]]), 'a10102'],
      ['a Set', new Set([1]), 'd901028101'],
      [
        'an object of a class',
        new (class Point {
          readonly x = 1;
        })(),
        'a1617801',
      ],
      ['text beyond the first plane', '\u{1f680}', '64f09f9a80'],
    ])('should write %s', (_, message, written) => {
      expect(write(message)).toBe(written);
    });

    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    it.each<[string, unknown, string]>([
      ['a function', () => 1, 'Unknown type: function'],
      ['a symbol', { a: Symbol('a') }, 'Unknown type: symbol'],
      ['a RegExp', /a/, '[object RegExp]'],
      ['an Error', { a: new Error('secret') }, '[object Error]'],
      ['a boxed number', Object(1), '[object Number]'],
      [
        'an unpaired surrogate',
        'a\ud800',
        String.raw`a string with an unpaired surrogate: "a\ud800"`,
      ],
      ['a cycle', cyclic, 'nested deeper than maxDepth, which is 128'],
      [
        'a getter that throws',
        {
          get a() {
            return thrower();
          },
        },
        'boo',
      ],
    ])('should refuse %s', (_, message, reason) => {
      expect(write(message)).toBe(`the message has no CBOR form: ${reason}`);
      expect(cbor().encode(message)).toMatchObject(
        left({ _tag: 'EncodeFailure', codec: 'cbor', cause: expect.any(Error) }),
      );
    });

    it('should write as deep as maxDepth says', () => {
      expect(write([[]], cbor({ maxDepth: 2 }))).toBe('8180');
      expect(write([[]], cbor({ maxDepth: 1 }))).toContain('nested deeper than maxDepth');
      expect(write(cyclic, cbor({ maxDepth: Infinity }))).toContain('call stack');
    });

    it('should not change what it has written before', () => {
      const codec = cbor();
      const messages = Array.from({ length: 2000 }, (_, n) => ({ n, text: 'x'.repeat(20) }));
      const written = messages.map((message) => codec.encode(message));
      const read = written.map((each) =>
        each._tag === 'Right' ? codec.decode(Buffer.from(each.right), 'binary') : each,
      );
      expect(read).toEqual(messages.map(right));
    });
  });

  it('should read back what it wrote', () => {
    const codec = cbor();
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        if (JSON.stringify(value).includes('__proto__')) return;
        const written = codec.encode(value);
        if (written._tag === 'Left') throw new Error(written.left.reason);
        // It writes no minus zero.
        expect(codec.decode(Buffer.from(written.right), 'binary')).toEqual(
          right(JSON.parse(JSON.stringify(value))),
        );
      }),
    );
  });

  it('should never throw on any bytes', () => {
    const codecs = [cbor(), cbor({ incoming: Tick, useBigInt64: true })];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (data) => {
        for (const codec of codecs) {
          const result = codec.decode(data, 'binary');
          expect(result._tag === 'Right' || result.left.issues.length > 0).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('should never throw on any message', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true }),
        (message) => {
          expect(cbor().encode(message)._tag).toMatch(/^(Left|Right)$/);
        },
      ),
    );
  });

  it('should load neither the native addon nor generate code', () => {
    const script = `
      const { Decoder, Encoder, isNativeAccelerationEnabled } = await import('cbor-x/index-no-eval');
      const bytes = new Encoder({ useRecords: false }).encode({ a: 1 });
      console.log(isNativeAccelerationEnabled, new Decoder({ useRecords: false }).decode(bytes).a);`;
    const { stdout } = spawnSync(
      process.execPath,
      ['--disallow-code-generation-from-strings', '--input-type=module', '--eval', script],
      { encoding: 'utf8' },
    );
    expect(stdout).toBe('false 1\n');
  });
});

function thrower(): never {
  throw new Error('boo');
}
