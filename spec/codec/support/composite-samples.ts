import fc from 'fast-check';
import * as t from 'io-ts';

import { anyKey, objectOf } from './any-key.js';
import { merged } from './object-samples.js';
import { anyPredicate } from './predicates.js';
import { sampleOf, typesOf, unionOf } from './sample.js';
import type { Members, Sample } from './sample.js';

type SampleOf = (inner: fc.Arbitrary<Sample>) => fc.Arbitrary<Sample>;

export const arraySample: SampleOf = (inner) =>
  fc
    .tuple(inner, fc.boolean())
    .map(([{ type, values }, isReadonly]) =>
      sampleOf(
        isReadonly ? t.readonlyArray(type) : t.array(type),
        fc.array(values, { maxLength: 3 }),
      ),
    );

export const tupleSample: SampleOf = (inner) =>
  fc.array(inner, { maxLength: 3 }).map((items) =>
    sampleOf(
      t.tuple(typesOf(items)),
      fc.tuple(fc.tuple(...items.map(({ values }) => values)), fc.nat(7)).map(([all, length]) => {
        if (length === 0) return [...all, 'more'];
        return length === 1 ? all.slice(1) : all;
      }),
    ),
  );

const isShort = (key: string): key is t.Branded<string, { Short: symbol }> => key.length < 3;

const DOMAINS: readonly t.Mixed[] = [
  t.string,
  t.string,
  t.string,
  t.readonly(t.string),
  t.keyof({ a: null, b: null }),
  t.literal('a'),
  t.union([t.literal('a'), t.literal('b')]),
  t.brand(t.string, isShort, 'Short'),
  t.never as unknown as t.Mixed,
];

export const recordSample: SampleOf = (inner) =>
  fc
    .tuple(fc.constantFrom(...DOMAINS), fc.oneof({ weight: 7, arbitrary: inner }, anySample))
    .map(([domain, { type, values }]) =>
      sampleOf(
        t.record(domain, type),
        fc.array(fc.tuple(anyKey, values), { maxLength: 3 }).map(objectOf),
      ),
    );

// A record of any takes arrays, too.
const anySample: fc.Arbitrary<Sample> = fc.constant(sampleOf(t.any, fc.constantFrom('a', 1)));

export const unionSample: SampleOf = (inner) =>
  fc
    .array(inner, { minLength: 1, maxLength: 4 })
    .map((members) => sampleOf(unionOf(members), fc.oneof(...members.map(({ values }) => values))));

export const intersectionSample: SampleOf = (inner) =>
  fc
    .tuple(fc.array(inner, { minLength: 2, maxLength: 3 }), fc.nat(9))
    .map(([[one = NOTHING, other = one, ...more], number]) => {
      const both = merged(one, other);
      if (number === 0) return sampleOf(t.intersection([] as unknown as Members), both);
      if (number === 1) return sampleOf(t.intersection(typesOf([one, one])), one.values);
      return sampleOf(t.intersection(typesOf([one, other, ...more])), both);
    });

const NOTHING: Sample = sampleOf(t.unknown, fc.constant(undefined));

/** One type in several places. */
export const twinSample: SampleOf = (inner) =>
  fc.tuple(inner, fc.nat(3)).map(([sample, kind]) => {
    const { type, values } = sample;
    if (kind === 0) {
      const pair = fc.tuple(values, values).map(([a, b]) => ({ a, b }));
      return sampleOf(t.type({ a: type, b: type }), pair);
    }
    if (kind === 1) return sampleOf(t.tuple([type, type]), fc.tuple(values, values));
    const narrowed = t.refinement(type, () => true, 'same');
    const both = sampleOf(t.intersection([type, narrowed]), values);
    return sampleOf(unionOf([both, sample]), values);
  });

export const refinementSample: SampleOf = (inner) =>
  fc
    .tuple(inner, anyPredicate, fc.boolean())
    .map(([{ type, values }, { name, test }, isBrand]) =>
      sampleOf(
        isBrand ? t.brand(type, isNamed(test), 'Brand') : t.refinement(type, test, name),
        values,
      ),
    );

export const readonlySample: SampleOf = (inner) =>
  inner.map(({ type, values }) => sampleOf(t.readonly(type), values));

function isNamed(
  test: (value: unknown) => boolean,
): (value: unknown) => value is t.Branded<unknown, { readonly Brand: symbol }> {
  return (value): value is t.Branded<unknown, { readonly Brand: symbol }> => test(value);
}
