import * as t from 'io-ts';

/** The shapes of the types that io-ts has one object for each. */
const SCALARS: ReadonlyMap<unknown, BuiltInScalar> = new Map<unknown, BuiltInScalar>([
  [t.string.validate, 'String'],
  [t.number.validate, 'Number'],
  [t.bigint.validate, 'BigInt'],
  [t.boolean.validate, 'Boolean'],
  [t.nullType.validate, 'Null'],
  [t.undefined.validate, 'Undefined'],
  [t.Function.validate, 'Function'],
  [t.UnknownArray.validate, 'AnyArray'],
  [t.UnknownRecord.validate, 'AnyRecord'],
  [t.unknown.validate, 'Anything'],
  [t.never.validate, 'Nothing'],
]);

type BuiltInScalar =
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

/** Which of io-ts's own scalar types checks as this one does. */
export function builtInScalar(type: t.Mixed): BuiltInScalar | undefined {
  return SCALARS.get(type.validate);
}

/** The combinators of io-ts, by the tag and the text of what they make. */
const COMBINATORS: ReadonlyMap<string, BuiltInCombinator> = new Map(
  (
    [
      ['Literal', t.literal('a')],
      ['Keyof', t.keyof({ a: null })],
      ['Interface', t.type({})],
      ['Partial', t.partial({})],
      ['Exact', t.exact(t.type({}))],
      ['Array', t.array(t.string)],
      ['Array', t.readonlyArray(t.string)],
      ['Tuple', t.tuple([t.string])],
      ['Dictionary', t.record(t.string, t.string)],
      ['Union', t.union([t.string, t.number])],
      ['TaggedUnion', t.union([t.type({ a: t.literal('a') }), t.type({ a: t.literal('b') })])],
      ['Intersection', t.intersection([t.string, t.string])],
      ['Refinement', t.refinement(t.string, () => true)],
      ['Recursive', t.recursion<string>('', () => t.string)],
    ] satisfies [BuiltInCombinator, t.Mixed][]
  ).map(([name, type]) => [identityOf(type), name]),
);

type BuiltInCombinator =
  | 'Literal'
  | 'Keyof'
  | 'Interface'
  | 'Partial'
  | 'Exact'
  | 'Array'
  | 'Tuple'
  | 'Dictionary'
  | 'Union'
  | 'TaggedUnion'
  | 'Intersection'
  | 'Refinement'
  | 'Recursive';

/**
 * Which combinator of io-ts a type does the work of.
 *
 * @remarks
 * The tag alone does not tell: `withFallback` and the like clone a type, tag and all, and replace its
 * `validate`. Each combinator makes its `validate` from one function literal, whose text is compared.
 */
export function builtInCombinator(type: t.Mixed): BuiltInCombinator | undefined {
  return COMBINATORS.get(identityOf(type));
}

/** The `_tag` of an io-ts type; an empty string for a type of the program's own. */
export function tagOf(type: t.Mixed): string {
  return '_tag' in type && typeof type._tag === 'string' ? type._tag : '';
}

function identityOf(type: t.Mixed): string {
  return `${tagOf(type)} ${Function.prototype.toString.call(type.validate)}`;
}
