import { describe, expect, it } from 'vitest';

import { refuseFormless } from '../../../src/codec/binary/refuse-formless.js';

class Point {
  readonly x = 1;
}

const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;

function refuse(value: unknown, maxDepth = 3): void {
  refuseFormless(value, {
    maxDepth,
    hasFormFor: (object) =>
      object instanceof Date || object instanceof Map || object instanceof Set,
  });
}

describe('refuseFormless', () => {
  it.each<[string, unknown]>([
    ['a scalar', 1],
    ['nothing', undefined],
    ['null', null],
    // For the encoder to say.
    ['a function', () => 1],
    ['text beyond the first plane', 'a\u{1f680}b'],
    ['the deepest array', [[[]]]],
    ['the deepest object', { a: { b: { c: 1 } } }],
    ['the deepest of what has no depth', [[[new Date(0)]]]],
    ['a class of its own', new Point()],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
    ['a Map and a Set', new Map([[new Set([1]), 2]])],
  ])('should let %s pass', (_, value) => {
    expect(() => {
      refuse(value);
    }).not.toThrow();
  });

  it.each<[string, unknown, string]>([
    ['an array too deep', [[[[]]]], 'nested deeper than maxDepth, which is 3'],
    ['an object too deep', { a: { b: { c: {} } } }, 'nested deeper than maxDepth, which is 3'],
    ['a Map too deep', [[[new Map()]]], 'nested deeper than maxDepth, which is 3'],
    ['a Set too deep', [[[new Set()]]], 'nested deeper than maxDepth, which is 3'],
    ['a cycle', cyclic, 'nested deeper than maxDepth, which is 3'],
    ['an unknown object', { a: [/b/] }, '[object RegExp]'],
    ['an unknown object in a Map', new Map([[1, new Error('secret')]]), '[object Error]'],
    ['an unknown key of a Map', new Map([[/a/, 1]]), '[object RegExp]'],
    ['an unknown object in a Set', new Set([/a/]), '[object RegExp]'],
    ['a boxed number', Object(1), '[object Number]'],
    ['half a pair', ['\ud83d'], String.raw`a string with an unpaired surrogate: "\ud83d"`],
    ['the other half', 'x\ude80', String.raw`a string with an unpaired surrogate: "x\ude80"`],
    [
      'half a pair in a key',
      { '\ud800': 1 },
      String.raw`a string with an unpaired surrogate: "\ud800"`,
    ],
  ])('should refuse %s', (_, value, message) => {
    expect(() => {
      refuse(value);
    }).toThrow(new TypeError(message));
  });

  it('should ask about Maps and Sets', () => {
    for (const value of [new Map(), new Set()]) {
      expect(() => {
        refuseFormless(value, { maxDepth: 3, hasFormFor: () => false });
      }).toThrow(/^\[object (Map|Set)\]$/);
    }
  });

  it('should not ask about what every format has', () => {
    expect(() => {
      refuseFormless([{ a: 'b' }], { maxDepth: 3, hasFormFor: () => false });
    }).not.toThrow();
  });
});
