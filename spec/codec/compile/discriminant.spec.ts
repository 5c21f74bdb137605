import * as t from 'io-ts';
import { describe, expect, it } from 'vitest';

import { disjointLiterals } from '../../../src/codec/compile/discriminant.js';
import { shapeOf } from '../../../src/codec/compile/shape-of.js';
import { opaque } from '../support/check-cases.js';
import { recursionOf } from '../support/sample.js';

const a = t.type({ k: t.literal('a'), v: t.string });
const b = t.type({ k: t.literal('b') });
const c = t.type({ k: t.literal('c') });
const noTag = t.partial({ k: t.literal('a') });

function literalsOf(...types: readonly t.Mixed[]): readonly (readonly unknown[])[] | undefined {
  const shapes = types.map((type) => shapeOf(type));
  const members = disjointLiterals('k', shapes);
  members?.forEach(({ shape }, at) => expect(shape).toBe(shapes[at]));
  return members?.map(({ literals }) => literals);
}

describe('disjointLiterals', () => {
  it('should give what each member has at the tag', () => {
    expect(literalsOf(a, b, c)).toStrictEqual([['a'], ['b'], ['c']]);
    expect(literalsOf()).toStrictEqual([]);
  });

  it.each([
    ['exact', t.exact(a)],
    ['readonly', t.readonly(a)],
    ['a refinement', t.refinement(a, () => true)],
    ['a recursion', recursionOf('R', () => a)],
    ['an intersection', t.intersection([noTag, a])],
    ['an intersection with what only io-ts knows', t.intersection([opaque, a])],
    ['readonly of exact', t.readonly(t.strict({ k: t.literal('a') }))],
  ])('should look into %s', (_, type) => {
    expect(literalsOf(type, b)).toStrictEqual([['a'], ['b']]);
  });

  it('should gather those of unions', () => {
    expect(literalsOf(t.union([a, b]), c)).toStrictEqual([['a', 'b'], ['c']]);
    // The literal is not where io-ts looks for it.
    const untagged = t.union([t.type({ k: t.readonly(t.literal('a')) }), b]);
    expect(shapeOf(untagged)._tag).toBe('Union');
    expect(literalsOf(untagged, c)).toStrictEqual([['a', 'b'], ['c']]);
  });

  it('should give nothing when two have the same', () => {
    expect(literalsOf(a, b, t.type({ k: t.literal('a') }))).toBeUndefined();
    expect(literalsOf(t.union([a, b]), b)).toBeUndefined();
    expect(literalsOf(t.type({ k: t.literal(0) }), t.type({ k: t.literal(-0) }))).toBeUndefined();
    expect(
      literalsOf(t.type({ k: t.literal(NaN) }), t.type({ k: t.literal(NaN) })),
    ).toBeUndefined();
  });

  it('should tell literals of different kinds apart', () => {
    const types = [0, '0', false].map((value) => t.type({ k: t.literal(value) }));
    expect(literalsOf(...types)).toStrictEqual([[0], ['0'], [false]]);
  });

  it.each([
    ['need not have the tag', noTag],
    ['has something else there', t.type({ k: t.string })],
    ['has nothing there', t.type({ v: t.string })],
    ['is left to io-ts', opaque],
    ['is no object', t.string],
    ['is a union of which one has none', t.union([a, t.type({ v: t.string }), b])],
    ['is a tagged union by another key', byAnother()],
    ['is an intersection of which none has any', t.intersection([noTag, t.type({ v: t.string })])],
  ])('should give nothing when a member %s', (_, type) => {
    expect(literalsOf(c, type)).toBeUndefined();
  });
});

function byAnother(): t.Mixed {
  return t.union([t.type({ j: t.literal('a') }), t.type({ j: t.literal('b') })]);
}
