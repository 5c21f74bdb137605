import { type } from 'arktype';
import fc from 'fast-check';
import { left, right } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import * as D from 'io-ts/lib/Decoder.js';
import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';

import type { Codec, MessageKind } from '../../src/codec/codec.js';
import { json } from '../../src/codec/json.js';
import type { IncomingSchema } from '../../src/codec/schema/schema.js';
import { OptionTypeError } from '../../src/errors/option-error.js';
import { anyText } from './any-text.js';

const KINDS: readonly MessageKind[] = ['text', 'binary'];
const Tick = t.type({ symbol: t.string, price: t.number });

/** An io-ts type with the given `decode`, whatever io-ts would allow. */
function typeThat(decode: () => unknown): t.Type<unknown> {
  const type = new t.Type<unknown>('Odd', t.unknown.is, t.success, t.identity);
  return Object.assign(type, { decode });
}

const anything: unknown = expect.anything();
const anError: unknown = expect.any(RangeError);

function containing(text: string): unknown {
  return expect.stringContaining(text);
}

function decodeText<In>(codec: Pick<Codec<In, never>, 'decode'>, text: string) {
  return codec.decode(Buffer.from(text), 'text');
}

describe('json', () => {
  it('should be named json', () => {
    expect(json().name).toBe('json');
  });

  it('should throw at once for a bad option', () => {
    // @ts-expect-error -- unknown option
    expect(() => json({ incomming: Tick })).toThrow(OptionTypeError);
    // @ts-expect-error -- not a schema
    expect(() => json({ incoming: 5 })).toThrow('json.incoming: must be an io-ts type, a decoder');
    // @ts-expect-error -- not a schema
    expect(() => json({ outgoing: 5 })).toThrow('json.outgoing: must be an io-ts type or a');
    const late = z.string().refine(() => Promise.resolve(true));
    expect(() => json({ incoming: late })).toThrow('json.incoming: must be synchronous');
    expect(() => json({ outgoing: late })).toThrow('json.outgoing: must be synchronous');
  });

  describe('decode', () => {
    it.each(KINDS)('should read a valid %s message', (kind) => {
      const data = Buffer.from('{"symbol":"ÄDA \u{1f680}","price":1.5}');
      const expected = right({ symbol: 'ÄDA \u{1f680}', price: 1.5 });
      expect(json({ incoming: Tick }).decode(data, kind)).toEqual(expected);
      expect(json().decode(data, kind)).toEqual(expected);
    });

    it.each(KINDS)('should read a %s message that is a view on a larger buffer', (kind) => {
      const whole = new TextEncoder().encode('xx{"a":"é"}yy');
      const view = new Uint8Array(whole.buffer, 2, whole.byteLength - 4);
      expect(json().decode(view, kind)).toEqual(right({ a: 'é' }));
      expect(json().decode(Buffer.from(view.buffer, 2, view.byteLength), kind)).toEqual(
        right({ a: 'é' }),
      );
    });

    it('should give what the io-ts type makes of the message', () => {
      const Count = new t.Type<bigint, string>(
        'Count',
        (value): value is bigint => typeof value === 'bigint',
        (value) => t.success(BigInt(String(value))),
        String,
      );
      expect(decodeText(json({ incoming: t.strict({ n: Count }) }), '{"n":"12","x":1}')).toEqual(
        right({ n: 12n }),
      );
    });

    it('should refuse bytes that are not UTF-8', () => {
      const data = Uint8Array.of(0x22, 0xff, 0x22);
      expect(json().decode(data, 'binary')).toStrictEqual(
        left({
          _tag: 'DecodeFailure',
          phase: 'utf-8',
          codec: 'json',
          kind: 'binary',
          data,
          issues: [{ path: [], expected: 'UTF-8', actual: '3 bytes: 22 ff 22' }],
        }),
      );
    });

    it.each([
      ['', 'Unexpected end of JSON input'],
      ['nul', 'Unexpected'],
      ['{"a":1,}', 'at position 7'],
      ['\ufeff{}', String.raw`Unexpected token '\ufeff'`],
    ])('should refuse %j, which is not JSON', (text, reason) => {
      for (const kind of KINDS) {
        const data = Buffer.from(text);
        expect(json({ incoming: Tick }).decode(data, kind)).toMatchObject(
          left({
            phase: 'json',
            codec: 'json',
            kind,
            data,
            issues: [{ path: [], expected: 'JSON', message: containing(reason) }],
          }),
        );
      }
    });

    it('should refuse JSON that is not of the expected type', () => {
      const data = Buffer.from('{"symbol":"ADA","price":"12"}');
      expect(json({ incoming: Tick }).decode(data, 'text')).toStrictEqual(
        left({
          _tag: 'DecodeFailure',
          phase: 'schema',
          codec: 'json',
          kind: 'text',
          data,
          issues: [{ path: ['price'], expected: 'number', actual: '"12"' }],
        }),
      );
    });

    it.each([
      ['throws', () => thrower(new RangeError('secret'))],
      ['throws nothing at all', () => thrower(undefined)],
      ['gives no Either', () => undefined],
      ['gives a Left without errors in it', () => ({ _tag: 'Left', left: 'no' })],
    ])('should survive an io-ts type whose decode %s', (_, decode) => {
      const result = decodeText(json({ incoming: typeThat(decode) }), '{"a":1}');
      const issue = {
        path: [],
        expected: 'Odd',
        actual: '{"a":1}',
        message: 'the check of Odd threw; see cause',
      };
      expect(result).toMatchObject(left({ phase: 'schema', issues: [issue] }));
      expect(result).toHaveProperty('left.cause');
      expect(JSON.stringify(result)).not.toContain('secret');
    });

    it('should survive a message too deep for a recursive type', () => {
      interface Tree {
        readonly children: Tree[];
      }
      const Tree: t.Type<Tree> = t.recursion('Tree', () => t.type({ children: t.array(Tree) }));
      const depth = 20_000;
      const text = '{"children":['.repeat(depth) + ']}'.repeat(depth);
      expect(decodeText(json({ incoming: Tree, maxDepth: Infinity }), text)).toMatchObject(
        left({
          phase: 'schema',
          cause: anError,
          issues: [{ actual: '{"children":[{…}]}' }],
        }),
      );
    });

    it.each<[string, IncomingSchema]>([
      ['a decoder of io-ts', D.struct({ symbol: D.string, price: D.number })],
      ['a zod schema', z.object({ symbol: z.string(), price: z.number() })],
      ['a valibot schema', v.object({ symbol: v.string(), price: v.number() })],
      ['an arktype schema', type({ symbol: 'string', price: 'number' })],
    ])('should check by %s', (_, incoming) => {
      const codec = json({ incoming });
      expect(decodeText(codec, '{"symbol":"ADA","price":1.5}')).toEqual(
        right({ symbol: 'ADA', price: 1.5 }),
      );
      expect(decodeText(codec, '{"symbol":"ADA","price":"12"}')).toMatchObject(
        left({ phase: 'schema', codec: 'json', issues: [{ path: ['price'], actual: '"12"' }] }),
      );
    });

    it('should refuse what is nested deeper than maxDepth before it is parsed', () => {
      const message = (depth: number): string =>
        '[{"":'.repeat(depth / 2) + '1' + '}]'.repeat(depth / 2);
      const parse = vi.spyOn(JSON, 'parse');
      expect(decodeText(json(), message(128))._tag).toBe('Right');
      expect(parse).toHaveBeenCalledOnce();
      for (const codec of [json(), json({ incoming: t.unknown }), json({ maxDepth: 128 })]) {
        expect(decodeText(codec, message(130))).toMatchObject(
          left({
            phase: 'json',
            issues: [
              {
                path: [],
                expected: 'JSON',
                actual: containing('[{'),
                message: 'nested deeper than maxDepth, which is 128',
              },
            ],
          }),
        );
      }
      expect(parse).toHaveBeenCalledOnce();
      expect(decodeText(json({ maxDepth: 2 }), '[[]]')._tag).toBe('Right');
      expect(decodeText(json({ maxDepth: 1 }), '[[]]')._tag).toBe('Left');
      expect(decodeText(json({ maxDepth: 0 }), '"[["')._tag).toBe('Right');
      expect(decodeText(json({ maxDepth: Infinity }), message(100_000))._tag).toBe('Right');
    });

    it('should give the failure its own payload, not a copy', () => {
      const data = Buffer.from('no');
      const result = json().decode(data, 'text');
      expect(result._tag === 'Left' && result.left.data).toBe(data);
    });
  });

  describe('encode', () => {
    it('should write what the encode of the type gives', () => {
      const At = new t.Type<Date, string>(
        'At',
        (value): value is Date => value instanceof Date,
        (value, context) => t.failure(value, context),
        (date) => date.toISOString(),
      );
      const codec = json({ outgoing: t.type({ at: At }) });
      expect(codec.encode({ at: new Date(0) })).toEqual(right('{"at":"1970-01-01T00:00:00.000Z"}'));
    });

    it('should write what a Standard Schema makes of the message', () => {
      const outgoing = z.object({ at: z.date().transform((date) => date.toISOString()) });
      const codec = json({ outgoing });
      expect(codec.encode({ at: new Date(0) })).toEqual(right('{"at":"1970-01-01T00:00:00.000Z"}'));
      expect(codec.encode({ at: new Date(NaN) })).toStrictEqual(
        left({
          _tag: 'EncodeFailure',
          codec: 'json',
          reason:
            'the message is not of its type: at at: Invalid input: expected date, received Date',
        }),
      );
    });

    it('should call encode as a method of its object', () => {
      class Doubling {
        readonly factor = 2;
        encode(n: number): number {
          return n * this.factor;
        }
      }
      expect(json({ outgoing: new Doubling() }).encode(4)).toEqual(right('8'));
    });

    it('should write any message without a type', () => {
      expect(json().encode({ a: [1, null, '\ud800'] })).toEqual(right('{"a":[1,null,"\\ud800"]}'));
    });

    it('should tell when the encode of the type throws', () => {
      const cause = new Error('no codec\n  found');
      const codec = json({ outgoing: { encode: () => thrower(cause) } });
      expect(codec.encode(1)).toStrictEqual(
        left({
          _tag: 'EncodeFailure',
          codec: 'json',
          reason: 'the encode of its type threw: no codec found',
          cause,
        }),
      );
    });

    it.each([
      ['undefined', undefined],
      ['a function', () => 1],
      ['Symbol(a)', Symbol('a')],
      ['{"toJSON":a function}', { toJSON: () => undefined }],
    ])('should refuse %s, which has no JSON form', (shown, message) => {
      expect(json().encode(message)).toStrictEqual(
        left({
          _tag: 'EncodeFailure',
          codec: 'json',
          reason: `the message has no JSON form: ${shown}`,
        }),
      );
    });

    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    it.each([
      ['a bigint', { n: 1n }, 'BigInt'],
      ['a cycle', cyclic, 'circular structure'],
      ['a toJSON that throws', { toJSON: () => thrower(new Error('not me')) }, 'not me'],
      [
        'a getter that throws',
        Object.defineProperty({}, 'a', { enumerable: true, get: () => thrower('boo') }),
        '"boo"',
      ],
      ['great depth', nested(50_000), 'call stack'],
    ])('should refuse %s', (_, message, reason) => {
      const result = json().encode(message);
      expect(result).toMatchObject(left({ _tag: 'EncodeFailure', codec: 'json', cause: anything }));
      const said = result._tag === 'Left' ? result.left.reason : '';
      expect(said).toMatch(/^the message has no JSON form: .*$/);
      expect(said).toContain(reason);
    });
  });

  describe('for any input', () => {
    it('should read back what it wrote', () => {
      const codec = json();
      fc.assert(
        fc.property(fc.jsonValue(), fc.constantFrom(...KINDS), (value, kind) => {
          const written = codec.encode(value);
          if (written._tag === 'Left') throw new Error(written.left.reason);
          const read = codec.decode(Buffer.from(String(written.right)), kind);
          // JSON has no minus zero.
          expect(read).toEqual(right(JSON.parse(JSON.stringify(value))));
        }),
      );
    });

    it('should read back typed messages', () => {
      const codec = json({ incoming: Tick, outgoing: Tick });
      const tick = fc.record({
        symbol: anyText,
        price: fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
      });
      fc.assert(
        fc.property(tick, (message) => {
          const written = codec.encode(message);
          expect(written._tag).toBe('Right');
          if (written._tag === 'Left') return;
          expect(decodeText(codec, String(written.right))).toEqual(right(message));
        }),
      );
    });

    it('should never throw on any bytes', () => {
      const codecs = [json(), json({ incoming: Tick })];
      fc.assert(
        fc.property(fc.uint8Array(), fc.constantFrom(...KINDS), (data, kind) => {
          for (const codec of codecs) {
            const result = codec.decode(data, kind);
            expect(result._tag === 'Right' || result.left.issues.length > 0).toBe(true);
          }
        }),
      );
    });

    it('should never throw on any JSON, and name what is wrong', () => {
      const codec = json({ incoming: Tick });
      fc.assert(
        fc.property(fc.json(), (text) => {
          const result = decodeText(codec, text);
          expect(result._tag).toBe(Tick.is(JSON.parse(text)) ? 'Right' : 'Left');
          if (result._tag === 'Left') expect(result.left.issues).not.toHaveLength(0);
        }),
      );
    });

    it('should never throw on any message', () => {
      const codec = json();
      fc.assert(
        fc.property(
          fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true }),
          (message) => {
            expect(codec.encode(message)._tag).toMatch(/^(Left|Right)$/);
          },
        ),
      );
    });
  });
});

function thrower(thrown: unknown): never {
  throw thrown;
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}
