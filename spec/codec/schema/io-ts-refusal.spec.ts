import * as t from 'io-ts';
import { describe, expect, it } from 'vitest';

import { ioTsRefusal } from '../../../src/codec/schema/io-ts-refusal.js';
import { MAX_ISSUES } from '../../../src/codec/schema/refusal.js';
import type { SchemaRefusal } from '../../../src/codec/schema/schema-check.js';

function refusalOf(type: t.Decoder<unknown, unknown>, value: unknown): SchemaRefusal {
  const result = type.decode(value);
  if (result._tag === 'Right') throw new Error('the value fits the type');
  return ioTsRefusal(type.name, value, result.left);
}

/** Each issue as `path: expected <- actual`. */
function issuesOf(type: t.Decoder<unknown, unknown>, value: unknown): string[] {
  return refusalOf(type, value).issues.map(
    ({ path, expected, actual }) => `${path.join('/')}: ${expected} <- ${actual}`,
  );
}

interface PositiveBrand {
  readonly Positive: unique symbol;
}
const Positive = t.brand(t.number, (n): n is t.Branded<number, PositiveBrand> => n > 0, 'Positive');

interface Tree {
  readonly leaf: number;
  readonly children: readonly Tree[];
}
const Tree: t.Type<Tree> = t.recursion('Tree', () =>
  t.intersection([t.type({ leaf: t.number }), t.type({ children: t.readonlyArray(Tree) })]),
);

const Item = t.type({ price: t.number }, 'Item');
const Order = t.type({ order: t.type({ items: t.array(Item) }) });

/** Accepts what its union does, but does not look like one. */
const Wrapped = new t.Type<string | number | undefined>(
  'Wrapped',
  (value): value is string | number | undefined => value === undefined,
  (value, context) => t.union([t.string, t.number]).validate(value, context),
  t.identity,
);

const Split = t.string.pipe(
  new t.Type<readonly number[], string, string>(
    'Split',
    (value): value is readonly number[] => Array.isArray(value),
    (text, context) => t.array(t.number).validate(text.split(','), context),
    String,
  ),
);

