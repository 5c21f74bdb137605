import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { valueText } from '../../src/codec/value-text.js';
import { anyText } from './any-text.js';

const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;

describe('valueText', () => {
  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [true, 'true'],
    [12.5, '12.5'],
    [-0, '-0'],
    [NaN, 'NaN'],
    [Infinity, 'Infinity'],
    [12n, '12n'],
    [-(2n ** 127n), `${-(2n ** 127n)}n`],
    [2n ** 127n, 'a huge bigint'],
    [Symbol('s'), 'Symbol(s)'],
    [() => 1, 'a function'],
    ['', '""'],
    ['12', '"12"'],
    ['a"b\n\u202e\u009b', String.raw`"a\"b\n\u202e\u009b"`],
    [[], '[]'],
    [{}, '{}'],
    [[1, 'a', null], '[1,"a",null]'],
    [{ a: 1, 'b c': [true] }, '{"a":1,"b c":[true]}'],
    [{ a: { b: { c: 1 } } }, '{"a":{"b":{…}}}'],
    [{ a: [[1], [], {}] }, '{"a":[[…],[],{}]}'],
    [[1, 2, 3, 4, 5, 6, 7, 8], '[1,2,3,4,5,6,7,8]'],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9], '[1,2,3,4,5,6,7,8,…]'],
    [
      { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1 },
      '{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,…}',
    ],
    [Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
    [new Date(0), '[object Date]'],
    [new Map(), '[object Map]'],
    [cyclic, '{"self":{"self":{…}}}'],
    [
      { toJSON: () => 'lies', toString: () => 'lies' },
      '{"toJSON":a function,"toString":a function}',
    ],
  ])('should show %o as %s', (value, shown) => {
    expect(valueText(value)).toBe(shown);
  });

  it('should cut a string after 80 characters', () => {
    expect(valueText('x'.repeat(78))).toBe(`"${'x'.repeat(78)}"`);
    expect(valueText('x'.repeat(79))).toBe(`"${'x'.repeat(79)}…`);
    expect(valueText('x'.repeat(10_000_000))).toBe(`"${'x'.repeat(79)}…`);
  });

  it('should cut an object after 80 characters', () => {
    expect(valueText({ a: 'x'.repeat(100), b: 'never' })).toBe(`{"a":"${'x'.repeat(74)}…`);
  });

  it.each([
    ['a getter that throws', Object.defineProperty({}, 'a', { enumerable: true, get: thrower })],
    ['a tag that throws', Object.defineProperty({}, Symbol.toStringTag, { get: thrower })],
    ['a proxy that throws', new Proxy({}, { ownKeys: thrower })],
    ['a revoked proxy', revoked()],
  ])('should survive %s', (_, value) => {
    expect(valueText(value)).toBe('a value that cannot be shown');
  });

  it('should survive any depth', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level++) deep = { deep };
    expect(valueText(deep)).toBe('{"deep":{"deep":{…}}}');
  });

  it('should always be short, and on one line without control characters', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything({ withBigInt: true }), anyText), (value) => {
        // Each of at most 80 characters may need an escape.
        expect(valueText(value)).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]{1,900}$/u);
      }),
    );
  });
});

function thrower(): never {
  throw new Error('hostile');
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
