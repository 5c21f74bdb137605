import { describe, expect, it } from 'vitest';

import { hasMethod, memberOf } from '../../../src/codec/schema/object-member.js';

const called = Object.assign(() => 1, { member: 'of a function' });

describe('memberOf', () => {
  it.each([
    [{ member: 1 }, 1],
    [Object.create({ member: 'inherited' }), 'inherited'],
    [called, 'of a function'],
    [{}, undefined],
    [null, undefined],
    [undefined, undefined],
    ['member', undefined],
  ])('should give that of %o as %o', (value, member) => {
    expect(memberOf(value, 'member')).toBe(member);
  });
});

describe('hasMethod', () => {
  it('should hold for a function only', () => {
    expect(hasMethod({ member: () => 1 }, 'member')).toBe(true);
    expect(
      hasMethod(
        Object.assign(() => 1, { member: () => 1 }),
        'member',
      ),
    ).toBe(true);
    for (const value of [{ member: 1 }, {}, called, null]) {
      expect(hasMethod(value, 'member')).toBe(false);
    }
  });
});
