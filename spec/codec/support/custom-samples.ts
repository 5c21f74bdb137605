import { Ord } from 'fp-ts/lib/string.js';
import { contramap } from 'fp-ts/lib/Ord.js';
import fc from 'fast-check';
import * as t from 'io-ts';
import { JsonFromString } from 'io-ts-types/lib/JsonFromString.js';
import { clone } from 'io-ts-types/lib/clone.js';
import { fromNullable } from 'io-ts-types/lib/fromNullable.js';
import { fromRefinement } from 'io-ts-types/lib/fromRefinement.js';
import { nonEmptyArray } from 'io-ts-types/lib/nonEmptyArray.js';
import { optionFromNullable } from 'io-ts-types/lib/optionFromNullable.js';
import { setFromArray } from 'io-ts-types/lib/setFromArray.js';
import { withEncode } from 'io-ts-types/lib/withEncode.js';
import { withFallback } from 'io-ts-types/lib/withFallback.js';
import { withMessage } from 'io-ts-types/lib/withMessage.js';
import { withValidate } from 'io-ts-types/lib/withValidate.js';

import { oneOf, sampleOf } from './sample.js';
import type { Sample } from './sample.js';

type Validate = t.Validate<unknown, unknown>;

function custom(name: string, validate: Validate): t.Mixed {
  return new t.Type<unknown>(name, t.unknown.is, validate, t.identity);
}

/** Types that no combinator made. */
const customs: readonly Sample[] = [
  sampleOf(
    custom('reversed', (value, context) =>
      typeof value === 'string' ? t.success(value + '!') : t.failure(value, context),
    ),
    oneOf('a', ''),
  ),
  sampleOf(
    custom('nothing for null', (value) => t.success(value === null ? undefined : value)),
    oneOf(null, 'a', undefined),
  ),
  sampleOf(
    custom('a for nothing', (value) => t.success(value ?? 'a')),
    oneOf(undefined, 'b'),
  ),
  // What stands around it, as it is told.
  sampleOf(
    custom('context', (_, context) =>
      t.success({
        keys: context.map(({ key }) => key),
        types: context.map(({ type }) => type),
        actuals: context.map(({ actual }) => actual),
      }),
    ),
    oneOf('a', undefined),
  ),
  // Its sibling `a` decides.
  sampleOf(
    custom('sibling', (value, context) => {
      const parent: unknown = context.at(-2)?.actual;
      const isThere = typeof parent === 'object' && parent !== null && 'a' in parent;
      return isThere ? t.success(value) : t.failure(value, context);
    }),
    oneOf('a', 1),
  ),
  sampleOf(
    custom('throwing', (value, context) => {
      if (value === 'b') throw new Error('b');
      return value === 1 ? t.success('one') : t.failure(value, context);
    }),
    oneOf('b', 1, 'a'),
  ),
  // The very functions of io-ts's own, in another place.
  sampleOf(custom('string by another name', t.string.validate), oneOf('a')),
  sampleOf(custom('anything by another name', t.success), oneOf('a', undefined)),
];

const ordered = contramap((value: unknown) => (typeof value === 'string' ? value : typeof value))(
  Ord,
);

const WRAPPERS: readonly ((sample: Sample) => Sample)[] = [
  ({ type, values }) => sampleOf(withFallback(type, 'fallback'), values),
  ({ type, values }) => sampleOf(withFallback(type, { a: 'fallback' }), values),
  ({ type, values }) =>
    sampleOf(
      withMessage(type, () => 'message'),
      values,
    ),
  ({ type, values }) =>
    sampleOf(
      withValidate(type, (value, context) =>
        value === 'a' ? t.success('b') : type.validate(value, context),
      ),
      values,
    ),
  ({ type, values }) =>
    sampleOf(
      withEncode(type, (value: unknown) => [value]),
      values,
    ),
  ({ type, values }) => sampleOf(fromNullable(type, 'default'), fc.option(values)),
  ({ type, values }) => sampleOf(optionFromNullable(type), fc.option(values)),
  ({ type, values }) => sampleOf(setFromArray(type, ordered), fc.array(values, { maxLength: 2 })),
  ({ type, values }) => sampleOf(nonEmptyArray(type), fc.array(values, { maxLength: 3 })),
  ({ type, values }) =>
    sampleOf(
      fromRefinement('any', (value): value is unknown => type.is(value)),
      values,
    ),
  ({ type }) => sampleOf(JsonFromString.pipe(type), oneOf('1', '"a"', '{}', '[]', '{"a":"a"}')),
  ({ type, values }) => sampleOf(type.pipe(t.unknown), values),
  ({ type, values }) => sampleOf(clone(type), values),
  ({ type, values }) => sampleOf({ ...type } as unknown as t.Mixed, values),
  ({ type, values }) =>
    sampleOf(
      Object.assign(clone(type), {
        validate: (value: unknown, context: t.Context) =>
          value === undefined ? t.success('swapped') : type.validate(value, context),
      }),
      values,
    ),
  ({ type, values }) =>
    sampleOf(
      Object.assign(clone(type), {
        decode: (value: unknown) => (value === 'a' ? t.success('swapped') : type.decode(value)),
      }),
      values,
    ),
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- they do nothing, which is to be seen
  ({ type, values }) => sampleOf(t.clean(type), values),
];

/** A type that is not what it is tagged as, or has no tag. */
export const customSample: fc.Arbitrary<Sample> = fc.constantFrom(...customs);

/** A type made of another by something else than io-ts's own combinators. */
export function wrappedSample(inner: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  return fc.tuple(fc.constantFrom(...WRAPPERS), inner).map(([wrap, sample]) => wrap(sample));
}
