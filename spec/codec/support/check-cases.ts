import * as t from 'io-ts';

import { objectOf } from './any-key.js';
import { recursionOf } from './sample.js';

/** A type, values that its check passes, and some that it does not. */
export type CheckCase = readonly [
  type: t.Mixed,
  passes: readonly unknown[],
  fails: readonly unknown[],
];

/** As any library's that io-ts knows nothing of. */
export const opaque: t.Mixed = new t.Type<unknown>(
  'opaque',
  t.unknown.is,
  (value) => t.success(`<${String(value)}>`),
  t.identity,
);

const isShort = (text: string): boolean => text.length < 3;

const manyKeys = objectOf(Array.from({ length: 13 }, (_, at) => [`k${at}`, null]));

const maybe = t.union([t.string, t.undefined]);

const notEmpty = t.refinement(t.string, (value) => {
  if (value === 'throw') throw new Error('thrown');
  return value !== '';
});

export const tree: t.Mixed = recursionOf('Tree', (self) =>
  t.type({ name: t.string, children: t.array(self) }),
);

const leaf = { name: 'leaf', children: [] };

const INHERITED = 'a';

class Inherits {
  get a(): string {
    return INHERITED;
  }
}

/** An array that is walked in another way than by its items. */
const oddlyIterated: readonly unknown[] = Object.assign(['a'], {
  [Symbol.iterator]: () => [1].values(),
});

const scalars: readonly CheckCase[] = [
  [t.string, ['', 'a'], [1, undefined, Object('a')]],
  [t.number, [0, -0, NaN, Infinity], ['1', 1n, Object(1)]],
  [t.bigint, [1n], [1]],
  [t.boolean, [true, false], [0, null]],
  [t.null, [null], [undefined, {}]],
  [t.undefined, [undefined], [null]],
  [t.void, [undefined], [null]],
  [t.Function, [() => 1, Date], [{}]],
  [t.UnknownArray, [[], [1]], [{}, 'a', new Uint8Array(1)]],
  [t.UnknownRecord, [{}, new Date(), Object.create(null)], [[], null, () => 1, 'a']],
  [t.unknown, [undefined, null, {}], []],
  [t.any, [undefined, null, {}], []],
  [t.never as unknown as t.Mixed, [], [undefined, null, {}]],
  [opaque, [], ['a', undefined]],
];

const literals: readonly CheckCase[] = [
  [t.literal('a'), ['a'], ['b', Object('a')]],
  [t.literal('"\\\n\u2028\ud800'), ['"\\\n\u2028\ud800'], ['"\\\n\u2028\ud801']],
  [t.literal(1), [1], ['1', true]],
  [t.literal(true), [true], [1, false]],
  [t.literal(NaN), [], [NaN]],
  // io-ts gives its own of the two for the other.
  [t.literal(0), [0], [-0, '', false]],
  [t.literal(-0), [-0], [0]],
  [t.union([t.literal(0), t.literal(-0)]), [0], [-0]],
  [t.keyof({ a: null, toString: null }), ['a', 'toString'], ['b', 'valueOf', 1, ['a']]],
  [t.keyof({}) as unknown as t.Mixed, [], ['', 'toString']],
  [t.keyof(manyKeys), ['k0', 'k12'], ['k13', 'toString', 0, ['k0']]],
  [t.keyof(['x'] as unknown as Record<string, unknown>), ['0', 'length'], ['x', 0]],
];

