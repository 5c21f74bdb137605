import { decode, encode, ExtensionCodec } from '@msgpack/msgpack';
import fc from 'fast-check';
import { left, right } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';

import type { Codec } from '../../src/codec/codec.js';
import { describeDecodeFailure } from '../../src/codec/describe-decode-failure.js';
import { msgpack } from '../../src/codec/msgpack.js';
import { OptionTypeError } from '../../src/errors/option-error.js';

const Tick = t.type({ symbol: t.string, price: t.number });

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}

function read(text: string, codec: Pick<Codec<unknown, never>, 'decode'> = msgpack()): unknown {
  const result = codec.decode(hex(text), 'binary');
  return result._tag === 'Right' ? result.right : describeDecodeFailure(result.left);
}

function write(message: unknown, codec: Codec<unknown, unknown> = msgpack()): unknown {
  const result = codec.encode(message);
  return result._tag === 'Right' ? Buffer.from(result.right).toString('hex') : result.left.reason;
}

describe('msgpack', () => {
  it('should have the types of its schemas', () => {
    expectTypeOf(msgpack()).toEqualTypeOf<Codec<unknown, unknown>>();
    expectTypeOf(msgpack({ incoming: Tick, outgoing: z.string() })).toEqualTypeOf<
      Codec<t.TypeOf<typeof Tick>, string>
    >();
    expect(msgpack().name).toBe('msgpack');
  });

  it('should throw at once for a bad option', () => {
    // @ts-expect-error -- unknown option
    expect(() => msgpack({ incomming: Tick })).toThrow(OptionTypeError);
    expect(() => msgpack({ incoming: z.string().refine(() => Promise.resolve(true)) })).toThrow(
      'msgpack.incoming: must be synchronous',
    );
  });

  it('should read, check and write messages', () => {
    const codec = msgpack({ incoming: Tick, outgoing: t.type({ subscribe: t.string }) });
    expect(codec.decode(encode({ symbol: 'ADA', price: 1.5 }), 'binary')).toEqual(
      right({ symbol: 'ADA', price: 1.5 }),
    );
    expect(codec.decode(encode({ symbol: 'ADA', price: '1' }), 'binary')).toMatchObject(
      left({ phase: 'schema', codec: 'msgpack', issues: [{ path: ['price'] }] }),
    );
    const written = codec.encode({ subscribe: 'ADA' });
    expect(written._tag === 'Right' && decode(Buffer.from(written.right))).toEqual({
      subscribe: 'ADA',
    });
  });

  it('should refuse a text message', () => {
    expect(msgpack().decode(hex('01'), 'text')).toMatchObject(left({ phase: 'kind' }));
  });

  describe('decode', () => {
    it.each<[string, string, unknown]>([
      ['nothing', '', 'msgpack codec: not readable: cut off at byte 0'],
      ['what is cut off', '92 01', 'msgpack codec: not readable: cut off at byte 2'],
      [
        'two messages',
        '01 02',
        'msgpack codec: not readable: more bytes than one message has: it ends at byte 1',
      ],
      ['a byte without a meaning', 'c1', 'msgpack codec: not readable: the byte c1 means nothing'],
      [
        'an array of four thousand million',
        'dd ffffffff c0',
        'msgpack codec: not readable: cut off at byte 6',
      ],
      [
        'a string that is not UTF-8',
        'a2 6180',
        'msgpack codec: not readable: the string at byte 1 is not UTF-8',
      ],
      [
        'a lone surrogate',
        'a3 eda080',
        'msgpack codec: not readable: the string at byte 1 is not UTF-8',
      ],
      [
        'the key __proto__',
        `81 a9 ${Buffer.from('__proto__').toString('hex')} 81 a161 01`,
        'msgpack codec: not readable: The key __proto__ is not allowed',
      ],
      [
        'a key that is none',
        '81 90 01',
        'msgpack codec: not readable: The type of key must be string or number but object',
      ],
      [
        'a timestamp of a length that none has',
        'd4 ff 00',
        'msgpack codec: not readable: Unrecognized data size for timestamp (expected 4, 8, or 12): 1',
      ],
      [
        'a depth bomb',
        '91'.repeat(100_000),
        'msgpack codec: not readable: nested deeper than maxDepth, which is 128',
      ],
    ])('should refuse %s', (_, text, line) => {
      expect(read(text)).toBe(line);
      expect(msgpack().decode(hex(text), 'binary')).toMatchObject(left({ phase: 'format' }));
    });

    it.each<[string, string, unknown]>([
      ['a byte order mark', 'a3 efbbbf', '\ufeff'],
      ['NUL', 'a1 00', '\u0000'],
      ['the same key twice', '82 a161 01 a161 02', { a: 2 }],
      ['keys that objects have', '81 ab 636f6e7374727563746f72 01', { constructor: 1 }],
      ['a key that is a number', '81 05 01', { 5: 1 }],
      ['the largest number', 'cf ffffffffffffffff', 2 ** 64],
      ['a number between two', 'cf 0020000000000001', 2 ** 53],
      ['the smallest number', 'd3 8000000000000000', -(2 ** 63)],
      ['infinity', 'cb 7ff0000000000000', Infinity],
      ['minus zero', 'cb 8000000000000000', -0],
      ['a date', 'd6 ff 00000001', new Date(1000)],
    ])('should read %s', (_, text, value) => {
      expect(read(text)).toStrictEqual(value);
    });

    it('should leave no prototype changed', () => {
      read(`81 a9 ${Buffer.from('__proto__').toString('hex')} 81 a8 706f6c6c75746564 01`);
      read('81 ab 636f6e7374727563746f72 81 a9 70726f746f74797065 81 a8 706f6c6c75746564 01');
      expect({}).not.toHaveProperty('polluted');
    });

    it('should read as deep as maxDepth says', () => {
      expect(read(`${'91'.repeat(127)}90`)).toBeInstanceOf(Array);
      expect(read(`${'91'.repeat(128)}90`)).toContain('nested deeper than maxDepth, which is 128');
      expect(read('9190', msgpack({ maxDepth: 1 }))).toContain('which is 1');
      expect(read('90', msgpack({ maxDepth: 0 }))).toContain('which is 0');
      expect(read('01', msgpack({ maxDepth: 0 }))).toBe(1);
      expect(read(`${'91'.repeat(1000)}90`, msgpack({ maxDepth: Infinity }))).toBeInstanceOf(Array);
    });

    it('should survive a message too deep for the stack without a limit', () => {
      expect(read('91'.repeat(1_000_000), msgpack({ maxDepth: Infinity }))).toContain('call stack');
    });

    it('should give bytes that are no view of what was received', () => {
      const received = Buffer.from(`0082a162c40201ffa178d50a020300`, 'hex').subarray(1, -1);
      const result = msgpack().decode(received, 'binary');
      const value = (result._tag === 'Right' ? result.right : {}) as Record<string, unknown>;
      expect(value['b']).toStrictEqual(Uint8Array.of(1, 255));
      expect(value['x']).toMatchObject({ type: 10, data: Uint8Array.of(2, 3) });
      received.fill(0);
      expect(value['b']).toStrictEqual(Uint8Array.of(1, 255));
      expect(value['x']).toMatchObject({ data: Uint8Array.of(2, 3) });
      expect(value['b']).toHaveProperty('buffer.byteLength', received.length);
    });

    it('should leave what was received as it was', () => {
      const received = Buffer.from(encode({ a: [1, 'b', Uint8Array.of(1)] }));
      const before = Buffer.from(received);
      msgpack().decode(received, 'binary');
      expect(received).toStrictEqual(before);
    });

    it('should give bigints for 64 bits when it is told to', () => {
      const codec = msgpack({ useBigInt64: true });
      expect(read('92 cf 0000000000000001 d3 ffffffffffffffff', codec)).toEqual([1n, -1n]);
      expect(read('ce 00000001', codec)).toBe(1);
    });
  });

  describe('encode', () => {
    it.each<[string, unknown, string]>([
      ['a key that is undefined', { a: undefined, b: 1 }, '81a16201'],
      ['an item that is undefined', [undefined], '91c0'],
      ['a date', new Date(1000), 'd6ff00000001'],
      ['bytes', Buffer.from([1, 2]), 'c4020102'],
      [
        'an object of a class',
        new (class Point {
          readonly x = 1;
        })(),
        '81a17801',
      ],
      ['text beyond the first plane', '\u{1f680}', 'a4f09f9a80'],
    ])('should write %s', (_, message, written) => {
      expect(write(message)).toBe(written);
    });

    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    it.each<[string, unknown, string]>([
      ['undefined', undefined, 'undefined'],
      ['a function', () => 1, 'Unrecognized object: [object Function]'],
      ['a symbol', { a: Symbol('a') }, 'Unrecognized object: [object Symbol]'],
      ['a bigint', 1n, 'Unrecognized object: [object BigInt]'],
      ['a Map', { a: new Map() }, '[object Map]'],
      ['a Set', new Set(), '[object Set]'],
      ['a RegExp', /a/, '[object RegExp]'],
      ['an Error', new Error('secret'), '[object Error]'],
      ['numbers of 16 bits', Uint16Array.of(1), '[object Uint16Array]'],
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
      expect(write(message)).toBe(`the message has no MessagePack form: ${reason}`);
      expect(msgpack().encode(message)).toMatchObject(
        left({ _tag: 'EncodeFailure', codec: 'msgpack', cause: expect.any(Error) }),
      );
    });

    it('should write as deep as maxDepth says', () => {
      expect(write([[]], msgpack({ maxDepth: 2 }))).toBe('9190');
      expect(write([[]], msgpack({ maxDepth: 1 }))).toContain('nested deeper than maxDepth');
      let deep: unknown = 1;
      for (let level = 0; level < 500; level++) deep = [deep];
      expect(write(deep, msgpack({ maxDepth: 500 }))).toBe(`${'91'.repeat(500)}01`);
      expect(write(deep, msgpack({ maxDepth: Infinity }))).toBe(`${'91'.repeat(500)}01`);
    });

    it('should write undefined as nil when it is told to', () => {
      expect(write({ a: undefined }, msgpack({ ignoreUndefined: false }))).toBe('81a161c0');
    });

    it('should write bigints when it is told to', () => {
      expect(write(1n, msgpack({ useBigInt64: true }))).toBe('cf0000000000000001');
    });

    it('should not change what it has written before', () => {
      const codec = msgpack();
      const first = codec.encode({ a: 1 });
      codec.encode({ b: 2 });
      expect(first).toEqual(right(encode({ a: 1 })));
    });
  });

  it('should write and read by an extension codec', () => {
    const extensionCodec = new ExtensionCodec();
    extensionCodec.register({
      type: 1,
      encode: (object) =>
        object instanceof Map ? encode(Object.fromEntries(object as Map<string, unknown>)) : null,
      decode: (data) => new Map(Object.entries(decode(data) as object)),
    });
    const codec = msgpack({ extensionCodec });
    const message = { a: new Map([['b', 1]]) };
    const written = codec.encode(message);
    if (written._tag === 'Left') throw new Error(written.left.reason);
    expect(codec.decode(Buffer.from(written.right), 'binary')).toEqual(right(message));
  });

  it('should survive an extension codec that throws', () => {
    const extensionCodec = { tryToEncode: thrower, decode: thrower };
    const codec = msgpack({ extensionCodec });
    expect(write({}, codec)).toBe('the message has no MessagePack form: boo');
    expect(read('d4 05 00', codec)).toBe('msgpack codec: not readable: boo');
    expect(read('01', codec)).toBe(1);
  });

  it('should read back what it wrote', () => {
    const codec = msgpack();
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        if (JSON.stringify(value).includes('__proto__')) return;
        const written = codec.encode(value);
        if (written._tag === 'Left') throw new Error(written.left.reason);
        // It has no whole minus zero.
        expect(codec.decode(Buffer.from(written.right), 'binary')).toEqual(
          right(JSON.parse(JSON.stringify(value))),
        );
      }),
    );
  });

  it('should never throw on any bytes', () => {
    const codecs = [msgpack(), msgpack({ incoming: Tick, useBigInt64: true })];
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
          expect(msgpack().encode(message)._tag).toMatch(/^(Left|Right)$/);
        },
      ),
    );
  });
});

function thrower(): never {
  throw new Error('boo');
}
