import type * as t from 'io-ts';

import { thrownText } from '../thrown-text.js';
import { builtInCombinator, builtInScalar, tagOf } from './built-in.js';
import { disjointLiterals } from './discriminant.js';
import type { OpaqueShape, Prop, Shape } from './shape.js';

/**
 * Reads what an io-ts type is made of.
 *
 * @remarks
 * Walks the public fields of io-ts's types, each type once. Whatever is not certain to do what the
 * combinator of its tag does becomes `Opaque`. Never throws.
 */
export function shapeOf(type: t.Mixed): Shape {
  try {
    return new Walk().shapeOf(type);
  } catch (thrown) {
    if (thrown instanceof TooLarge) return opaque(type, 'is too large, or has no end');
    throw thrown;
  }
}

/** A type may unfold to new types without an end. */
const MAX_TYPES = 10_000;
const MAX_DEPTH = 200;

class TooLarge extends Error {}

const OWN_VALIDATE = 'has a validate of its own';

/** The public fields of io-ts's types, each of which has some. */
interface BuiltInType extends t.Mixed {
  readonly value: unknown;
  readonly keys: Readonly<Record<string, unknown>>;
  readonly props: t.Props;
  readonly type: t.Mixed;
  readonly types: readonly t.Mixed[];
  readonly domain: t.Mixed;
  readonly codomain: t.Mixed;
  readonly tag: string;
  readonly predicate: (value: unknown) => unknown;
  readonly runDefinition: () => t.Mixed;
}

class Walk {
  readonly #shapes = new Map<t.Mixed, Shape>();
  #depth = 0;

  shapeOf(type: t.Mixed): Shape {
    const known = this.#shapes.get(type);
    if (known !== undefined) return known;
    if (this.#shapes.size >= MAX_TYPES || this.#depth >= MAX_DEPTH) throw new TooLarge();
    this.#depth += 1;
    const shape = this.#read(type);
    this.#depth -= 1;
    this.#shapes.set(type, shape);
    return shape;
  }

  #read(type: t.Mixed): Shape {
    // Which of them it has, its kind tells.
    const fields = type as BuiltInType;
    try {
      const scalar = builtInScalar(type);
      if (scalar !== undefined) return { _tag: scalar, type };
      // What is of no kind that is known is not looked into.
      return this.#readonly(fields) ?? this.#combinator(fields) ?? opaque(type, OWN_VALIDATE);
    } catch (thrown) {
      if (thrown instanceof TooLarge) throw thrown;
      return opaque(type, `cannot be read: ${thrownText(thrown)}`);
    }
  }

  /** `readonly` only renames: it takes over the `validate` of the type that it is given. */
  #readonly(type: BuiltInType): Shape | undefined {
    if (tagOf(type) !== 'ReadonlyType') return undefined;
    const { type: inner } = type;
    return type.validate === inner.validate ? { ...this.shapeOf(inner), type } : undefined;
  }

  // The text of its validate was compared: it is of the class that its combinator makes.
  #combinator(type: BuiltInType): Shape | undefined {
    const combinator = builtInCombinator(type);
    switch (combinator) {
      case undefined:
        return undefined;
      case 'Literal':
        return { _tag: 'Literal', type, value: type.value };
      case 'Keyof':
        return { _tag: 'Keyof', type, keys: type.keys };
      case 'Interface':
      case 'Partial':
        return {
          _tag: combinator,
          type,
          props: this.#props(type.props),
        };
      case 'Exact':
        return this.#exact(type);
      case 'Array':
        return { _tag: 'Array', type, item: this.shapeOf(type.type) };
      case 'Tuple':
      case 'Union':
      case 'Intersection': {
        const parts = this.#all(type.types);
        return combinator === 'Tuple'
          ? { _tag: 'Tuple', type, items: parts }
          : { _tag: combinator, type, members: parts };
      }
      case 'Dictionary':
        return this.#dictionary(type);
      case 'TaggedUnion':
        return this.#taggedUnion(type);
      case 'Refinement': {
        const { type: narrowed, predicate } = type;
        return { _tag: 'Refinement', type, inner: this.shapeOf(narrowed), predicate };
      }
      case 'Recursive':
        return this.#recursive(type);
    }
  }

  #all(types: readonly t.Mixed[]): Shape[] {
    return types.map((type) => this.shapeOf(type));
  }

  #props(props: t.Props): Prop[] {
    return Object.entries(props).map(([key, type]) => ({ key, shape: this.shapeOf(type) }));
  }

  #exact(type: BuiltInType): Shape {
    const inner = this.shapeOf(type.type);
    const keys = keysOf(inner);
    if (keys === undefined) return opaque(type, 'is exact about something else than an object');
    // io-ts copies by assignment, which sets the prototype.
    if (keys.has('__proto__')) return opaque(type, 'has the key __proto__');
    return { _tag: 'Exact', type, inner, keys };
  }

  #dictionary(type: BuiltInType): Shape {
    if (builtInScalar(type.domain) !== 'String') {
      return opaque(type, 'is a record with keys other than string');
    }
    // Such a record takes arrays, too.
    if (tagOf(type.codomain) === 'AnyType') return opaque(type, 'is a record of any');
    return { _tag: 'Dictionary', type, values: this.shapeOf(type.codomain) };
  }

  #taggedUnion(type: BuiltInType): Shape {
    const { tag } = type;
    const members = disjointLiterals(tag, this.#all(type.types));
    return members === undefined
      ? opaque(type, `has members whose ${tag} cannot be told apart`)
      : { _tag: 'TaggedUnion', type, tag, members };
  }

  #recursive(type: BuiltInType): Shape {
    let inner: Shape = opaque(type, 'is nothing but itself');
    const shape: Shape = { _tag: 'Recursive', type, inner: () => inner };
    this.#shapes.set(type, shape);
    inner = this.shapeOf(type.runDefinition());
    return inner === shape ? opaque(type, 'is nothing but itself') : shape;
  }
}

function opaque(type: t.Mixed, reason: string): OpaqueShape {
  return { _tag: 'Opaque', type, reason };
}

/** The keys that `exact` leaves on an object. */
function keysOf(shape: Shape): ReadonlySet<string> | undefined {
  switch (shape._tag) {
    case 'Interface':
    case 'Partial':
      return new Set(shape.props.map(({ key }) => key));
    case 'Refinement':
      return keysOf(shape.inner);
    case 'Intersection': {
      const keys = shape.members.map(keysOf);
      return keys.every((each) => each !== undefined)
        ? new Set(keys.flatMap((each) => [...each]))
        : undefined;
    }
    default:
      return undefined;
  }
}
