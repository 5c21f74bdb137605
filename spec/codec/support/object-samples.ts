import fc from 'fast-check';
import * as t from 'io-ts';

import { anyKey, objectOf } from './any-key.js';
import { anyPredicate } from './predicates.js';
import { sampleOf } from './sample.js';
import type { ObjectSample, Sample } from './sample.js';

/** The members of an object, and objects that have them. */
export interface PropsSample {
  readonly props: t.Props;
  readonly values: fc.Arbitrary<Record<string, unknown>>;
}

/** A subclass that does what its parent does. */
class Plain extends t.InterfaceType<t.Props> {
  readonly extra = 'field';
}

/** A subclass that takes more than its parent does. */
class Lenient extends t.InterfaceType<t.Props> {
  override decode(value: unknown): t.Validation<t.Props> {
    return super.decode(value === null ? {} : value);
  }
}

/** Members some of which a value may be without. */
export function anyProps(inner: fc.Arbitrary<Sample>, maxLength = 4): fc.Arbitrary<PropsSample> {
  return fc
    .uniqueArray(fc.tuple(anyKey, inner), { maxLength, selector: ([key]) => key })
    .map((entries) => ({
      props: objectOf(entries.map(([key, { type }]) => [key, type])) as t.Props,
      values: fc
        .tuple(...entries.map(([key, { values }]) => memberOf(key, values)))
        .map((members) => objectOf(members.flat())),
    }));
}

/** The key and a value, or now and then nothing at all. */
function memberOf(
  key: string,
  values: fc.Arbitrary<unknown>,
): fc.Arbitrary<readonly (readonly [string, unknown])[]> {
  return fc.oneof(
    { weight: 12, arbitrary: values.map((value) => [[key, value] as const]) },
    { weight: 1, arbitrary: fc.constant([]) },
  );
}

type Make = (props: t.Props) => t.Mixed & t.HasProps;

/** What io-ts makes of members; `exact` takes all of these. */
const MAKES: readonly Make[] = [
  (props) => t.type(props),
  (props) => t.type(props),
  (props) => t.partial(props),
  (props) => t.partial(props),
  (props) => t.readonly(t.type(props)),
  (props) => t.refinement(t.type(props), (value) => Object.keys(value).length % 3 !== 0),
  (props) => {
    const { name, is, validate, encode } = t.type(props);
    return new Plain(name, is, validate, encode, props);
  },
];

/** An object type; `exact` takes it. */
export function objectSample(inner: fc.Arbitrary<Sample>): fc.Arbitrary<ObjectSample> {
  return fc
    .tuple(fc.constantFrom(...MAKES), anyProps(inner))
    .map(([make, { props, values }]) => ({ type: make(props), values }));
}

/** An object type that cuts off what it does not know. */
export function exactSample(inner: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  const objects = objectSample(inner);
  return fc.oneof(
    objects.map(({ type, values }) => sampleOf(t.exact(type), values)),
    anyProps(inner).map(({ props, values }) => sampleOf(t.strict(props), values)),
    fc
      .tuple(objects, objects)
      .map(([one, other]) =>
        sampleOf(exactOf(t.intersection([one.type, other.type])), merged(one, other)),
      ),
    fc
      .tuple(objects, anyPredicate)
      .map(([{ type, values }, { name, test }]) =>
        sampleOf(t.exact(t.readonly(t.refinement(type, test, name))), values),
      ),
  );
}

function exactOf(type: t.Mixed & t.HasProps): t.Mixed {
  try {
    return t.exact(type);
  } catch {
    // A type at the key `__proto__` is the prototype of what io-ts gathers the others in.
    return type;
  }
}

/** A root whose own `decode` is not io-ts's. */
export function lenientSample(inner: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  return anyProps(inner).map(({ props, values }) => {
    const { name, is, validate, encode } = t.type(props);
    const type = new Lenient(name, is, validate, encode, props);
    return sampleOf(type, fc.option(values, { freq: 3 }));
  });
}

/** Values that have what two samples ask for, as far as that goes. */
export function merged(one: Sample, other: Sample): fc.Arbitrary<unknown> {
  return fc.tuple(one.values, other.values, fc.nat(9)).map(([first, second, order]) => {
    if (!isPlain(first) || !isPlain(second)) return order < 5 ? first : second;
    return objectOf([...Object.entries(first), ...Object.entries(second)]);
  });
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
