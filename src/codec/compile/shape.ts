import type * as t from 'io-ts';

/** What every shape has. */
interface ShapeFields {
  /** The io-ts type that it was read from. */
  readonly type: t.Mixed;
}

/** A type whose check is one look at the value. */
export interface ScalarShape extends ShapeFields {
  readonly _tag:
    | 'String'
    | 'Number'
    | 'BigInt'
    | 'Boolean'
    | 'Null'
    | 'Undefined'
    | 'Function'
    | 'AnyArray'
    | 'AnyRecord'
    | 'Anything'
    | 'Nothing';
}

/** One value. */
export interface LiteralShape extends ShapeFields {
  readonly _tag: 'Literal';
  readonly value: unknown;
}

/** One of the keys of an object. */
export interface KeyofShape extends ShapeFields {
  readonly _tag: 'Keyof';
  readonly keys: Readonly<Record<string, unknown>>;
}

/** A key of an object and what stands there. */
export interface Prop {
  readonly key: string;
  readonly shape: Shape;
}

/** An object with keys that must (`Interface`) or may (`Partial`) be there. */
export interface PropsShape extends ShapeFields {
  readonly _tag: 'Interface' | 'Partial';
  readonly props: readonly Prop[];
}

/** An object that all keys but some are taken from. */
export interface ExactShape extends ShapeFields {
  readonly _tag: 'Exact';
  readonly inner: Shape;
  readonly keys: ReadonlySet<string>;
}

/** An array of any length. */
export interface ArrayShape extends ShapeFields {
  readonly _tag: 'Array';
  readonly item: Shape;
}

/** An array of a certain length; what is beyond it is cut off. */
export interface TupleShape extends ShapeFields {
  readonly _tag: 'Tuple';
  readonly items: readonly Shape[];
}

/** An object with any keys. */
export interface DictionaryShape extends ShapeFields {
  readonly _tag: 'Dictionary';
  readonly values: Shape;
}

/** The first of several that fits. */
export interface UnionShape extends ShapeFields {
  readonly _tag: 'Union';
  readonly members: readonly Shape[];
}

/** One of several objects, told apart by the literal at one key. */
export interface TaggedUnionShape extends ShapeFields {
  readonly _tag: 'TaggedUnion';
  readonly tag: string;
  readonly members: readonly TaggedMember[];
}

/** A member of a tagged union, and the literals that it has at the tag. */
export interface TaggedMember {
  readonly literals: readonly LiteralShape['value'][];
  readonly shape: Shape;
}

/** All of several. */
export interface IntersectionShape extends ShapeFields {
  readonly _tag: 'Intersection';
  readonly members: readonly Shape[];
}

/** A shape that a predicate narrows. */
export interface RefinementShape extends ShapeFields {
  readonly _tag: 'Refinement';
  readonly inner: Shape;
  readonly predicate: (value: unknown) => unknown;
}

/** A shape that may hold itself. */
export interface RecursiveShape extends ShapeFields {
  readonly _tag: 'Recursive';
  /** Gives the same shape at every call. */
  readonly inner: () => Shape;
}

/** A type that only io-ts itself can apply. */
export interface OpaqueShape extends ShapeFields {
  readonly _tag: 'Opaque';
  /** Why. */
  readonly reason: string;
}

/**
 * What an io-ts type is made of, read from its public tags. What stands here is what the type does;
 * a type that may do anything else is `Opaque`.
 */
export type Shape =
  | ScalarShape
  | LiteralShape
  | KeyofShape
  | PropsShape
  | ExactShape
  | ArrayShape
  | TupleShape
  | DictionaryShape
  | UnionShape
  | TaggedUnionShape
  | IntersectionShape
  | RefinementShape
  | RecursiveShape
  | OpaqueShape;

/** The shapes that a shape is made of. */
export function partsOf(shape: Shape): readonly Shape[] {
  switch (shape._tag) {
    case 'Interface':
    case 'Partial':
      return shape.props.map((prop) => prop.shape);
    case 'Array':
      return [shape.item];
    case 'Tuple':
      return shape.items;
    case 'Dictionary':
      return [shape.values];
    case 'Union':
    case 'Intersection':
      return shape.members;
    case 'TaggedUnion':
      return shape.members.map((member) => member.shape);
    case 'Exact':
    case 'Refinement':
      return [shape.inner];
    case 'Recursive':
      return [shape.inner()];
    default:
      return [];
  }
}
