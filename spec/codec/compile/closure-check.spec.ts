import * as t from 'io-ts';
import { describe, expect, it, vi } from 'vitest';

import { closureCheck, sureMembers } from '../../../src/codec/compile/closure-check.js';
import { shapeOf } from '../../../src/codec/compile/shape-of.js';
import { checkCases, opaque } from '../support/check-cases.js';
import { throwing } from '../support/throwing.js';

describe('closureCheck', () => {
  it.each(checkCases.map(([type, passes]) => ({ type, passes, name: type.name })))(
    'should pass what $name takes as it is',
    ({ type, passes }) => {
      const check = closureCheck(shapeOf(type));
      for (const value of passes) {
        expect(check(value)).toBe(true);
        expect(type.decode(value)).toMatchObject({ _tag: 'Right' });
        expect((type.decode(value) as { right?: unknown }).right).toBe(value);
      }
    },
  );

  it.each(checkCases.map(([type, , fails]) => ({ type, fails, name: type.name })))(
    'should not pass what $name refuses or changes',
    ({ type, fails }) => {
      const check = closureCheck(shapeOf(type));
      for (const value of fails) expect(check(value)).toBe(false);
    },
  );

  it('should throw what a predicate throws', () => {
    const check = closureCheck(shapeOf(t.array(throwing)));
    expect(() => check([1, 'throw'])).toThrow('thrown');
    expect(check([1, 2])).toBe(true);
  });

  it('should not pass by a predicate that is asked about undefined behind what changes values', () => {
    const throws = t.refinement(t.undefined, () => {
      throw new Error('thrown');
    });
    const type = t.partial({ a: t.union([t.tuple([] as unknown as [t.Mixed]), throws]) });
    expect(() => type.decode({})).toThrow('thrown');
    expect(closureCheck(shapeOf(type))({})).toBe(false);
  });

  it('should ask a predicate about undefined, which it may not expect', () => {
    const never = vi.fn(() => false);
    const check = closureCheck(shapeOf(t.partial({ a: t.refinement(t.unknown, never) })));
    expect(check({})).toBe(true);
    expect(never).toHaveBeenCalledExactlyOnceWith(undefined);
  });
});

describe('sureMembers', () => {
  const shapes = (...types: readonly t.Mixed[]) => types.map((type) => shapeOf(type));

  it('should give all members that keep what they take', () => {
    const members = shapes(t.string, t.array(t.number), t.null);
    expect(sureMembers(members)).toStrictEqual(members);
    expect(sureMembers([])).toStrictEqual([]);
  });

  it('should end with the first that changes a value', () => {
    const members = shapes(t.string, t.strict({}), t.null);
    expect(sureMembers(members)).toStrictEqual(members.slice(0, 2));
    expect(sureMembers(shapes(opaque, t.string))).toHaveLength(1);
  });

  it('should end with the first that may throw unasked', () => {
    const unasked = t.type({ a: t.string, b: t.refinement(t.string, () => true) });
    const members = shapes(throwing, unasked, t.null);
    expect(sureMembers(members)).toStrictEqual(members.slice(0, 2));
  });
});
