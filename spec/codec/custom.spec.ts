import fc from 'fast-check';
import { left, right } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import * as z from 'zod';

import type { Codec, MessageKind } from '../../src/codec/codec.js';
import { custom } from '../../src/codec/custom.js';
import { describeDecodeFailure } from '../../src/codec/describe-decode-failure.js';
import { OptionTypeError } from '../../src/errors/option-error.js';

interface Command {
  readonly subscribe: string;
}

/** `a=1&b=2` */
const query = {
  name: 'query',
  decode: (data: Uint8Array): Record<string, string> =>
    Object.fromEntries(new URLSearchParams(Buffer.from(data).toString())),
  encode: ({ subscribe }: Command): string => new URLSearchParams({ subscribe }).toString(),
};

/** A codec whose functions do as they like. */
function codecWith(functions: {
  readonly decode?: () => unknown;
  readonly encode?: (message: unknown) => unknown;
}): Codec<unknown, unknown> {
  return custom<unknown, unknown>({ ...query, ...functions } as never);
}

describe('custom', () => {
  it('should read and write by its two functions', () => {
    const codec = custom(query);
    expect(codec.name).toBe('query');
    expect(codec.decode(Buffer.from('symbol=ADA'), 'text')).toEqual(right({ symbol: 'ADA' }));
    expect(codec.encode({ subscribe: 'A DA' })).toEqual(right('subscribe=A+DA'));
  });

  it('should write bytes as well', () => {
    const bytes = Uint8Array.of(1);
    const result = codecWith({ encode: () => bytes }).encode(1);
    expect(result._tag === 'Right' && result.right).toBe(bytes);
  });

  it('should hand over the payload itself, and what it arrived as', () => {
    const decode = vi.fn<(data: Uint8Array, kind: MessageKind) => number>(() => 1);
    const data = Buffer.from('a');
    custom({ ...query, decode }).decode(data, 'binary');
    expect(decode).toHaveBeenCalledExactlyOnceWith(data, 'binary');
    expect(decode.mock.calls[0]?.[0]).toBe(data);
  });

  it('should have the types of its functions', () => {
    expectTypeOf(custom(query)).toEqualTypeOf<Codec<Record<string, string>, Command>>();
    expectTypeOf(custom({ ...query, incoming: undefined })).toEqualTypeOf<
      Codec<Record<string, string>, Command>
    >();
    expectTypeOf(
      custom({ name: 'a', decode: (data) => data.length, encode: (n: bigint) => String(n) }),
    ).toEqualTypeOf<Codec<number, bigint>>();
  });

  it('should have the type of what checks the messages', () => {
    const Tick = t.type({ symbol: t.string });
    expectTypeOf(custom({ ...query, incoming: Tick })).toEqualTypeOf<
      Codec<t.TypeOf<typeof Tick>, Command>
    >();
    expectTypeOf(custom({ ...query, incoming: z.object({ n: z.coerce.number() }) })).toEqualTypeOf<
      Codec<{ n: number }, Command>
    >();
  });

  it('should throw at once for a bad option', () => {
    // @ts-expect-error -- no encode
    expect(() => custom({ name: 'a', decode: () => 1 })).toThrow(OptionTypeError);
    // @ts-expect-error -- unknown option
    expect(() => custom({ ...query, outgoing: t.string })).toThrow(OptionTypeError);
  });

  it('should check what was read', () => {
    const codec = custom({ ...query, incoming: z.object({ n: z.coerce.number('no number') }) });
    expect(codec.decode(Buffer.from('n=1'), 'text')).toEqual(right({ n: 1 }));
    const data = Buffer.from('n=x');
    expect(codec.decode(data, 'text')).toStrictEqual(
      left({
        _tag: 'DecodeFailure',
        phase: 'schema',
        codec: 'query',
        kind: 'text',
        data,
        issues: [{ path: ['n'], expected: 'the zod schema', actual: '"x"', message: 'no number' }],
      }),
    );
  });

  it('should tell when decode throws', () => {
    const cause = new RangeError('no\nsymbol');
    const data = Uint8Array.of(1);
    const result = codecWith({ decode: () => thrower(cause) }).decode(data, 'binary');
    expect(result).toStrictEqual(
      left({
        _tag: 'DecodeFailure',
        phase: 'format',
        codec: 'query',
        kind: 'binary',
        data,
        issues: [
          {
            path: [],
            expected: 'query',
            actual: '1 byte: 01',
            message: 'not readable: no symbol',
          },
        ],
        cause,
      }),
    );
    expect(result._tag === 'Left' && describeDecodeFailure(result.left)).toBe(
      'query codec: not readable: no symbol',
    );
  });

  it.each([undefined, 'text', { toString: () => thrower(new Error('again')) }])(
    'should survive a decode that throws %o',
    (cause) => {
      const result = codecWith({ decode: () => thrower(cause) }).decode(Buffer.from('a'), 'text');
      expect(result).toMatchObject(left({ phase: 'format' }));
      expect(result).toHaveProperty('left.cause', cause);
    },
  );

  it('should tell when encode throws', () => {
    const cause = new Error('no\nway');
    expect(codecWith({ encode: () => thrower(cause) }).encode(1)).toStrictEqual(
      left({ _tag: 'EncodeFailure', codec: 'query', reason: 'encode threw: no way', cause }),
    );
  });

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [5, '5'],
    [[1], '[1]'],
    [new ArrayBuffer(2), '[object ArrayBuffer]'],
    [{ a: 1 }, '{"a":1}'],
  ])('should refuse an encode that gives %o', (payload, shown) => {
    expect(codecWith({ encode: () => payload }).encode(1)).toStrictEqual(
      left({
        _tag: 'EncodeFailure',
        codec: 'query',
        reason: `encode must give a string or a Uint8Array, gave ${shown}`,
      }),
    );
  });

  it('should refuse a promise on either side, and let go of it', async () => {
    const report = vi.fn();
    process.on('unhandledRejection', report);
    const late = (): Promise<never> => Promise.reject(new Error('late'));
    const codec = codecWith({ decode: late, encode: late });
    expect(codec.decode(Buffer.from('a'), 'text')).toMatchObject(
      left({
        phase: 'format',
        issues: [{ message: 'not readable: decode gave a promise, but a codec is synchronous' }],
      }),
    );
    expect(codec.encode(1)).toMatchObject(
      left({ reason: 'encode threw: encode gave a promise, but a codec is synchronous' }),
    );
    await new Promise(setImmediate);
    process.off('unhandledRejection', report);
    expect(report).not.toHaveBeenCalled();
  });

  it('should never throw, whatever its functions give', () => {
    fc.assert(
      fc.property(fc.anything(), fc.uint8Array(), fc.boolean(), (given, data, throws) => {
        const give = (): unknown => (throws ? thrower(given) : given);
        const codec = codecWith({ decode: give, encode: give });
        for (const result of [codec.decode(data, 'binary'), codec.encode(given)]) {
          expect(result._tag).toMatch(/^(Left|Right)$/);
        }
      }),
    );
  });
});

function thrower(cause: unknown): never {
  throw cause;
}
