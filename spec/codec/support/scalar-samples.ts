import fc from 'fast-check';
import * as t from 'io-ts';
import { BooleanFromNumber } from 'io-ts-types/lib/BooleanFromNumber.js';
import { BooleanFromString } from 'io-ts-types/lib/BooleanFromString.js';
import { DateFromISOString } from 'io-ts-types/lib/DateFromISOString.js';
import { IntFromString } from 'io-ts-types/lib/IntFromString.js';
import { JsonFromString } from 'io-ts-types/lib/JsonFromString.js';
import { NonEmptyString } from 'io-ts-types/lib/NonEmptyString.js';
import { NumberFromString } from 'io-ts-types/lib/NumberFromString.js';
import { UUID } from 'io-ts-types/lib/UUID.js';
import { date } from 'io-ts-types/lib/date.js';

import { anyKey, objectOf } from './any-key.js';
import { oneOf, sampleOf } from './sample.js';
import type { Sample } from './sample.js';

const TEXTS = ['', 'a', 'b', '12', '\ud800', 'é', '__proto__'] as const;
const NUMBERS = [0, -0, 1, 2, -7, 1.5, 1e21, NaN, Infinity] as const;

/** Literals that are told from others in unusual ways; io-ts does not mind what it is given. */
export const LITERALS: readonly unknown[] = [
  'a',
  'b',
  '',
  '__proto__',
  'a"\\\n\u2028',
  '\ud800',
  0,
  -0,
  1,
  2,
  1.5,
  NaN,
  true,
  false,
  null,
  undefined,
  1n,
];

/** Makes the literal type of any value. */
export function literal(value: unknown): t.Mixed {
  return t.literal(value as string, `literal ${String(value)}`);
}

const keyofs: fc.Arbitrary<Sample> = fc
  .uniqueArray(anyKey, { minLength: 0, maxLength: 15 })
  .map((keys) =>
    sampleOf(
      t.keyof(objectOf(keys.map((key) => [key, null]))),
      fc.constantFrom('a', 'toString', ...keys),
    ),
  );

const simple: readonly Sample[] = [
  sampleOf(t.string, oneOf(...TEXTS)),
  sampleOf(t.number, oneOf(...NUMBERS)),
  sampleOf(t.boolean, fc.boolean()),
  sampleOf(t.bigint, fc.bigInt({ min: -3n, max: 3n })),
  sampleOf(t.null, fc.constant(null)),
  sampleOf(t.undefined, fc.constant(undefined)),
  sampleOf(t.void, fc.constant(undefined)),
  sampleOf(t.unknown, oneOf(...TEXTS, undefined, null)),
  sampleOf(t.any, oneOf(...NUMBERS, undefined)),
  sampleOf(t.never as unknown as t.Any, fc.constant('a')),
  sampleOf(
    t.Function,
    fc.constant(() => 1),
  ),
  sampleOf(t.UnknownArray, oneOf([], ['a'], [undefined])),
  sampleOf(t.UnknownRecord, oneOf({}, { a: 'a' })),
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- programs have it still
  sampleOf(t.object, oneOf({}, [])),
  sampleOf(t.Int, oneOf(...NUMBERS)),
  sampleOf(t.Integer, oneOf(...NUMBERS)),
];

const fromTypes: readonly Sample[] = [
  sampleOf(DateFromISOString, oneOf('2026-01-02T03:04:05.678Z', 'a')),
  sampleOf(NumberFromString, oneOf('12', '-0', '1.5', 'a')),
  sampleOf(IntFromString, oneOf('12', '1.5')),
  sampleOf(BooleanFromString, oneOf('true', 'false', 'a')),
  sampleOf(BooleanFromNumber, oneOf(0, 1, 2)),
  sampleOf(NonEmptyString, oneOf(...TEXTS)),
  sampleOf(UUID, oneOf('00000000-0000-4000-8000-000000000000', 'a')),
  sampleOf(JsonFromString, oneOf('{"a":1}', '1', 'null', '{')),
  sampleOf(date, oneOf(new Date(0), new Date(NaN), 'a')),
];

/** A type that is not made of others. */
export const scalarSample: fc.Arbitrary<Sample> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...simple) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(...LITERALS)
      .map((value) => sampleOf(literal(value), oneOf(value, value, 0, -0))),
  },
  { weight: 1, arbitrary: keyofs },
  { weight: 2, arbitrary: fc.constantFrom(...fromTypes) },
);
