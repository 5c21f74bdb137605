import { type } from 'arktype';
import { left, right } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import * as C from 'io-ts/lib/Codec.js';
import * as D from 'io-ts/lib/Decoder.js';
import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';

import { readOutgoing } from '../../../src/codec/schema/read-outgoing.js';
import { OptionTypeError } from '../../../src/errors/option-error.js';

const DateText = new t.Type<Date, string>(
  'DateText',
  (value): value is Date => value instanceof Date,
  (value, context) => t.failure(value, context),
  (date) => date.toISOString(),
);

describe('readOutgoing', () => {
  it.each<[string, unknown, unknown, unknown]>([
    ['an io-ts type', DateText, new Date(0), '1970-01-01T00:00:00.000Z'],
    ['a codec', C.make(D.number, { encode: String }), 1, '1'],
    ['an object with an encode', { encode: (n: number) => n + 1 }, 1, 2],
    ['a zod schema', z.object({ a: z.number() }), { a: 1, b: 2 }, { a: 1 }],
    ['a valibot schema', v.object({ a: v.number() }), { a: 1 }, { a: 1 }],
    ['an arktype schema', type({ a: 'number' }), { a: 1 }, { a: 1 }],
    ['a schema that transforms', z.date().transform((date) => date.getTime()), new Date(5), 5],
    // Its encode goes the other way, from what is received to what was sent.
    [
      'a zod codec, by its validate',
      z.codec(z.string(), z.number(), { decode: Number, encode: String }),
      '12',
      12,
    ],
  ])('should write through %s', (_, given, message, written) => {
    expect(readOutgoing('json.outgoing', given)(message)).toEqual(right(written));
  });

  it('should call encode as a method', () => {
    class Doubling {
      readonly factor = 2;
      encode(n: number): number {
        return n * this.factor;
      }
    }
    expect(readOutgoing('json.outgoing', new Doubling())(4)).toEqual(right(8));
  });

  it('should not check what an io-ts type writes', () => {
    expect(readOutgoing('json.outgoing', t.number)('x')).toEqual(right('x'));
  });

  it('should tell when encode throws', () => {
    const cause = new Error('no\n  codec');
    const prepare = readOutgoing('json.outgoing', { encode: () => thrower(cause) });
    expect(prepare(1)).toStrictEqual(
      left({ reason: 'the encode of its type threw: no codec', cause }),
    );
  });

  it('should refuse what encode promises, and let go of it', async () => {
    const report = vi.fn();
    process.on('unhandledRejection', report);
    const prepare = readOutgoing('json.outgoing', {
      encode: () => Promise.reject(new Error('late')),
    });
    expect(prepare(1)).toStrictEqual(
      left({ reason: 'the encode of its type gave a promise, but a codec is synchronous' }),
    );
    await new Promise(setImmediate);
    process.off('unhandledRejection', report);
    expect(report).not.toHaveBeenCalled();
  });

  it('should name the first thing that a schema has against a message', () => {
    const schema = v.object({ a: v.number('no number'), b: v.string(), c: v.string() });
    expect(readOutgoing('json.outgoing', schema)({ a: 'x', b: '' })).toStrictEqual(
      left({ reason: 'the message is not of its type: at a: no number (and 1 more)' }),
    );
    expect(readOutgoing('json.outgoing', v.array(v.number()))(Array(50).fill('x'))).toMatchObject(
      left({ reason: expect.stringMatching(/at 0: .*\(and 49 more\)$/) }),
    );
    expect(readOutgoing('json.outgoing', v.string('no text'))(1)).toStrictEqual(
      left({ reason: 'the message is not of its type: no text' }),
    );
  });

  it('should keep what a schema throws', () => {
    const cause = new Error('secret');
    const schema = z.string().transform(() => thrower(cause));
    expect(readOutgoing('json.outgoing', schema)('a')).toStrictEqual(
      left({
        reason: 'the message is not of its type: the check of the zod schema threw; see cause',
        cause,
      }),
    );
  });

  it.each([
    ['null', null],
    ['an object', {}],
    ['an object', { encode: true }],
    ['an object', D.number],
    ['a function', Object.assign(() => 1, { encode: () => 1 })],
  ])('should refuse %s', (got, given) => {
    const call = (): unknown => readOutgoing('json.outgoing', given);
    expect(call).toThrow(OptionTypeError);
    expect(call).toThrow(
      `json.outgoing: must be an io-ts type or a Standard Schema, or have an encode function, got ${got}`,
    );
  });

  it('should refuse an asynchronous schema', () => {
    expect(() =>
      readOutgoing(
        'json.outgoing',
        z.string().refine(() => Promise.resolve(true)),
      ),
    ).toThrow('json.outgoing: must be synchronous');
  });
});

function thrower(cause: unknown): never {
  throw cause;
}
