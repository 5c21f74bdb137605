import { runInNewContext } from 'node:vm';

import fc from 'fast-check';
import { left, right } from 'fp-ts/lib/Either.js';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';

import type { Codec, MessageKind, Payload } from '../../src/codec/codec.js';
import { OptionTypeError } from '../../src/errors/option-error.js';
import { legacyCodec } from '../../src/streams/legacy-codec.js';
import type { LegacyCodecOptions, LegacyMessageEvent } from '../../src/streams/legacy-codec.js';
import { collectUncaught } from '../integration/support/uncaught.js';

/** Codecs of functions that do as they like. */
const codecOf = (options: Readonly<Record<string, unknown>>): Codec<unknown, unknown> =>
  legacyCodec(options as LegacyCodecOptions<unknown, unknown>);

const written = (given: unknown): unknown => codecOf({ serializer: () => given }).encode('any');

const payloadOf = (given: unknown): Payload => {
  const encoded = codecOf({ serializer: () => given }).encode('any');
  if (encoded._tag === 'Left') throw new Error(encoded.left.reason);
  return encoded.right;
};

/** What a deserializer is given for a message. */
function eventOf(
  data: Uint8Array,
  kind: MessageKind,
  binaryType?: LegacyCodecOptions<unknown, unknown>['binaryType'],
): LegacyMessageEvent {
  const deserializer = vi.fn((event: LegacyMessageEvent) => event);
  const decoded = legacyCodec({ deserializer, binaryType }).decode(data, kind);
  expect(deserializer).toHaveBeenCalledOnce();
  if (decoded._tag === 'Left') throw new Error('did not decode', { cause: decoded.left });
  return decoded.right;
}

/** A view on the middle of a larger buffer. */
const part = (): Uint8Array => Uint8Array.of(9, 9, 1, 2, 3, 9).subarray(2, 5);

describe('legacyCodec', () => {
  it('should write and read JSON by itself', () => {
    const codec = legacyCodec({});
    expect(codec.encode({ a: [1] })).toEqual(right('{"a":[1]}'));
    expect(codec.decode(Buffer.from('{"a":[1]}'), 'text')).toEqual(right({ a: [1] }));
  });

  it.each(['nodebuffer', 'arraybuffer'] as const)(
    'should read JSON that came as a binary message, with the binaryType %s',
    (binaryType) => {
      const codec = legacyCodec({ binaryType });
      expect(codec.decode(Buffer.from('{"a":"é"}'), 'binary')).toEqual(right({ a: 'é' }));
    },
  );

  it('should do without one of the two functions', () => {
    const writing = legacyCodec({ serializer: (n: number) => `#${n}` });
    expect(writing.encode(7)).toEqual(right('#7'));
    expect(writing.decode(Buffer.from('7'), 'text')).toEqual(right(7));
    const reading = legacyCodec({ deserializer: ({ data }: { readonly data: string }) => data });
    expect(reading.encode({ a: 1 })).toEqual(right('{"a":1}'));
    expect(reading.decode(Buffer.from('#7'), 'text')).toEqual(right('#7'));
  });

  it('should give failures for what is not JSON', () => {
    const codec = codecOf({});
    expect(codec.decode(Buffer.from('{'), 'text')).toMatchObject(left({ phase: 'json' }));
    expect(codec.decode(Uint8Array.of(0xff), 'binary')).toMatchObject(left({ phase: 'utf-8' }));
    expect(codec.encode(undefined)).toMatchObject(left({ _tag: 'EncodeFailure' }));
    expect(codec.encode(1n)).toMatchObject(left({ _tag: 'EncodeFailure' }));
  });
});

