import { describe, expect, it } from 'vitest';

import { hasOwn, isLiteral, isRecord } from '../../../src/codec/compile/check.js';

describe('isRecord', () => {
  it.each([{}, new Date(0), Object.create(null), new Proxy({}, {})])(
    'should hold for an object',
    (value) => {
      expect(isRecord(value)).toBe(true);
    },
  );

  it.each([[[]], [null], [undefined], ['a'], [() => 1], [new Proxy([], {})]])(
    'should not hold for %o',
    (value) => {
      expect(isRecord(value)).toBe(false);
    },
  );
});

describe('hasOwn', () => {
  it('should see own keys only', () => {
    expect(hasOwn({ a: undefined }, 'a')).toBe(true);
    expect(hasOwn(Object.create({ a: 1 }) as object, 'a')).toBe(false);
    expect(hasOwn(Object.create(null) as object, 'hasOwnProperty')).toBe(false);
  });
});

describe('isLiteral', () => {
  it.each(['a', '', 1, true, null, undefined, 1n, 0, -0])('should hold for %o itself', (value) => {
    expect(isLiteral(value)(value)).toBe(true);
  });

  it('should not hold for another value', () => {
    expect(isLiteral('a')('b')).toBe(false);
    expect(isLiteral(1)('1')).toBe(false);
    expect(isLiteral(0)(-0)).toBe(false);
    expect(isLiteral(-0)(0)).toBe(false);
    // As io-ts has it, too.
    expect(isLiteral(NaN)(NaN)).toBe(false);
  });
});
