import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type } from 'arktype';
import { right } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import * as C from 'io-ts/lib/Codec.js';
import * as D from 'io-ts/lib/Decoder.js';
import * as TD from 'io-ts/lib/TaskDecoder.js';
import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';

import { readSchema } from '../../../src/codec/schema/read-schema.js';
import { toStandardSchema } from '../../../src/codec/schema/to-standard-schema.js';
import { OptionTypeError } from '../../../src/errors/option-error.js';

const ALLOWED = 'must be an io-ts type, a decoder of io-ts or a Standard Schema';
const ASYNCHRONOUS = 'must be synchronous, got an asynchronous schema';

describe('readSchema', () => {
  it.each<[string, unknown, string]>([
    ['an io-ts type', t.number, 'number'],
    ['a decoder', D.number, 'io-ts decoder'],
    ['a codec', C.number, 'io-ts decoder'],
    ['a zod schema, which has a decode too', z.number(), 'zod schema'],
    ['a valibot schema', v.number(), 'valibot schema'],
    ['an arktype schema, which is a function', type('number'), 'arktype schema'],
    ['what this package makes of an io-ts type', toStandardSchema(t.number), 'rx-wss schema'],
    [
      'an io-ts type that is a Standard Schema as well',
      Object.assign(t.number.pipe(t.number, 'both'), toStandardSchema(t.string)),
      'both',
    ],
    [
      'a decoder that throws at what it is not for',
      { decode: Number.prototype.toFixed },
      'io-ts decoder',
    ],
  ])('should take %s', (_, given, name) => {
    const schema = readSchema('json.incoming', given);
    expect(schema.name).toBe(name);
    expect(schema.type).toBe(given instanceof t.Type ? given : undefined);
    if (name === 'io-ts decoder' && given !== D.number && given !== C.number) return;
    expect(schema.check(1)).toEqual(right(1));
    expect(schema.check('x')._tag).toBe('Left');
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ["'Event'", 'Event'],
    ['5', 5],
    ['an array', []],
    ['a function', () => t.number],
    ['a function', Object.assign(() => 1, D.number)],
    ['a function', z.ZodNumber],
    ['an object', {}],
    ['an object', { name: 'Event', validate: t.number.validate }],
    ['an object', { '~standard': {} }],
    ['an object', { '~standard': { version: 2, vendor: 'new', validate: () => ({ value: 1 }) } }],
    ['an object', { '~standard': { version: 1, vendor: 'new' } }],
    ['a decode that gives no Either', { decode: () => 1 }],
    ['a decode that gives no Either', { decode: () => undefined }],
    ['a decode that gives no Either', new TextDecoder()],
  ])('should refuse %s', (got, given) => {
    const call = (): unknown => readSchema('json.incoming', given);
    expect(call).toThrow(OptionTypeError);
    expect(call).toThrow(`json.incoming: ${ALLOWED}, got ${got}`);
    expect(call).toThrow(expect.objectContaining({ option: 'json.incoming' }));
  });

  const late = (): Promise<boolean> => Promise.resolve(true);
  it.each<[string, unknown]>([
    ['a TaskDecoder', TD.string],
    ['a TaskDecoder of objects', TD.struct({ a: TD.string })],
    ['a valibot schema that says so', v.pipeAsync(v.string(), v.checkAsync(late))],
    [
      'a valibot schema that says so, for what it is not tried with',
      v.objectAsync({ a: v.pipeAsync(v.date(), v.checkAsync(late)) }),
    ],
    [
      'a schema that says so and throws at what it is tried with',
      { ...v.date(), '~standard': { version: 1, vendor: 'mine', validate: thrower }, async: true },
    ],
    ['a zod schema with an asynchronous refinement', z.string().refine(late)],
    ['a zod schema with an asynchronous transformation', z.unknown().transform(late)],
    [
      'a zod schema of objects with an asynchronous refinement',
      z.object({ a: z.string().optional() }).refine(late),
    ],
    ['a zod schema of arrays with an asynchronous refinement', z.array(z.string()).refine(late)],
    [
      'any schema that answers with a promise',
      {
        '~standard': { version: 1, vendor: 'mine', validate: () => late() },
      } satisfies StandardSchemaLike,
    ],
    ['a decoder that answers with a promise', { decode: () => Promise.reject(new Error('late')) }],
  ])('should refuse %s', async (_, given) => {
    const report = vi.fn();
    process.on('unhandledRejection', report);
    const call = (): unknown => readSchema('cbor.incoming', given);
    expect(call).toThrow(OptionTypeError);
    expect(call).toThrow(`cbor.incoming: ${ASYNCHRONOUS}`);
    await new Promise(setImmediate);
    process.off('unhandledRejection', report);
    expect(report).not.toHaveBeenCalled();
  });

  it('should take a zod schema that throws at what it is tried with', () => {
    const schema = z.string().transform((text): unknown => JSON.parse(text));
    expect(readSchema('json.incoming', schema).check('[1]')).toEqual(right([1]));
  });

  it('should take a schema that is asynchronous for some values only', () => {
    const schema = z.object({ a: z.string().refine(late) });
    expect(readSchema('json.incoming', schema).check({ a: 1 })._tag).toBe('Left');
    expect(readSchema('json.incoming', schema).check({ a: 'b' })).toMatchObject({
      left: { issues: [{ message: expect.stringContaining('answered with a promise') }] },
    });
  });
});

interface StandardSchemaLike {
  readonly '~standard': Omit<StandardSchemaV1.Props, 'validate'> & {
    readonly validate: () => unknown;
  };
}

function thrower(): never {
  throw new Error('not for me');
}
