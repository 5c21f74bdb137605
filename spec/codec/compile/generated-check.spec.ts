import * as t from 'io-ts';
import { describe, expect, it, vi } from 'vitest';

import { generatedCheck } from '../../../src/codec/compile/generated-check.js';
import { shapeOf } from '../../../src/codec/compile/shape-of.js';
import { checkCases, opaque, tree } from '../support/check-cases.js';
import { throwing } from '../support/throwing.js';

describe('generatedCheck', () => {
  it.each(checkCases.map(([type, passes]) => ({ type, passes, name: type.name })))(
    'should pass what $name takes as it is',
    ({ type, passes }) => {
      const check = generatedCheck(shapeOf(type));
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
      const check = generatedCheck(shapeOf(type));
      for (const value of fails) expect(check(value)).toBe(false);
    },
  );

  it('should pass nothing that is one of none', () => {
    const check = generatedCheck({ _tag: 'Union', type: opaque, members: [] });
    expect(check(undefined)).toBe(false);
  });

  it('should throw what a predicate throws', () => {
    const check = generatedCheck(shapeOf(t.array(throwing)));
    expect(() => check([1, 'throw'])).toThrow('thrown');
    expect(check([1, 2])).toBe(true);
  });

  it('should not pass by a predicate that is asked about undefined behind what changes values', () => {
    const throws = t.refinement(t.undefined, () => {
      throw new Error('thrown');
    });
    const type = t.partial({ a: t.union([t.tuple([] as unknown as [t.Mixed]), throws]) });
    expect(() => type.decode({})).toThrow('thrown');
    expect(generatedCheck(shapeOf(type))({})).toBe(false);
  });

  it('should ask a predicate about undefined, which it may not expect', () => {
    const check = generatedCheck(shapeOf(t.partial({ a: throwing, b: t.string })));
    expect(check({})).toBe(true);
    const never = vi.fn(() => false);
    expect(generatedCheck(shapeOf(t.partial({ a: t.refinement(t.unknown, never) })))({})).toBe(
      true,
    );
    expect(never).toHaveBeenCalledExactlyOnceWith(undefined);
  });

  it('should take no text of a type for code', () => {
    const evil = '"]; globalThis.pwned = true; //\u2028\n${globalThis.pwned = true}`\'';
    const type = t.type({
      [evil]: t.union([t.literal(evil), t.keyof({ [evil]: null })]),
      a: t.union([
        t.type({ [evil]: t.literal(evil), b: t.literal(evil) }),
        t.type({ [evil]: t.literal('b'), b: t.string }),
      ]),
    });
    const check = generatedCheck(shapeOf(type));
    expect(check({ [evil]: evil, a: { [evil]: evil, b: evil } })).toBe(true);
    expect(check({ [evil]: evil, a: { [evil]: 'b', b: evil } })).toBe(true);
    expect(check({ [evil]: 'b', a: { [evil]: 'b', b: evil } })).toBe(false);
    expect(globalThis).not.toHaveProperty('pwned');
  });

  it('should tell apart members that are many', () => {
    const members = Array.from({ length: 40 }, (_, at) =>
      t.type({ k: t.literal(at), a: t.literal(`a${at}`) }),
    );
    const check = generatedCheck(shapeOf(t.union(members as unknown as [t.Mixed, t.Mixed])));
    for (let at = 0; at < 40; at += 1) {
      expect(check({ k: at, a: `a${at}` })).toBe(true);
      expect(check({ k: at, a: `a${at + 1}` })).toBe(false);
    }
  });

  it('should write out once what stands in many places', () => {
    const { array } = t;
    let type: t.Mixed = t.type({ a: t.string });
    let good: unknown = { a: 'a' };
    let bad: unknown = { a: 1 };
    for (let level = 0; level < 30; level += 1) {
      type = t.type({ a: array(type), b: t.partial({ c: t.tuple([type]) }) }, 'level');
      bad = { a: [good], b: { c: [bad] } };
      good = { a: [good], b: {} };
    }
    const check = generatedCheck(shapeOf(type));
    expect(check(good)).toBe(true);
    expect(check(bad)).toBe(false);
  });

  it('should check a type that stands in several places in each', () => {
    const both = t.union([tree, t.null]);
    const check = generatedCheck(shapeOf(t.type({ a: both, b: both, c: tree })));
    const leaf = { name: 'leaf', children: [] };
    expect(check({ a: leaf, b: null, c: leaf })).toBe(true);
    expect(check({ a: leaf, b: null, c: null })).toBe(false);
    expect(check({ a: leaf, b: {}, c: leaf })).toBe(false);
  });
});
