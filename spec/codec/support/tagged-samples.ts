import fc from 'fast-check';
import * as t from 'io-ts';

import { objectOf } from './any-key.js';
import { anyProps, merged } from './object-samples.js';
import type { PropsSample } from './object-samples.js';
import { oneOf, sampleOf, unionOf } from './sample.js';
import type { Sample } from './sample.js';
import { literal, LITERALS } from './scalar-samples.js';

/** Objects that have a literal at a key. */
interface Member {
  readonly tag: string;
  readonly literal: unknown;
  readonly rest: PropsSample;
}

type Wrap = (member: Member) => Sample;

const plain: Wrap = ({ tag, literal: value, rest: { props, values } }) => {
  const tagged = fc
    .tuple(values, fc.boolean())
    .map(([members, isFirst]) =>
      objectOf(
        isFirst
          ? [[tag, value], ...Object.entries(members)]
          : [...Object.entries(members), [tag, value]],
      ),
    );
  return sampleOf(
    t.type(objectOf([...Object.entries(props), [tag, literal(value)]]) as t.Props),
    tagged,
  );
};

/** Ways to say the same; some of them hide the literal from io-ts. */
const WRAPS: readonly Wrap[] = [
  plain,
  plain,
  plain,
  ({ tag, literal: value, rest: { props, values } }) => {
    const { values: tagged } = plain({ tag, literal: value, rest: { props, values } });
    const all = objectOf([[tag, literal(value)], ...Object.entries(props)]) as t.Props;
    return sampleOf(t.strict({ ...all, [tag]: literal(value) }), tagged);
  },
  (member) => {
    const { type, values } = plain(member);
    return sampleOf(t.readonly(type), values);
  },
  (member) => {
    const { type, values } = plain(member);
    return sampleOf(
      t.refinement(type, (value) => Object.keys(value as object).length < 4, 'few'),
      values,
    );
  },
  (member) => {
    const { type, values } = plain(member);
    return sampleOf(
      t.recursion('tagged', () => type),
      values,
    );
  },
  ({ tag, literal: value, rest: { props, values } }) => {
    const one = sampleOf(t.type({ [tag]: literal(value) }), fc.constant({ [tag]: value }));
    const other = sampleOf(t.partial(props), values);
    return sampleOf(t.intersection([other.type, one.type]), merged(other, one));
  },
  ({ tag, literal: value, rest }) => {
    const both = [value, 'second'].map((each) => plain({ tag, literal: each, rest }));
    return sampleOf(unionOf(both), fc.oneof(...both.map(({ values }) => values)));
  },
  // No tags at all: the union has to be tried.
  ({ tag, literal: value, rest: { props, values } }) =>
    sampleOf(
      t.partial(props),
      fc
        .tuple(values, oneOf(value))
        .map(([members, each]) => objectOf([...Object.entries(members), [tag, each]])),
    ),
];

/** A union whose members are told apart by literals, mostly. */
export function taggedSample(inner: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  const tag = fc.constantFrom('kind', 'kind', 'a', '__proto__', '', '0', 'constructor');
  const member = fc.tuple(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'c') },
      fc.constantFrom(...LITERALS),
    ),
    anyProps(inner, 2),
    fc.constantFrom(...WRAPS),
  );
  // Every now and then two members have the same.
  return fc
    .tuple(
      tag,
      fc.oneof(
        {
          weight: 5,
          arbitrary: fc.uniqueArray(member, { selector: ([value]) => value, ...LENGTH }),
        },
        { weight: 1, arbitrary: fc.array(member, LENGTH) },
      ),
    )
    .map(([key, members]) => {
      const samples = members.map(([value, rest, wrap]) =>
        wrap({ tag: key, literal: value, rest }),
      );
      return sampleOf(unionOf(samples), fc.oneof(...samples.map(({ values }) => values)));
    });
}

const LENGTH = { minLength: 1, maxLength: 4 };
