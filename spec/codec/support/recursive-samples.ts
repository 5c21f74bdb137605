import fc from 'fast-check';
import * as t from 'io-ts';

import { recursionOf, sampleOf } from './sample.js';
import type { Sample } from './sample.js';

type Make = (leaf: Sample) => Sample;

/** Values that hold values of the same kind, few levels deep. */
function nested(
  make: (self: fc.Arbitrary<unknown>) => fc.Arbitrary<unknown>,
  levels = 3,
): fc.Arbitrary<unknown> {
  let values: fc.Arbitrary<unknown> = fc.constant(null);
  for (let level = 0; level < levels; level += 1) values = make(values);
  return values;
}

const list: Make = ({ type, values }) =>
  sampleOf(
    recursionOf('List', (self) => t.type({ a: type, next: t.union([self, t.null]) })),
    nested((next) => fc.record({ a: values, next })),
  );

const tree: Make = ({ type, values }) =>
  sampleOf(
    recursionOf('Tree', (self) => t.type({ a: type, b: t.array(self) })),
    nested((self) => fc.record({ a: values, b: fc.array(self, { maxLength: 2 }) })),
  );

const optional: Make = ({ type, values }) =>
  sampleOf(
    recursionOf('Optional', (self) => t.partial({ a: type, next: self })),
    nested((next) => fc.record({ a: values, next }, { requiredKeys: [] })),
  );

const strict: Make = ({ type, values }) =>
  sampleOf(
    recursionOf('Strict', (self) =>
      t.strict({ a: type, next: t.union([t.undefined, t.null, self]) }),
    ),
    nested((next) => fc.record({ a: values, next, c: values }, { requiredKeys: ['a'] })),
  );

const json: Make = ({ type, values }) =>
  sampleOf(
    recursionOf('Json', (self) => t.union([type, t.null, t.array(self), t.record(t.string, self)])),
    nested((self) =>
      fc.oneof(
        values,
        fc.array(self, { maxLength: 2 }),
        fc.dictionary(fc.constantFrom('a', 'b'), self, { maxKeys: 2 }),
      ),
    ),
  );

/** Two that hold one another, told apart by a literal. */
const mutual: Make = ({ type, values }) => {
  const one: t.Mixed = recursionOf('One', () =>
    t.type({ kind: t.literal('one'), a: type, next: both }),
  );
  const other: t.Mixed = recursionOf('Other', () =>
    t.exact(t.partial({ kind: t.literal('other'), b: t.readonly(one) })),
  );
  const both: t.Mixed = recursionOf('Both', () => t.union([one, other, t.null]));
  return sampleOf(
    t.type({ a: both, b: t.union([one, t.undefined]) }),
    fc.record({
      a: nested((next) =>
        fc.record({ kind: fc.constantFrom('one', 'other'), a: values, b: next, next }),
      ),
      b: nested((next) => fc.record({ kind: fc.constant('one'), a: values, next })),
    }),
  );
};

const expression: Make = ({ type, values }) => {
  const sum: t.Mixed = recursionOf('Sum', () =>
    t.type({ kind: t.literal('sum'), a: term, b: term }),
  );
  const term: t.Mixed = recursionOf('Term', () =>
    t.union([sum, t.type({ kind: t.literal('leaf'), a: type })]),
  );
  const terms = nested((self) =>
    fc.oneof(
      fc.record({ kind: fc.constant('leaf'), a: values }),
      fc.record({ kind: fc.constant('sum'), a: self, b: self }),
    ),
  );
  return sampleOf(t.tuple([term, sum]), fc.tuple(terms, terms));
};

/** A recursion that only renames. */
const shallow: Make = ({ type, values }) =>
  sampleOf(
    // Not the type itself, which io-ts would rename.
    recursionOf('Shallow', () => t.readonly(type)),
    values,
  );

const renamed: Make = ({ type, values }) =>
  sampleOf(
    recursionOf('Renamed', (self) =>
      t.readonly(t.intersection([t.type({ a: type }), t.partial({ next: t.readonly(self) })])),
    ),
    nested((next) => fc.record({ a: values, next }, { requiredKeys: ['a'] })),
  );

/** A type that holds itself, with other types among it. */
export function recursiveSample(inner: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  const make = fc.constantFrom(
    list,
    tree,
    optional,
    strict,
    json,
    mutual,
    expression,
    shallow,
    renamed,
  );
  return fc.tuple(make, inner).map(([of, leaf]) => of(leaf));
}
