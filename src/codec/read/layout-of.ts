import type { Check } from '../compile/check.js';
import { closureCheck } from '../compile/closure-check.js';
import type { Shape, UnionShape } from '../compile/shape.js';
import { asksAboutUndefined, hasRefinement, isKeeping } from '../compile/shape-facts.js';
import { ANY_SCALAR, NO_SCALAR } from './layout.js';
import type { Field, Layout, RefinedLayout, ScalarLayout } from './layout.js';
import { mergeAll, mergeLayouts } from './merge-layouts.js';
import { Unlearnable } from '../learned-function.js';
import type { Sample } from './sample.js';

/** Of longer arrays and records only the first items are looked at: what is written otherwise is only missed. */
const MAX_ITEMS = 64;

type ObjectSample = Extract<Sample, { _tag: 'Object' }>;

/**
 * Gives the layout of a value as it is written, whatever it means.
 *
 * @throws Unlearnable if it is written in too many ways.
 */
export function plainLayout(sample: Sample): Layout {
  switch (sample._tag) {
    case 'Scalar':
      return ANY_SCALAR;
    case 'Array': {
      const item = mergeAll(sample.items.slice(0, MAX_ITEMS).map(plainLayout));
      return { _tag: 'Array', spacing: sample.spacing, item };
    }
    case 'Object':
      return {
        _tag: 'Object',
        spacing: sample.spacing,
        fields: sample.fields.map((field) => extraField(field.key, field.value, false)),
      };
  }
}

/**
 * Gives the layout of a value that a shape takes. Whatever the layout takes, the shape takes, and
 * makes the same of it.
 *
 * @param shape - A shape that `isReadable`.
 * @param sample - A value that the shape takes.
 * @throws Unlearnable if the value is written in a way that the shape changes.
 */
export function shapedLayout(shape: Shape, sample: Sample): Layout {
  const scalar = scalarOf(shape);
  if (scalar !== undefined) return scalar;
  switch (shape._tag) {
    case 'Refinement':
      return {
        _tag: 'Refined',
        inner: shapedLayout(shape.inner, sample),
        predicate: shape.predicate,
      };
    case 'Union': {
      const members = membersOf(shape);
      const scalars = members.map((member) => scalarOf(member) ?? NO_SCALAR);
      // First, so that a predicate that throws is not passed by.
      const refined = members.flatMap((member) => refinedScalarOf(member) ?? []);
      const member = members.find((each) => checkOf(each)(sample.value));
      const own = member === undefined ? [] : [shapedLayout(member, sample)];
      return mergeAll([...refined, ...scalars, ...own]) ?? NO_SCALAR;
    }
    default:
      break;
  }
  switch (sample._tag) {
    case 'Array':
      return arrayLayout(shape, sample);
    case 'Object':
      return objectLayout(shape, sample);
    case 'Scalar':
      if (shape._tag !== 'Anything') throw surprised();
      return ANY_SCALAR;
  }
}

/** Tells whether reading a value by its layout can stand for decoding it. */
export function isReadable(shape: Shape): boolean {
  switch (shape._tag) {
    case 'Opaque':
    case 'Recursive':
      return false;
    case 'Interface':
      return shape.props.every((prop) => isReadable(prop.shape));
    case 'Partial':
      return shape.props.every(
        // io-ts would ask a predicate about undefined.
        (prop) => isReadable(prop.shape) && !asksAboutUndefined(prop.shape),
      );
    case 'Exact':
      // A predicate inside would see the keys that are left out.
      return isReadable(shape.inner) && propsOf(shape.inner) !== undefined;
    case 'Intersection':
      return (
        shape.members.every(isKeeping) &&
        propsOf(shape)?.every((prop) => isReadable(prop.shape)) === true
      );
    case 'Array':
      return isReadable(shape.item);
    case 'Dictionary':
      return isReadable(shape.values);
    case 'Tuple':
      return shape.items.every(isReadable);
    case 'Refinement':
      return isReadable(shape.inner);
    case 'TaggedUnion':
      return shape.members.every((member) => isReadable(member.shape));
    case 'Union':
      // It need not be known which of them takes the value when none changes it.
      return (
        isKeeping(shape) &&
        membersOf(shape).every(
          (member, at, { length }) =>
            isReadable(member) &&
            // What was learned is tried in its own order, in which a predicate that throws may be passed by.
            (at === length - 1 || refinedScalarOf(member) !== undefined || !hasRefinement(member)),
        )
      );
    default:
      return true;
  }
}

function arrayLayout(shape: Shape, sample: Extract<Sample, { _tag: 'Array' }>): Layout {
  const { items, spacing } = sample;
  switch (shape._tag) {
    case 'Array': {
      const item = mergeAll(
        items.slice(0, MAX_ITEMS).map((each) => shapedLayout(shape.item, each)),
      );
      return { _tag: 'Array', shape, spacing, item };
    }
    case 'Tuple':
      if (items.length !== shape.items.length)
        throw new Unlearnable('has a tuple of another length');
      return {
        _tag: 'Tuple',
        shape,
        spacing,
        items: items.map((each, at) => shapedLayout(shape.items[at] ?? shape, each)),
      };
    case 'Anything':
    case 'AnyArray':
      return plainLayout(sample);
    default:
      throw surprised();
  }
}