describe('deserializer', () => {
  it('should be given a string for a text message', () => {
    expect(eventOf(Buffer.from('héllo'), 'text')).toEqual({ type: 'message', data: 'héllo' });
    expect(eventOf(new TextEncoder().encode('xhix').subarray(1, 3), 'text').data).toBe('hi');
  });

  it('should be given the payload itself as a Buffer for a binary message', () => {
    const data = Buffer.from([1, 2, 3]);
    expect(eventOf(data, 'binary').data).toBe(data);
    const view = part();
    const given = eventOf(view, 'binary', 'nodebuffer').data;
    expect(Buffer.isBuffer(given) && given.equals(view)).toBe(true);
  });

  it('should be given the bytes alone as an ArrayBuffer where binaryType asks for it', () => {
    const { data } = eventOf(part(), 'binary', 'arraybuffer');
    expect(data).toBeInstanceOf(ArrayBuffer);
    expect(new Uint8Array(data as ArrayBuffer)).toEqual(Uint8Array.of(1, 2, 3));
    expect(eventOf(Buffer.from('hi'), 'text', 'arraybuffer').data).toBe('hi');
  });

  it.each([undefined, null, 0, '', false])('should give %o as a message', (message) => {
    expect(codecOf({ deserializer: () => message }).decode(Buffer.from('x'), 'text')).toEqual(
      right(message),
    );
  });

  it.each([new Error('not mine'), 'a string', undefined, null])(
    'should turn %o, thrown, into a failure with it as the cause',
    (thrown) => {
      const data = Buffer.from('line');
      const codec = codecOf({
        deserializer: () => {
          // eslint-disable-next-line @typescript-eslint/only-throw-error -- as programs do
          throw thrown;
        },
      });
      const decoded = codec.decode(data, 'text');
      expect(decoded).toMatchObject(
        left({
          _tag: 'DecodeFailure',
          phase: 'format',
          codec: 'legacy',
          kind: 'text',
          data,
          issues: [{ expected: 'what the deserializer reads', actual: '"line"' }],
        }),
      );
      expect(decoded._tag === 'Left' && 'cause' in decoded.left && decoded.left.cause).toBe(thrown);
    },
  );

  it('should be refused a promise, whose rejection is not left unhandled', async () => {
    const uncaught = collectUncaught();
    const codec = codecOf({ deserializer: () => Promise.reject(new Error('late')) });
    expect(codec.decode(Buffer.from('x'), 'text')).toMatchObject(
      left({ cause: { message: 'it gave a promise, but a codec is synchronous' } }),
    );
    await new Promise((resolve) => void setImmediate(resolve));
    uncaught.stop();
    expect(uncaught.errors).toEqual([]);
  });

  it('should never make decode throw', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.constantFrom<MessageKind>('text', 'binary'),
        fc.anything(),
        fc.boolean(),
        (data, kind, value, isThrown) => {
          const codec = codecOf({
            deserializer: () => {
              if (isThrown) throw value;
              return value;
            },
          });
          expect(codec.decode(data, kind)._tag).toBe(isThrown ? 'Left' : 'Right');
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('serializer', () => {
  it('should send a string as text', () => {
    expect(written('hi')).toEqual(right('hi'));
    expect(written('')).toEqual(right(''));
  });

  const bytes = Uint8Array.of(1, 2, 3);

  it.each([
    ['an ArrayBuffer', bytes.slice().buffer],
    ['a SharedArrayBuffer', sharedOf(bytes)],
    ['an ArrayBuffer of another realm', runInNewContext('Uint8Array.of(1, 2, 3).buffer')],
    ['a Uint8Array', bytes],
    ['a Uint8Array of another realm', runInNewContext('Uint8Array.of(1, 2, 3)')],
    ['a view on a larger buffer', part()],
    ['a Buffer', Buffer.from(bytes)],
    ['a DataView', new DataView(part().buffer, 2, 3)],
    ['an Int8Array', Int8Array.of(1, 2, 3)],
  ])('should send %s as binary', (_name, given) => {
    const payload = payloadOf(given);
    expect(payload).toBeInstanceOf(Uint8Array);
    expect(Buffer.from(payload)).toEqual(Buffer.from([1, 2, 3]));
  });

  it('should send all bytes of elements that have several', () => {
    expect(Buffer.from(payloadOf(Uint16Array.of(0x0102)))).toHaveLength(2);
  });

  it('should not copy', () => {
    const given = part();
    const payload = payloadOf(given);
    given[0] = 7;
    expect(payload[0]).toBe(7);
  });

  it('should be refused a Blob, with a word on what to give', () => {
    for (const blob of [new Blob(['x']), new File(['x'], 'x')]) {
      expect(written(blob)).toEqual(
        left({
          _tag: 'EncodeFailure',
          codec: 'legacy',
          reason:
            'the serializer gave a Blob, whose bytes cannot be had at once; give an ArrayBuffer or a view of one',
        }),
      );
    }
  });

  it.each([
    [7, '7'],
    [undefined, 'undefined'],
    [null, 'null'],
    [{ a: 1 }, '{"a":1}'],
    [[1], '[1]'],
  ])('should be refused %o', (given, shown) => {
    expect(written(given)).toEqual(
      left({
        _tag: 'EncodeFailure',
        codec: 'legacy',
        reason: `the serializer must give a string, an ArrayBuffer or a view of one, gave ${shown}`,
      }),
    );
  });

  it('should be refused a promise', () => {
    expect(written(Promise.resolve('x'))).toMatchObject(
      left({ reason: 'the serializer threw: it gave a promise, but a codec is synchronous' }),
    );
  });

  it('should turn what it throws into a failure with it as the cause', () => {
    const cause = new Error('no form');
    const codec = codecOf({
      serializer: () => {
        throw cause;
      },
    });
    expect(codec.encode(1)).toEqual(
      left({
        _tag: 'EncodeFailure',
        codec: 'legacy',
        reason: 'the serializer threw: no form',
        cause,
      }),
    );
  });

  it('should never make encode throw', () => {
    fc.assert(
      fc.property(fc.anything(), fc.boolean(), (value, isThrown) => {
        const codec = codecOf({
          serializer: () => {
            if (isThrown) throw value;
            return value;
          },
        });
        const isSent = !isThrown && (typeof value === 'string' || ArrayBuffer.isView(value));
        expect(codec.encode(value)._tag).toBe(isSent ? 'Right' : 'Left');
      }),
      { numRuns: 300 },
    );
  });
});

describe('the options of legacyCodec', () => {
  it.each([
    [{ serializer: 7 }, 'serializer', 'must be a function, got 7'],
    [{ deserializer: {} }, 'deserializer', 'must be a function, got an object'],
    [{ serializer: null }, 'serializer', 'must be a function, got null'],
    [
      { binaryType: 'blob' },
      'binaryType',
      "must be one of 'nodebuffer', 'arraybuffer', got 'blob'",
    ],
  ])('should be refused at once: %o', (options, option, message) => {
    const act = (): unknown => codecOf(options);
    expect(act).toThrow(OptionTypeError);
    expect(act).toThrow(`${option}: ${message}`);
  });

  it('should take the functions that programs have for rxjs', () => {
    expectTypeOf(
      legacyCodec({
        serializer: (n: number) => String(n),
        deserializer: ({ data }: { readonly data: string }) => data.length,
      }),
    ).toEqualTypeOf<Codec<number, number>>();
    expectTypeOf(
      legacyCodec({ deserializer: ({ data }: DomEvent) => data.readUInt8(0) }),
    ).toEqualTypeOf<Codec<number, unknown>>();
    expectTypeOf(legacyCodec({ deserializer: (event) => event.data })).toEqualTypeOf<
      Codec<string | Buffer | ArrayBuffer, unknown>
    >();
    // @ts-expect-error -- a Blob cannot be sent
    legacyCodec({ serializer: () => new Blob([]) });
  });
});

/** As much of the DOM's `MessageEvent<Buffer>` as matters. */
interface DomEvent {
  readonly type: string;
  readonly data: Buffer;
  readonly origin: string;
  preventDefault(): void;
}

function sharedOf(bytes: Uint8Array): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  return shared;
}
