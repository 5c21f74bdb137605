import { describe, expect, it } from 'vitest';

import { safeIntegers } from '../../../src/codec/binary/safe-integers.js';

const huge = 2n ** 64n;

describe('safeIntegers', () => {
  it.each<[unknown, unknown]>([
    [1n, 1],
    [-1n, -1],
    [BigInt(Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER],
    [BigInt(Number.MIN_SAFE_INTEGER), Number.MIN_SAFE_INTEGER],
    [2n ** 53n, 2n ** 53n],
    [-(2n ** 53n), -(2n ** 53n)],
    [huge, huge],
    ['1', '1'],
    [null, null],
    [undefined, undefined],
    [1.5, 1.5],
    [
      [1n, [huge, 2n]],
      [1, [huge, 2]],
    ],
    [
      { a: 1n, b: { c: [2n] } },
      { a: 1, b: { c: [2] } },
    ],
    [new Map([[1n, { a: 2n }]]), new Map([[1, { a: 2 }]])],
    [new Set([1n, huge]), new Set([1, huge])],
    [new Date(5), new Date(5)],
    [BigUint64Array.of(1n), BigUint64Array.of(1n)],
  ])('should make %o into %o', (value, expected) => {
    expect(safeIntegers(value)).toStrictEqual(expected);
  });

  it('should change what it is given', () => {
    const value = { a: [1n] };
    expect(safeIntegers(value)).toBe(value);
  });

  it('should keep own keys of whatever name', () => {
    const value: unknown = JSON.parse('{"__proto__":1,"constructor":{"a":2}}');
    expect(safeIntegers(value)).toStrictEqual(value);
    expect(Object.keys(safeIntegers(value) as object)).toEqual(['__proto__', 'constructor']);
  });
});