const objects: readonly CheckCase[] = [
  [t.type({}), [{}, { a: 1 }], [[], null, undefined]],
  [
    t.type({ a: t.string }),
    [{ a: '' }, { a: '', b: 1 }, new Inherits(), Object.create({ a: 'a' })],
    [{}, { a: undefined }, ['a'], { b: 'a' }],
  ],
  // io-ts adds what is missing.
  [t.type({ a: maybe }), [{ a: undefined }, { a: 'a' }], [{}, { a: 1 }]],
  [t.type({ a: t.unknown }), [{ a: undefined }, new Inherits()], [{}, Object.create(null)]],
  [t.type({ a: t.intersection([maybe, maybe]) }), [{ a: undefined }], [{}]],
  [t.type({ a: opaque }), [], [{ a: 'a' }, {}]],
  [t.partial({ a: t.string }), [{}, { a: undefined }, { a: 'a' }], [{ a: null }, [], 'a']],
  [t.partial({ a: opaque }), [], [{}, { a: 'a' }]],
  [t.partial({ a: t.union([t.string, opaque]) }), [{ a: 'a' }], [{}, { a: 1 }]],
  [t.partial({ a: t.union([t.undefined, opaque]) }), [{}, { a: undefined }], [{ a: 1 }]],
  [t.partial({ a: t.refinement(maybe, isNamed) }), [{}, { a: 'a' }], [{ a: '' }]],
  [t.type({ __proto__: t.string, a: t.string }), [{ a: 'a' }], [{}]],
  [
    t.type(objectOf([['__proto__', t.literal('a')]]) as t.Props),
    [objectOf([['__proto__', 'a']])],
    [{}, objectOf([['__proto__', 'b']])],
  ],
  [t.type({ 'a"\n\u2028\ud800': t.null }), [{ 'a"\n\u2028\ud800': null }], [{}]],
  [t.readonly(t.type({ a: t.string })), [{ a: 'a' }], [{}]],
  [t.strict({ a: t.string }), [{ a: 'a' }], [{ a: 'a', b: 1 }, hidden({ a: 'a' }, 'b'), []]],
  [t.exact(t.partial({ a: t.string })), [{}, { a: 'a' }], [{ b: 1 }, { a: 1 }, 'a', null]],
  [
    t.exact(t.intersection([t.type({ a: t.string }), t.partial({ b: t.string })])),
    [{ a: 'a' }, { a: 'a', b: 'b' }],
    [{ a: 'a', c: 1 }, {}],
  ],
  [t.record(t.string, t.string), [{}, { a: 'a' }, new Inherits()], [{ a: 1 }, [], ['a']]],
  [
    t.record(t.string, t.record(t.string, t.number)),
    [{ a: {} }, { a: { b: 1 }, c: {} }],
    [{ a: { b: 'b' } }, { a: 1 }],
  ],
];

const arrays: readonly CheckCase[] = [
  [t.array(t.string), [[], ['a'], oddlyIterated], [['a', 1], {}, new Array(1), 'a']],
  [t.array(t.undefined), [[undefined], new Array(2)], [[null]]],
  [t.readonlyArray(t.array(t.null)), [[[null], []]], [[null]]],
  [t.tuple([t.string, maybe]), [['a', 'b'], ['a']], [['a', 'b', 'c'], [], {}, ['a', 1]]],
];

const combined: readonly CheckCase[] = [
  [t.union([t.string, t.number]), ['a', 1], [null, {}]],
  [t.union([t.type({ a: t.string }), t.array(t.string)]), [{ a: 'a' }, ['a']], [{}, [1]]],
  // Whether the first takes it only io-ts knows.
  [t.union([opaque, t.string]), [], ['a']],
  [t.union([t.string, opaque, t.number]), ['a'], [1]],
  [
    t.union([t.strict({ a: t.string }), t.type({ b: t.string })]),
    [{ a: 'a' }],
    [{ a: 'a', b: 'b' }, { b: 'b' }],
  ],
  // Should it throw, the second is not asked at all.
  [t.union([t.type({ a: t.string, b: notEmpty }), t.string]), [{ a: 'a', b: 'b' }], ['a']],
  [
    t.union([
      t.type({ k: t.literal('a'), a: t.string }),
      t.type({ k: t.literal(1) }),
      t.strict({ k: t.literal(true) }),
    ]),
    [{ k: 'a', a: '' }, { k: 1 }, { k: true }],
    [{ k: 'a' }, { k: '1' }, { k: true, a: 1 }, {}, [], 'a'],
  ],
  [
    t.union([t.type({ k: t.literal(0) }), t.type({ k: t.literal(NaN) })]),
    [{ k: 0 }],
    [{ k: -0 }, { k: NaN }],
  ],
  [
    t.intersection([t.type({ a: t.string }), t.partial({ b: t.null })]),
    [{ a: '' }],
    [{ a: '', b: 1 }],
  ],
  [t.intersection([t.string, t.refinement(t.string, isShort)]), ['ab'], ['abc', 1]],
  [t.refinement(t.string, isShort), ['', 'ab'], ['abc', 1]],
  [
    t.refinement(
      t.string,
      truthy((text) => text),
    ),
    ['a'],
    [''],
  ],
  [t.refinement(t.type({ a: t.string }), ({ a }) => isShort(a)), [{ a: 'a' }], [{ a: 'abc' }, {}]],
  [t.Int, [1, -0], [1.5, '1']],
  [tree, [leaf, { name: '', children: [leaf, leaf] }], [{ name: '', children: [{}] }, 1]],
  [t.tuple([tree, tree]), [[leaf, leaf]], [[leaf, {}]]],
  [recursionOf('Again', () => t.readonly(tree)), [leaf], [{}]],
];

export const checkCases: readonly CheckCase[] = [
  ...scalars,
  ...literals,
  ...objects,
  ...arrays,
  ...combined,
];

function hidden(object: object, key: string): object {
  return Object.defineProperty(object, key, { value: 1, enumerable: false });
}

function isNamed(text: string | undefined): boolean {
  return text !== undefined && text !== '';
}

function truthy<A>(test: (value: A) => unknown): (value: A) => boolean {
  return test as (value: A) => boolean;
}
