import * as t from 'io-ts';
import { DateFromISOString } from 'io-ts-types/lib/DateFromISOString.js';
import { NumberFromString } from 'io-ts-types/lib/NumberFromString.js';
import { withFallback } from 'io-ts-types/lib/withFallback.js';
import { beforeEach, describe, expect, it } from 'vitest';

import { leftToIoTs } from '../../../src/codec/compile/left-to-io-ts.js';
import type { LeftToIoTs } from '../../../src/codec/compile/left-to-io-ts.js';
import { shapeOf } from '../../../src/codec/compile/shape-of.js';
import type { Shape } from '../../../src/codec/compile/shape.js';

const OWN = 'has a validate of its own';

function leftOf(type: t.Mixed): readonly LeftToIoTs[] {
  return leftToIoTs(shapeOf(type));
}

/** As io-ts is used without types, so that anything may be defined. */
function recursion(define: (self: t.Mixed) => t.Mixed): t.Mixed {
  return t.recursion<unknown>('Recursion', define);
}

/** As above. */
function exactOfAnything(type: t.Mixed): t.Mixed {
  return t.exact(type as unknown as t.HasProps);
}

const ShortKey = t.brand(
  t.string,
  (key): key is t.Branded<string, { readonly Short: symbol }> => key.length < 3,
  'Short',
);

function pathsOf(type: t.Mixed): readonly string[] {
  return leftOf(type).map(({ path }) => path.join('/'));
}

