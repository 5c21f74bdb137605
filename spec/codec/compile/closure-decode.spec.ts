import * as t from 'io-ts';
import { NumberFromString } from 'io-ts-types/lib/NumberFromString.js';
import { fromNullable } from 'io-ts-types/lib/fromNullable.js';
import { withFallback } from 'io-ts-types/lib/withFallback.js';
import { describe, expect, it, vi } from 'vitest';

import { closureDecode, REFUSED } from '../../../src/codec/compile/closure-decode.js';
import { shapeOf } from '../../../src/codec/compile/shape-of.js';
import { objectOf } from '../support/any-key.js';
import { unlikeness } from '../support/likeness.js';
import { recursionOf } from '../support/sample.js';

const hidden = Object.defineProperty({ a: 'a' }, 'b', { value: 1, enumerable: false });

type Case = readonly [name: string, type: t.Mixed, values: readonly unknown[]];

const maybe = t.union([t.string, t.undefined]);
const tenfold = t.type({ a: NumberFromString });
const tree = recursionOf('Tree', (self) =>
  t.strict({ a: NumberFromString, next: t.union([t.null, self]) }),
);
const hasOwnProto = objectOf([
  ['__proto__', { b: 'inherited' }],
  ['a', '1'],
]);

const CASES: readonly Case[] = [
  ['what is kept', t.type({ a: t.array(t.string) }), [{ a: ['a'] }, { a: [1] }, 1]],
  ['a type of io-ts-types', NumberFromString, ['1', 'a', 1]],
  ['a literal 0', t.literal(0), [0, -0, 1]],
  ['a literal -0', t.literal(-0), [0, -0, '']],
  ['a changed member', tenfold, [{ a: '1', b: 1 }, { a: 'a' }, {}, 'a', [], hasOwnProto]],
  [
    'several members',
    t.type({ b: t.UnknownRecord, a: NumberFromString, c: NumberFromString }),
    [
      { a: '1', b: {}, c: '2' },
      { b: [], a: '1' },
    ],
  ],
  ['a member that is added', t.type({ a: maybe, b: t.unknown }), [{}, { a: 'a' }, { b: 1, a: 1 }]],
  ['an inherited member', tenfold, [Object.create({ a: '1' }), Object.create({ a: 1 })]],
  ['a member by default', t.type({ a: fromNullable(t.string, 'a') }), [{}, { a: null }, { a: 1 }]],
  [
    'optional members',
    t.partial({ a: NumberFromString, b: t.string }),
    [{}, { a: undefined }, { a: '1', b: 'b' }, { a: '1', b: 1 }, { a: 'a' }, []],
  ],
  [
    'an optional member that may be undefined',
    t.partial({ a: maybe, b: NumberFromString }),
    [{ b: '1' }, {}, { a: undefined, b: '1' }],
  ],
  ['an optional member by default', t.partial({ a: withFallback(t.string, 'a') }), [{}, { a: 1 }]],
  [
    'exact',
    t.strict({ a: t.string }),
    [{ a: 'a' }, { b: 1, a: 'a', c: 1 }, hidden, { a: 1 }, 'a', []],
  ],
  ['exact of changed', t.exact(tenfold), [{ a: '1' }, { b: 1, a: '1' }, { a: 1 }]],
  [
    'exact with symbols',
    t.strict({ a: t.string }),
    [
      { a: 'a', [Symbol.for('s')]: 1 },
      { a: 'a', b: 1, [Symbol.for('s')]: 1 },
    ],
  ],
  ['an array', t.array(NumberFromString), [['1', '2'], [], ['1', 'a'], 'a', new Array(1)]],
  [
    'an array of kept and changed',
    t.array(t.union([t.null, NumberFromString])),
    [[null, '1', null, '2'], [null], Object.assign(['1'], { extra: 1 })],
  ],
  [
    'a tuple',
    t.tuple([t.string, NumberFromString]),
    [['a', '1'], ['a', '1', 'more'], ['a'], [1, '1'], 'a'],
  ],
  [
    'a tuple that is kept',
    t.tuple([t.string, maybe]),
    [['a', 'b'], ['a'], ['a', 'b', 'c'], ['a', 1]],
  ],
  ['an empty tuple', t.tuple([] as unknown as [t.Mixed]), [[], [1]]],
  ['a record', t.record(t.string, NumberFromString), [{ a: '1' }, {}, { a: 1 }, [], hasOwnProto]],
  [
    'a record of exact',
    t.record(t.string, t.strict({ a: t.string })),
    [
      { b: { a: 'a' } },
      { b: { a: 'a' }, c: { a: 'a', b: 1 } },
      objectOf([['__proto__', { a: 'a', b: 1 }]]),
    ],
  ],
  [
    'a union',
    t.union([t.strict({ a: t.string }), tenfold, t.null]),
    [{ a: 'a', b: 1 }, { a: 1 }, null, 1],
  ],
  [
    'a union that only io-ts can try',
    t.union([t.array(NumberFromString), t.array(t.string)]),
    [['1'], ['a'], [1]],
  ],
  [
    'a tagged union',
    t.union([
      t.type({ k: t.literal('a'), a: NumberFromString }),
      t.strict({ k: t.literal(1) }),
      t.type({ k: t.literal(0), a: maybe }),
    ]),
    [{ k: 'a', a: '1' }, { k: 'a', a: 1 }, { k: 1, a: 1 }, { k: -0 }, { k: '1' }, {}, 1, []],
  ],
  ['a refinement', t.refinement(tenfold, ({ a }) => a > 1), [{ a: '2' }, { a: '1' }, { a: 'a' }]],
  [
    'an intersection that is kept',
    t.intersection([t.strict({ a: t.string }), t.partial({ b: t.string })]),
    [{ a: 'a' }, { a: 'a', b: 'b' }, { a: 'a', b: 1 }],
  ],
  [
    'an intersection of changed',
    t.intersection([tenfold, t.type({ b: t.string })]),
    [{ a: '1', b: 'b' }, { a: '1' }],
  ],
  ['readonly', t.readonly(tenfold), [{ a: '1' }, {}]],
  [
    'a recursion',
    tree,
    [
      { a: '1', next: { b: 1, a: '2', next: null } },
      { a: '1', next: { a: 'a', next: null } },
    ],
  ],
  [
    'a recursion that is kept',
    recursionOf('Kept', (self) => t.type({ a: t.array(self) })),
    [{ a: [{ a: [] }] }, { a: [{}] }],
  ],
];

