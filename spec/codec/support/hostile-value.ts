import fc from 'fast-check';

import { anyKey, objectOf } from './any-key.js';

const INHERITED = 'a';

class Point {
  readonly a = 1;
  readonly kind = 'a';
  get b(): string {
    return INHERITED;
  }
}

class OddArray extends Array<unknown> {
  override *[Symbol.iterator](): ArrayIterator<unknown> {
    yield 'not an item';
  }
}

const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;

/** Values that JSON does not know, or that are easily taken for others. */
const ODD: readonly unknown[] = [
  undefined,
  null,
  true,
  false,
  0,
  -0,
  1,
  -1,
  1.5,
  NaN,
  Infinity,
  2 ** 53,
  5e-324,
  '',
  'a',
  'b',
  'c',
  '0',
  '12',
  'true',
  '__proto__',
  'constructor',
  'length',
  '\ud800',
  '2026-01-02T03:04:05.678Z',
  0n,
  1n,
  Symbol('s'),
  Symbol.iterator,
  () => 'function',
  class {},
  new Date(0),
  new Date(NaN),
  new Map([['a', 1]]),
  new Set(['a']),
  new Uint8Array(2),
  /a/,
  new Point(),
  new Proxy({ a: 'a' }, {}),
  new Proxy(['a'], {}),
  OddArray.from(['a', 'b']),
  Object('a'),
  Object(1),
  cyclic,
  Object.freeze({ a: 'a' }),
  Object.freeze(['a']),
  ['a', , 'b'],
  new Array<unknown>(3),
  Object.assign(['a'], { extra: 1 }),
  Object.create(null),
  Object.create({ a: 'a', b: 1 }),
];

/** What `JSON.parse` gives, `__proto__` among the keys. */
const anyJson: fc.Arbitrary<unknown> = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 6, arbitrary: fc.constantFrom('', 'a', 'b', '12', '0', 'true', '\ud800') },
    { weight: 4, arbitrary: fc.constantFrom(0, -0, 1, 2, 1.5, 1e21, 2 ** 53) },
    { weight: 3, arbitrary: fc.constantFrom(null, true, false) },
    { weight: 2, arbitrary: fc.array(tie('json'), { maxLength: 3 }) },
    {
      weight: 3,
      arbitrary: fc.array(fc.tuple(anyKey, tie('json')), { maxLength: 4 }).map(objectOf),
    },
  ),
})).json;

/** A value that was not made for any type. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...ODD) },
  { weight: 1, arbitrary: anyJson },
);