describe('leftToIoTs', () => {
  it.each([
    t.string,
    t.unknown,
    t.literal('a'),
    t.keyof({ a: null }),
    t.type({ a: t.array(t.tuple([t.string, t.record(t.string, t.null)])) }),
    t.exact(t.partial({ a: t.union([t.string, t.undefined]) })),
    t.intersection([t.type({ a: t.Int }), t.partial({ b: t.readonlyArray(t.boolean) })]),
  ])('should find nothing in $name', (type: t.Mixed) => {
    expect(leftOf(type)).toEqual([]);
  });

  it('should tell the name of the type and why it is left', () => {
    expect(leftOf(t.type({ at: DateFromISOString }))).toEqual([
      { path: ['at'], type: 'DateFromISOString', reason: OWN },
    ]);
  });

  it('should find the type itself', () => {
    expect(leftOf(NumberFromString)).toEqual([{ path: [], type: 'NumberFromString', reason: OWN }]);
  });

  it.each<[string, string, t.Mixed]>([
    ['a key', 'a', t.type({ a: NumberFromString })],
    ['a key that may be left out', 'a', t.partial({ a: NumberFromString })],
    ['a key that could be a path', 'a/b', t.type({ 'a/b': NumberFromString })],
    ['an item of an array', '[]', t.array(NumberFromString)],
    ['an item of a read-only array', '[]', t.readonlyArray(NumberFromString)],
    ['a position of a tuple', '1', t.tuple([t.string, NumberFromString])],
    ['a value of a record', '*', t.record(t.string, NumberFromString)],
    ['a member of a union', '', t.union([t.boolean, NumberFromString])],
    ['a member of an intersection', '', t.intersection([t.unknown, NumberFromString])],
    ['what is narrowed', '', t.refinement(NumberFromString, (n) => n > 0)],
    ['an object without extra keys', 'a', t.exact(t.type({ a: NumberFromString }))],
    ['a strict object', 'a', t.strict({ a: NumberFromString })],
    ['a read-only object', 'a', t.readonly(t.type({ a: NumberFromString }))],
    [
      'a member of a tagged union',
      'n',
      t.union([
        t.type({ k: t.literal('a'), n: NumberFromString }),
        t.type({ k: t.literal('b'), n: t.string }),
      ]),
    ],
    ['a recursion', 'n', recursion(() => t.type({ n: NumberFromString }))],
  ])('should find it in %s', (_, path, type) => {
    expect(leftOf(type)).toEqual([
      { path: path === '' ? [] : [path], type: 'NumberFromString', reason: OWN },
    ]);
  });

  it('should find what is deep inside, in order', () => {
    const type = t.type({
      orders: t.array(
        t.strict({
          at: DateFromISOString,
          legs: t.tuple([t.partial({ price: NumberFromString })]),
        }),
      ),
      more: t.record(t.string, t.union([t.null, withFallback(t.string, '')])),
    });
    expect(pathsOf(type)).toEqual(['orders/[]/at', 'orders/[]/legs/0/price', 'more/*']);
  });

  it.each<[string, t.Mixed]>([
    ['is a record with keys other than string', t.record(ShortKey, t.string)],
    ['is a record of any', t.record(t.string, t.any)],
    ['is exact about something else than an object', exactOfAnything(t.array(t.string))],
    ['is nothing but itself', recursion((self) => self)],
    [
      'cannot be read: not yet',
      recursion(() => {
        throw new Error('not yet');
      }),
    ],
  ])('should say that it %s', (reason, type) => {
    expect(leftOf(t.type({ a: type }))).toEqual([{ path: ['a'], type: type.name, reason }]);
  });

  it('should come to an end with types that hold themselves', () => {
    interface Tree {
      readonly at: Date;
      readonly children: readonly Tree[];
    }
    const Tree: t.Type<Tree, unknown> = t.recursion('Tree', () =>
      t.type({ at: DateFromISOString, children: t.readonlyArray(Tree) }),
    );
    expect(pathsOf(Tree)).toEqual(['at']);
    expect(pathsOf(t.array(Tree))).toEqual(['[]/at']);
    const mutual: t.Mixed = t.recursion('A', () => t.type({ b: other }));
    const other: t.Mixed = t.recursion('B', () => t.partial({ a: mutual, n: NumberFromString }));
    expect(pathsOf(mutual)).toEqual(['b/n']);
  });

  it('should list a type at each of its places', () => {
    const type = t.type({ placedAt: DateFromISOString, filledAt: DateFromISOString });
    expect(pathsOf(type)).toEqual(['placedAt', 'filledAt']);
  });

  it('should list what is in a type at each of its places', () => {
    const Price = t.type({ amount: NumberFromString });
    expect(pathsOf(t.type({ bid: Price, ask: Price }))).toEqual(['bid/amount', 'ask/amount']);
  });

  it('should list the first 100 places, and no more', () => {
    const type = t.tuple(Array.from({ length: 150 }, () => NumberFromString) as never) as t.Mixed;
    const found = pathsOf(type);
    expect(found).toHaveLength(100);
    expect(found.at(-1)).toBe('99');
  });

  describe('should look at no more places than anyone reads', () => {
    let looks: number;

    beforeEach(() => {
      looks = 0;
    });

    function look<T>(part: T): T {
      looks += 1;
      // Or it would take until tomorrow.
      if (looks > 3_000_000) throw new Error('looked at too many places');
      return part;
    }

    it.each([
      ['nothing is left to io-ts', t.string, []],
      ['something is', NumberFromString, ['a']],
    ])('in types that are in several places, where %s', (_, type, last) => {
      let shape = shapeOf(t.type({ a: type }));
      for (let level = 0; level < 40; level += 1) {
        const inner = shape;
        shape = {
          _tag: 'Tuple',
          type: t.unknown,
          get items() {
            return look([inner, inner]);
          },
        };
      }
      expect(
        leftToIoTs(shape)
          .slice(0, 1)
          .map(({ path }) => path.at(-1)),
      ).toEqual(last);
    });

    it('in types that hold each other', () => {
      const left = shapeOf(NumberFromString);
      const web: readonly Shape[] = Array.from({ length: 12 }, (_, at) => ({
        _tag: 'Recursive',
        type: t.unknown,
        inner: () =>
          look({
            _tag: 'Partial',
            type: t.unknown,
            props: [...(at === 0 ? [['n', left] as const] : []), ...web.entries()].map(
              ([key, shape]) => ({ key: String(key), shape }),
            ),
          }),
      }));
      const [first = left] = web;
      expect(leftToIoTs(first)).toHaveLength(1);
    });
  });
});