function decode(type: t.Mixed, value: unknown): unknown {
  return closureDecode(shapeOf(type))(value, [{ key: '', type, actual: value }]);
}

describe('closureDecode', () => {
  it.each(CASES)('should give what io-ts makes of %s', (_, type, values) => {
    for (const value of values) {
      const theirs: t.Validation<unknown> = type.decode(value);
      const ours = decode(type, value);
      if (theirs._tag === 'Left') expect(ours).toBe(REFUSED);
      else expect(unlikeness(value, theirs.right, ours)).toBeUndefined();
    }
  });

  it('should not change what it is given', () => {
    const given = Object.freeze({ a: Object.freeze(['1']), b: 'more' });
    expect(decode(t.strict({ a: t.array(NumberFromString) }), given)).toStrictEqual({ a: [1] });
  });

  it('should let through what a type or a predicate throws', () => {
    const throws = (): never => {
      throw new Error('thrown');
    };
    const type = new t.Type<unknown>('throwing', t.unknown.is, throws, t.identity);
    expect(() => decode(t.type({ a: type }), { a: 1 })).toThrow('thrown');
    expect(() => decode(t.refinement(tenfold, throws), { a: '1' })).toThrow('thrown');
  });

  it('should ask no member about NaN, which io-ts does not find among its tags', () => {
    const throws = t.refinement(t.string, () => {
      throw new Error('thrown');
    });
    const nan = t.type({ a: throws, k: t.literal(NaN), b: NumberFromString });
    const type = t.union([nan, t.type({ k: t.literal('b') })]);
    expect(type.decode({ k: NaN, a: 'a' })._tag).toBe('Left');
    expect(decode(type, { k: NaN, a: 'a' })).toBe(REFUSED);
  });

  it('should not pass by what may throw on the way to the next member of a union', () => {
    const throws = t.refinement(t.string, () => {
      throw new Error('thrown');
    });
    const type = t.union([t.type({ b: t.string, c: throws }), t.strict({ a: t.string })]);
    const value = { a: 'a', b: 1, c: 'c' };
    expect(() => type.decode(value)).toThrow('thrown');
    expect(() => decode(type, value)).toThrow('thrown');
    expect(decode(type, { a: 'a', b: 1 })).toStrictEqual({ a: 'a' });
  });

  describe('the context', () => {
    const seen = vi.fn<(context: t.Context) => void>();
    const looking = new t.Type<unknown>(
      'looking',
      t.unknown.is,
      (value, context) => {
        seen(context);
        return t.success(value);
      },
      t.identity,
    );
    const inType = t.type({ k: t.literal('a'), x: looking });
    const other = t.type({ k: t.literal('b') });

    it.each<Case>([
      ['a type', t.type({ a: t.type({ b: looking }) }), [{ a: { b: 1 } }]],
      ['a partial', t.partial({ a: looking, b: looking }), [{ a: 1 }, {}]],
      ['an exact', t.strict({ a: looking }), [{ a: 1, b: 1 }]],
      ['an array', t.array(looking), [[1, 2]]],
      ['a tuple', t.tuple([t.string, looking, looking]), [['a', 1]]],
      ['a record', t.record(t.string, looking), [{ a: 1, b: 2 }]],
      ['a union', t.union([t.array(looking), looking]), [1, [1]]],
      ['a tagged union', t.union([other, inType]), [{ k: 'a', x: 1 }]],
      [
        'an intersection',
        t.intersection([t.type({ a: t.string }), inType]),
        [{ a: 'a', k: 'a', x: 1 }],
      ],
      ['a refinement', t.refinement(t.type({ a: looking }), () => true), [{ a: 1 }]],
      ['readonly', t.type({ a: t.readonly(t.array(looking)) }), [{ a: [1] }]],
      [
        'a recursion',
        t.type({ a: recursionOf('R', (self) => t.partial({ a: self, b: looking })) }),
        [{ a: { a: { b: 1 } } }],
      ],
      [
        'changed siblings',
        t.type({ a: NumberFromString, b: t.type({ c: looking }) }),
        [{ a: '1', b: { c: 1 } }],
      ],
    ])('should be what io-ts gives in %s', (_, type, values) => {
      for (const value of values) {
        seen.mockClear();
        type.decode(value);
        const theirs = seen.mock.calls;
        seen.mockClear();
        decode(type, value);
        const ours = seen.mock.calls;
        expect(ours.length).toBeGreaterThan(0);
        expect(ours.length).toBe(theirs.length);
        for (const [at, [context]] of ours.entries()) {
          const [expected] = theirs[at] ?? [[]];
          expect(context.map(({ key }) => key)).toStrictEqual(expected.map(({ key }) => key));
          for (const [depth, { type: own, actual }] of context.entries()) {
            expect(own).toBe(expected[depth]?.type);
            expect(actual).toBe(expected[depth]?.actual);
          }
        }
      }
    });
  });
});