describe('ioTsRefusal', () => {
  it('should hold the issues', () => {
    expect(refusalOf(Item, { price: '12' })).toStrictEqual({
      issues: [{ path: ['price'], expected: 'number', actual: '"12"' }],
    });
  });

  it.each<[string, t.Decoder<unknown, unknown>, unknown, string[]]>([
    ['the message itself', t.number, 'x', [': number <- "x"']],
    ['a missing key', Item, {}, ['price: number <- undefined']],
    [
      'keys and array positions',
      Order,
      { order: { items: [{ price: '12' }, { price: 1 }, null] } },
      ['order/items/0/price: number <- "12"', 'order/items/2: Item <- null'],
    ],
    ['two zeros', t.array(t.string), [0, -0], ['0: string <- 0', '1: string <- -0']],
    ['a tuple', t.tuple([t.string, t.number]), ['a', 'b'], ['1: number <- "b"']],
    [
      'an intersection',
      t.type({ a: t.intersection([Item, t.partial({ size: t.number })]) }),
      { a: { price: 'x', size: 'y' } },
      ['a/price: number <- "x"', 'a/size: number <- "y"'],
    ],
    [
      'an intersection of no object',
      t.intersection([Item, t.type({ id: t.string }, 'Id')]),
      null,
      [': Item <- null', ': Id <- null'],
    ],
    [
      'a union in an object',
      t.type({ a: t.union([t.string, t.null]) }),
      { a: 5 },
      ['a: string <- 5', 'a: null <- 5'],
    ],
    [
      'a union of a missing key',
      t.type({ a: t.union([t.string, t.number]) }),
      {},
      ['a: string <- undefined', 'a: number <- undefined'],
    ],
    [
      'NaN in a union',
      t.array(t.union([t.string, t.null])),
      [NaN],
      ['0: string <- NaN', '0: null <- NaN'],
    ],
    [
      'a union of arrays',
      t.union([t.array(t.number), t.array(t.string)]),
      [true],
      ['0: number <- true', '0: string <- true'],
    ],
    [
      'a tagged union',
      t.union([
        t.type({ kind: t.literal('a'), x: t.number }, 'A'),
        t.type({ kind: t.literal('b'), y: t.number }, 'B'),
      ]),
      { kind: 'b', y: '1' },
      ['y: number <- "1"'],
    ],
    [
      'a union in an intersection in a union',
      t.union([t.intersection([t.union([Item, t.null]), t.type({ id: t.number })]), t.undefined]),
      { price: 'x', id: 1 },
      [
        'price: number <- "x"',
        ': null <- {"price":"x","id":1}',
        ': undefined <- {"price":"x","id":1}',
      ],
    ],
    [
      'keys of digits, which are no positions',
      t.record(t.string, t.record(t.string, t.number)),
      { 0: { 1: 'x' } },
      ['0/1: number <- "x"'],
    ],
    [
      'a partial, an exact and a readonly type',
      t.readonly(t.exact(t.partial({ a: t.strict({ b: t.number }) }))),
      { a: { b: null } },
      ['a/b: number <- null'],
    ],
    [
      'a recursive type',
      Tree,
      { leaf: 1, children: [{ leaf: 2, children: [{ leaf: '3', children: [] }] }] },
      ['children/0/children/0/leaf: number <- "3"'],
    ],
    ['a brand', t.type({ n: Positive }), { n: -1 }, ['n: Positive <- -1']],
    [
      'a keyof',
      t.type({ side: t.keyof({ buy: null, sell: null }) }),
      { side: 'x' },
      ['side: "buy" | "sell" <- "x"'],
    ],
    [
      'a type that hides a union',
      t.type({ a: Wrapped }),
      { a: true },
      ['a: string <- true', 'a: number <- true'],
    ],
    [
      'a type that makes an array of a string',
      t.type({ a: Split }),
      { a: '1,2' },
      ['a/0: number <- "1"', 'a/1: number <- "2"'],
    ],
  ])('should say where in %s', (_, type, value, issues) => {
    expect(issuesOf(type, value)).toEqual(issues);
  });

  it('should keep the key of a context entry that does not say its value', () => {
    const Bare = new t.Type<unknown>(
      'Bare',
      t.unknown.is,
      (value, context) => t.failure(value, [...context, t.getContextEntry('0', t.never)]),
      t.identity,
    );
    expect(issuesOf(t.type({ a: Bare }), {})).toEqual(['a/0: never <- undefined']);
  });

  it('should keep a name that a type gives to the value itself', () => {
    const Named = new t.Type<unknown>(
      'Named',
      t.unknown.is,
      (value, context) => t.failure(value, t.appendContext(context, 'inner', t.never, value)),
      t.identity,
    );
    expect(issuesOf(t.type({ a: Named }), { a: 1 })).toEqual(['a/inner: never <- 1']);
  });

  it('should name the type itself when an error has no context', () => {
    expect(ioTsRefusal('Item', 1, [{ value: 1, context: [] }]).issues).toStrictEqual([
      { path: [], expected: 'Item', actual: '1' },
    ]);
  });

  it('should have an issue even when the type gives no error', () => {
    expect(ioTsRefusal('Item', { a: 1 }, []).issues).toStrictEqual([
      { path: [], expected: 'Item', actual: '{"a":1}' },
    ]);
  });

  it('should take over the message of a type, escaped', () => {
    const Even = new t.Type<number>(
      'Even',
      t.number.is,
      (value, context) => t.failure(value, context, 'must be\neven'),
      t.identity,
    );
    expect(refusalOf(t.type({ n: Even }), { n: 3 }).issues).toStrictEqual([
      { path: ['n'], expected: 'Even', actual: '3', message: String.raw`must be\u000aeven` },
    ]);
  });

  it.each([
    [MAX_ISSUES - 1, undefined],
    [MAX_ISSUES, undefined],
    [MAX_ISSUES + 1, 1],
    [10_000, 10_000 - MAX_ISSUES],
  ])('should count what it leaves out of %i issues', (count, omittedIssues) => {
    const refusal = refusalOf(t.array(t.number), Array.from({ length: count }, String));
    expect(refusal.issues).toHaveLength(Math.min(count, MAX_ISSUES));
    expect(refusal.omittedIssues).toBe(omittedIssues);
    expect('omittedIssues' in refusal).toBe(omittedIssues !== undefined);
  });

  it('should look at a value once, however many members of a union refuse it', () => {
    let reads = 0;
    const value = Object.defineProperty({}, 'a', { enumerable: true, get: () => (reads += 1) });
    const issues = issuesOf(t.union([t.number, t.string, t.null]), value);
    expect(issues).toEqual([': number <- {"a":1}', ': string <- {"a":1}', ': null <- {"a":1}']);
  });
});