function objectLayout(shape: Shape, sample: ObjectSample): Layout {
  switch (shape._tag) {
    case 'Dictionary': {
      const values = sample.fields
        .slice(0, MAX_ITEMS)
        .map((field) => shapedLayout(shape.values, field.value));
      return { _tag: 'Dictionary', shape, spacing: sample.spacing, value: mergeAll(values) };
    }
    case 'TaggedUnion': {
      const { tag, members } = shape;
      const literal = sample.value[tag];
      const member = members.find(({ literals }) => literals.includes(literal));
      if (member === undefined) throw surprised();
      return shapedLayout(member.shape, sample);
    }
    case 'Exact':
      return fieldsLayout(shape, shape.inner, sample, true);
    case 'Interface':
    case 'Partial':
    case 'Intersection':
      return fieldsLayout(shape, shape, sample, false);
    case 'Anything':
    case 'AnyRecord':
      return plainLayout(sample);
    default:
      throw surprised();
  }
}

function fieldsLayout(
  shape: Shape,
  inner: Shape,
  { fields, spacing, value }: ObjectSample,
  skipsExtras: boolean,
): Layout {
  const props = propsOf(inner);
  if (props === undefined) throw surprised();
  for (const prop of props) {
    // io-ts would add the key.
    if (prop.isRequired && !Object.hasOwn(value, prop.key)) {
      throw new Unlearnable('lacks a key that is added');
    }
  }
  const shapes = new Map(props.map((prop) => [prop.key, prop.shape]));
  return {
    _tag: 'Object',
    shape,
    spacing,
    fields: fields.map((field): Field => {
      const prop = shapes.get(field.key);
      return prop === undefined
        ? extraField(field.key, field.value, skipsExtras)
        : {
            key: field.key,
            layout: shapedLayout(prop, field.value),
            isOptional: false,
            isSkipped: false,
          };
    }),
  };
}

/** A key that the type says nothing of. */
function extraField(key: string, value: Sample, isSkipped: boolean): Field {
  // It comes from the peer and goes into the text of a program: nothing but a plain word may.
  if (!/^[\w$.:/@ -]{1,64}$/.test(key)) throw new Unlearnable('has a key that is no plain word');
  return { key, layout: plainLayout(value), isOptional: false, isSkipped };
}

/** The members of a union, and of the unions among them. */
function membersOf({ members }: UnionShape): readonly Shape[] {
  return members.flatMap((member) => (member._tag === 'Union' ? membersOf(member) : [member]));
}

interface KnownProp {
  readonly key: string;
  readonly shape: Shape;
  readonly isRequired: boolean;
}

/** The keys of an object; undefined when there is more to the shape than its keys. */
function propsOf(shape: Shape): readonly KnownProp[] | undefined {
  switch (shape._tag) {
    case 'Interface':
    case 'Partial': {
      const isRequired = shape._tag === 'Interface';
      return shape.props.map((prop) => ({ ...prop, isRequired }));
    }
    case 'Intersection': {
      const all = shape.members.map(propsOf);
      if (!all.every((props) => props !== undefined)) return undefined;
      const props = all.flat();
      // A key that two of them speak of would have to satisfy both.
      return new Set(props.map(({ key }) => key)).size === props.length ? props : undefined;
    }
    default:
      return undefined;
  }
}

/** The layout of a scalar that predicates narrow; undefined unless that is what the shape is. */
function refinedScalarOf(shape: Shape): RefinedLayout | undefined {
  if (shape._tag !== 'Refinement') return undefined;
  const { inner: narrowed, predicate } = shape;
  const inner = scalarOf(narrowed) ?? refinedScalarOf(narrowed);
  return inner === undefined ? undefined : { _tag: 'Refined', inner, predicate };
}

const scalars = new WeakMap<Shape, { readonly layout: ScalarLayout | undefined }>();

/** The scalars that a shape takes; undefined unless it takes nothing else. The same at every call. */
function scalarOf(shape: Shape): ScalarLayout | undefined {
  let known = scalars.get(shape);
  if (known === undefined) {
    known = { layout: readScalar(shape) };
    scalars.set(shape, known);
  }
  return known.layout;
}

function readScalar(shape: Shape): ScalarLayout | undefined {
  switch (shape._tag) {
    case 'String':
      return { ...NO_SCALAR, strings: 'any' };
    case 'Number':
      return { ...NO_SCALAR, numbers: 'any' };
    case 'Boolean':
      return { ...NO_SCALAR, booleans: [true, false] };
    case 'Null':
      return { ...NO_SCALAR, null: true };
    // JSON has no such values.
    case 'Undefined':
    case 'BigInt':
    case 'Function':
    case 'Nothing':
      return NO_SCALAR;
    case 'Keyof':
      return { ...NO_SCALAR, strings: Object.keys(shape.keys) };
    case 'Literal':
      return literalOf(shape.value);
    case 'Union': {
      const members = shape.members.map(scalarOf);
      if (!members.every((member) => member !== undefined)) return undefined;
      const merged = members.reduce<Layout>(mergeLayouts, NO_SCALAR);
      return merged._tag === 'Scalar' ? merged : undefined;
    }
    default:
      return undefined;
  }
}

function literalOf(value: unknown): ScalarLayout {
  switch (typeof value) {
    case 'string':
      return { ...NO_SCALAR, strings: [value] };
    case 'number':
      return { ...NO_SCALAR, numbers: [value] };
    case 'boolean':
      return { ...NO_SCALAR, booleans: [value] };
    default:
      return NO_SCALAR;
  }
}

const checks = new WeakMap<Shape, Check>();

/** The check of a shape, put together once. */
function checkOf(shape: Shape): Check {
  let check = checks.get(shape);
  if (check === undefined) {
    check = closureCheck(shape);
    checks.set(shape, check);
  }
  return check;
}

function surprised(): Unlearnable {
  return new Unlearnable('is not what its type says');
}
