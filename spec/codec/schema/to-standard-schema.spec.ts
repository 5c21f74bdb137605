import type { StandardSchemaV1 } from '@standard-schema/spec';
import { left, right } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { describe, expect, expectTypeOf, it } from 'vitest';

import { json } from '../../../src/codec/json.js';
import { toStandardSchema } from '../../../src/codec/schema/to-standard-schema.js';
import { OptionTypeError } from '../../../src/errors/option-error.js';

const Order = t.strict({ id: t.Int, items: t.array(t.type({ price: t.number }, 'Item')) });

const NumberText = new t.Type<number, string>(
  'NumberText',
  t.number.is,
  (value, context) =>
    typeof value === 'string' ? t.success(Number(value)) : t.failure(value, context, 'no\ntext'),
  String,
);

/** What a library does that takes any Standard Schema. */
function parseWith<S extends StandardSchemaV1>(
  schema: S,
  value: unknown,
): StandardSchemaV1.InferOutput<S> {
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise) throw new TypeError('asynchronous');
  if (result.issues) {
    throw new Error(
      result.issues.map(({ message, path }) => `${path?.map(String).join('.')}: ${message}`).join(),
    );
  }
  return result.value;
}

describe('toStandardSchema', () => {
  it('should say what it is', () => {
    expect(toStandardSchema(Order)['~standard']).toMatchObject({ version: 1, vendor: 'rx-wss' });
  });

  it('should give what the type makes of a value', () => {
    const order = { id: 1, items: [{ price: 2, note: 'kept' }], secret: 'cut off' };
    const parsed = parseWith(toStandardSchema(Order), order);
    expect(parsed).toEqual({ id: 1, items: [{ price: 2, note: 'kept' }] });
    expectTypeOf(parsed).toEqualTypeOf<t.TypeOf<typeof Order>>();
    expect(parseWith(toStandardSchema(NumberText), '12')).toBe(12);
  });

  it('should tell what is wrong, and where', () => {
    expect(
      toStandardSchema(Order)['~standard'].validate({ id: 1.5, items: [{ price: '2' }] }),
    ).toStrictEqual({
      issues: [
        { message: 'expected Int, got 1.5', path: ['id'] },
        { message: 'expected number, got "2"', path: ['items', '0', 'price'] },
      ],
    });
    expect(toStandardSchema(NumberText)['~standard'].validate(1)).toStrictEqual({
      issues: [{ message: String.raw`no\u000atext`, path: [] }],
    });
  });

  it('should make an issue of what a type throws', () => {
    const Throwing = new t.Type<number>('Throwing', t.number.is, () => thrower(), t.identity);
    expect(toStandardSchema(Throwing)['~standard'].validate(1)).toStrictEqual({
      issues: [{ message: 'the check of Throwing threw; see cause', path: [] }],
    });
  });

  it('should have the types of the type', () => {
    const schema = toStandardSchema(NumberText);
    expectTypeOf(schema).toEqualTypeOf<StandardSchemaV1<unknown, number>>();
    expectTypeOf<StandardSchemaV1.InferOutput<typeof schema>>().toEqualTypeOf<number>();
    expectTypeOf<StandardSchemaV1.InferInput<typeof schema>>().toEqualTypeOf<unknown>();
  });

  it('should be a schema to a codec', () => {
    const codec = json({ incoming: toStandardSchema(Order) });
    expectTypeOf(codec.decode).returns.toEqualTypeOf(
      json({ incoming: Order }).decode(Buffer.of(), 'text'),
    );
    expect(codec.decode(Buffer.from('{"id":1,"items":[]}'), 'text')).toEqual(
      right({ id: 1, items: [] }),
    );
    expect(codec.decode(Buffer.from('{"id":1,"items":[1]}'), 'text')).toMatchObject(
      left({
        issues: [{ path: ['items', '0'], actual: '1', message: 'expected Item, got 1' }],
      }),
    );
  });

  it('should refuse what is no io-ts type', () => {
    const untyped: (type: unknown) => unknown = toStandardSchema as () => unknown;
    const call = (): unknown => untyped({ decode: () => 1 });
    expect(call).toThrow(OptionTypeError);
    expect(call).toThrow('type: must be an io-ts type, got an object');
  });
});

function thrower(): never {
  throw new Error('secret');
}
