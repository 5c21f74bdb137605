import * as t from 'io-ts';
import { withFallback } from 'io-ts-types/lib/withFallback.js';
import { describe, expect, it } from 'vitest';

import { shapeOf } from '../../../src/codec/compile/shape-of.js';
import { Unlearnable } from '../../../src/codec/learned-function.js';
import { ANY_SCALAR, NO_SCALAR } from '../../../src/codec/read/layout.js';
import type { Layout } from '../../../src/codec/read/layout.js';
import { isReadable, plainLayout, shapedLayout } from '../../../src/codec/read/layout-of.js';
import { readSample } from '../../../src/codec/read/sample.js';

const COMPACT = { open: '', separator: '', colon: '', close: '' };
const STRING = { ...NO_SCALAR, strings: 'any' } as const;
const NUMBER = { ...NO_SCALAR, numbers: 'any' } as const;

function isAnything(): boolean {
  return true;
}

function plain(text: string): Layout {
  return plainLayout(readSample(text).root);
}

function shaped(type: t.Mixed, text: string): Layout {
  return shapedLayout(shapeOf(type), readSample(text).root);
}

function field(key: string, layout: Layout, isSkipped = false): unknown {
  return { key, layout, isOptional: false, isSkipped };
}

describe('plainLayout', () => {
  it.each(['1', '"a"', 'null', 'true'])('should take any scalar for %s', (text) => {
    expect(plain(text)).toBe(ANY_SCALAR);
  });

  it('should keep the keys of an object in their order, and all of them', () => {
    expect(plain('{"b":1,"a":[]}')).toStrictEqual({
      _tag: 'Object',
      spacing: { ...COMPACT, separator: ',', colon: ':' },
      fields: [
        field('b', ANY_SCALAR),
        field('a', { _tag: 'Array', spacing: undefined, item: undefined }),
      ],
    });
  });

  it('should give the items of an array one layout', () => {
    expect(plain('[1, "a"]')).toStrictEqual({
      _tag: 'Array',
      spacing: { ...COMPACT, separator: ', ' },
      item: ANY_SCALAR,
    });
    expect(plain('[1,[2]]')).toMatchObject({
      item: { _tag: 'Choice', options: [ANY_SCALAR, { _tag: 'Array', item: ANY_SCALAR }] },
    });
  });

  it('should look at the first 64 items of an array', () => {
    const scalars = Array.from({ length: 63 }, () => 1);
    expect(plain(JSON.stringify([...scalars, []]))).toMatchObject({ item: { _tag: 'Choice' } });
    expect(plain(JSON.stringify([...scalars, 1, []]))).toMatchObject({ item: ANY_SCALAR });
  });

  it.each(['a', 'A_1', '$ref', '@type', 'a.b', 'a:b', 'a/b', 'a-b', 'a b', '0', 'k'.repeat(64)])(
    'should take %j for a plain word',
    (key) => {
      expect(plain(JSON.stringify({ [key]: 1 }))).toMatchObject({ fields: [{ key }] });
    },
  );

  it.each([
    '',
    'é',
    '"',
    '\\',
    "'",
    '`',
    '\n',
    'a\n',
    '\u2028',
    ';',
    '(',
    '{',
    '+',
    'k'.repeat(65),
  ])('should take %j for no plain word', (key) => {
    const refusal = new Unlearnable('has a key that is no plain word');
    expect(() => plain(JSON.stringify({ [key]: 1 }))).toThrow(refusal);
    expect(() => shaped(t.type({ a: t.string }), JSON.stringify({ a: '', [key]: 1 }))).toThrow(
      refusal,
    );
  });
});

describe('shapedLayout', () => {
  it.each<[t.Mixed, string, Layout]>([
    [t.string, '"a"', STRING],
    [t.number, '1', NUMBER],
    [t.boolean, 'true', { ...NO_SCALAR, booleans: [true, false] }],
    [t.null, 'null', { ...NO_SCALAR, null: true }],
    [t.literal('a'), '"a"', { ...NO_SCALAR, strings: ['a'] }],
    [t.literal(0), '0', { ...NO_SCALAR, numbers: [0] }],
    [t.literal(true), 'true', { ...NO_SCALAR, booleans: [true] }],
    [t.keyof({ a: null, é: null }), '"a"', { ...NO_SCALAR, strings: ['a', 'é'] }],
    [t.union([t.string, t.null]), 'null', { ...STRING, null: true }],
    [t.union([t.literal(1), t.number]), '1', NUMBER],
    [t.union([t.literal(1), t.literal('a')]), '1', { ...NO_SCALAR, strings: ['a'], numbers: [1] }],
    [t.union([t.string, t.undefined]), '"a"', STRING],
    [
      t.union([t.string, t.union([t.number, t.null])]),
      '1',
      { ...STRING, ...NUMBER, strings: 'any', null: true },
    ],
    [t.unknown, '1', ANY_SCALAR],
    // JSON has no word for what these take.
    [t.undefined, '1', NO_SCALAR],
    [t.bigint, '1', NO_SCALAR],
    [t.Function, '1', NO_SCALAR],
    [t.never as unknown as t.Mixed, '1', NO_SCALAR],
    [t.literal(null as unknown as string), 'null', NO_SCALAR],
  ])('should tell which scalars %o takes', (type, text, layout) => {
    expect(shaped(type, text)).toStrictEqual(layout);
  });

  it('should give the same layout for the same scalar type', () => {
    const shape = shapeOf(t.keyof({ a: null }));
    const { root } = readSample('"a"');
    expect(shapedLayout(shape, root)).toBe(shapedLayout(shape, root));
  });

  it('should skip the keys that exact leaves out, and no others', () => {
    const type = t.type({ a: t.string });
    const text = '{"x":1,"a":"b"}';
    expect(shaped(type, text)).toMatchObject({
      fields: [{ isSkipped: false }, { isSkipped: false }],
    });
    expect(shaped(t.exact(type), text)).toMatchObject({
      fields: [field('x', ANY_SCALAR, true), field('a', STRING)],
    });
  });

  it('should keep the shape with the layout of an object', () => {
    const shape = shapeOf(t.strict({ a: t.string }));
    expect(shapedLayout(shape, readSample('{"a":""}').root)).toMatchObject({ shape });
  });

  it('should take keys of the type that are no plain words', () => {
    expect(shaped(t.type({ 'é"\n': t.string }), String.raw`{"é\"\n":""}`)).toMatchObject({
      fields: [{ key: 'é"\n' }],
    });
  });

  it('should take the props of all parts of an intersection', () => {
    const type = t.intersection([t.type({ a: t.string }), t.partial({ b: t.number })]);
    const fields = [field('b', NUMBER), field('a', STRING)];
    expect(shaped(type, '{"b":1,"a":""}')).toMatchObject({ fields });
    expect(shaped(t.exact(type), '{"b":1,"a":""}')).toMatchObject({ fields });
    expect(shaped(type, '{"a":""}')).toMatchObject({ fields: [field('a', STRING)] });
  });

  it('should refuse an object without a key that io-ts adds', () => {
    const type = t.type({ a: t.union([t.string, t.undefined]), b: t.number });
    expect(() => shaped(type, '{"b":1}')).toThrow(new Unlearnable('lacks a key that is added'));
    expect(shaped(type, '{"a":"","b":1}')).toMatchObject({ fields: [{ key: 'a' }, { key: 'b' }] });
  });

  it('should read arrays, tuples and records', () => {
    expect(shaped(t.array(t.string), '["a","b"]')).toMatchObject({ _tag: 'Array', item: STRING });
    expect(shaped(t.array(t.string), '[]')).toMatchObject({ item: undefined, spacing: undefined });
    expect(shaped(t.tuple([t.string, t.number]), '["a",1]')).toMatchObject({
      _tag: 'Tuple',
      items: [STRING, NUMBER],
    });
    expect(shaped(t.record(t.string, t.number), '{"é":1,"b":2}')).toMatchObject({
      _tag: 'Dictionary',
      value: NUMBER,
    });
    expect(shaped(t.record(t.string, t.number), '{}')).toMatchObject({ value: undefined });
    expect(shaped(t.UnknownArray, '[1]')).toMatchObject({ _tag: 'Array', item: ANY_SCALAR });
    expect(shaped(t.UnknownRecord, '{"a":1}')).not.toHaveProperty('shape');
    expect(shaped(t.unknown, '[{"a":1}]')).toMatchObject({ item: { _tag: 'Object' } });
  });

  it('should look at the first 64 entries of an array and of a record', () => {
    const Either = t.union([t.array(t.string), t.string]);
    for (const [before, isSeen] of [
      [63, true],
      [64, false],
    ] as const) {
      const values = [...Array.from({ length: before }, () => 'a'), []];
      const layouts = [
        shaped(t.array(Either), JSON.stringify(values)),
        shaped(t.record(t.string, Either), JSON.stringify(Object.assign({}, values))),
      ];
      expect(layouts).toMatchObject([
        { item: isSeen ? { _tag: 'Choice' } : STRING },
        { value: isSeen ? { _tag: 'Choice' } : STRING },
      ]);
    }
  });

  it.each(['["a"]', '["a",1,2]', '[]'])('should refuse %s for a pair', (text) => {
    const Pair = t.tuple([t.union([t.string, t.undefined]), t.union([t.number, t.undefined])]);
    expect(() => shaped(Pair, text)).toThrow(new Unlearnable('has a tuple of another length'));
  });

  it('should keep the predicates that narrow a value', () => {
    const predicate = (): boolean => true;
    const shape = t.refinement(t.refinement(t.string, predicate), isAnything);
    const inner = { _tag: 'Refined', inner: STRING, predicate };
    const layout = { _tag: 'Refined', inner, predicate: isAnything };
    expect(shaped(shape, '"a"')).toStrictEqual(layout);
    expect(shaped(t.refinement(t.type({ a: shape }), isAnything), '{"a":""}')).toMatchObject({
      _tag: 'Refined',
      inner: { _tag: 'Object', fields: [field('a', layout as Layout)] },
    });
  });

  it('should choose the member of a tagged union by its tag', () => {
    const A = t.type({ t: t.literal('a'), v: t.string });
    const B = t.strict({ t: t.literal('b'), v: t.number });
    const shape = shapeOf(t.union([A, B]));
    expect(shape._tag).toBe('TaggedUnion');
    expect(shapedLayout(shape, readSample('{"t":"b","v":1,"x":0}').root)).toMatchObject({
      shape: { _tag: 'Exact' },
      fields: [field('t', { ...NO_SCALAR, strings: ['b'] }), { key: 'v' }, { isSkipped: true }],
    });
  });

  it('should put the predicates of a union before what is not asked', () => {
    const Positive = t.refinement(t.number, isAnything);
    const Twice = t.refinement(Positive, (value) => value > 1);
    const refined = { _tag: 'Refined', inner: NUMBER, predicate: isAnything };
    expect(shaped(t.union([Positive, t.number]), '-1')).toMatchObject({
      options: [refined, NUMBER],
    });
    expect(shaped(t.union([t.string, Twice, t.number]), '1')).toMatchObject({
      options: [
        { _tag: 'Refined', inner: refined },
        { ...STRING, ...NUMBER, strings: 'any' },
      ],
    });
  });

  it('should take the scalars of a union beside the member that took the value', () => {
    const Value = t.type({ a: t.string });
    const type = t.union([t.string, Value, t.array(Value)]);
    expect(shaped(type, '"a"')).toStrictEqual(STRING);
    expect(shaped(type, '{"a":""}')).toMatchObject({
      options: [STRING, { _tag: 'Object', fields: [{ key: 'a' }] }],
    });
    expect(shaped(type, '[{"a":""}]')).toMatchObject({ options: [STRING, { _tag: 'Array' }] });
  });

  it.each<[t.Mixed, string]>([
    [t.array(t.string), '1'],
    [t.type({}), '1'],
    [t.array(t.string), '{}'],
    [t.type({}), '[]'],
    [t.union([t.type({ t: t.literal('a') }), t.type({ t: t.literal('b') })]), '{"t":"c"}'],
    [t.union([t.type({ t: t.literal('a') }), t.type({ t: t.literal('b') })]), '[]'],
    [t.exact(t.refinement(t.type({}), isAnything)), '{}'],
    [t.UnknownRecord, '1'],
    [t.UnknownArray, '{}'],
  ])('should refuse what is not for %o', (type, text) => {
    expect(() => shaped(type, text)).toThrow(new Unlearnable('is not what its type says'));
  });

  it('should take nothing more for a union none of whose members takes the value', () => {
    expect(shaped(t.union([t.string, t.type({})]), '1')).toStrictEqual(STRING);
    expect(shaped(t.union([t.type({}), t.array(t.string)]), '1')).toStrictEqual(NO_SCALAR);
  });
});

describe('isReadable', () => {
  const A = t.type({ a: t.string });
  const Strict = t.strict({ a: t.string });
  const Refined = t.refinement(A, isAnything);
  const Opaque = withFallback(t.string, '');
  const Tree = t.recursion('Tree', (self): t.Mixed => t.array(self));
  const MaybeText = t.refinement(t.union([t.string, t.undefined]), isAnything);

  it.each<[string, t.Mixed]>([
    ['a scalar', t.string],
    ['anything', t.unknown],
    ['a literal 0', t.literal(0)],
    ['an object', t.type({ a: A, b: t.partial({ c: Strict }) })],
    ['an exact object', Strict],
    ['an exact partial', t.exact(t.partial({ a: A }))],
    ['an intersection', t.intersection([A, t.partial({ b: t.number })])],
    ['an exact intersection', t.exact(t.intersection([A, t.partial({ b: t.number })]))],
    ['an array', t.array(Strict)],
    ['a record', t.record(t.string, Strict)],
    ['a tuple', t.tuple([t.string, Strict])],
    ['a refinement', t.refinement(Strict, isAnything)],
    ['a union', t.union([t.string, A])],
    ['a tagged union', t.union([t.strict({ t: t.literal(1) }), t.strict({ t: t.literal(2) })])],
    ['a refined scalar first in a union', t.union([t.refinement(t.string, isAnything), t.string])],
    ['a refinement last in a union', t.union([t.string, Refined])],
    ['a refinement of what may be undefined', t.type({ a: MaybeText })],
  ])('should read %s', (_, type) => {
    expect(isReadable(shapeOf(type))).toBe(true);
  });

  it.each<[string, t.Mixed]>([
    ['a type of its own', Opaque],
    ['what holds itself', Tree],
    ['an object of what cannot be read', t.type({ a: Opaque })],
    ['a partial of what cannot be read', t.partial({ a: Opaque })],
    ['a partial that asks a predicate about undefined', t.partial({ a: MaybeText })],
    ['an exact object of what cannot be read', t.strict({ a: Opaque })],
    ['exact around a predicate', t.exact(Refined)],
    ['an intersection of what changes', t.intersection([Strict, t.partial({ b: t.string })])],
    ['an intersection of what changes inside', t.intersection([t.type({ b: Strict }), A])],
    ['an intersection of scalars', t.intersection([t.string, t.string])],
    ['an intersection with a predicate', t.intersection([Refined, t.partial({ b: t.string })])],
    ['an intersection of two with one key', t.intersection([A, t.partial({ a: t.string })])],
    ['an exact intersection of two with one key', t.exact(t.intersection([A, A]))],
    ['an intersection of what holds itself', t.intersection([A, t.type({ b: Tree })])],
    ['an array of what cannot be read', t.array(Opaque)],
    ['a record of what cannot be read', t.record(t.string, Opaque)],
    ['a tuple of what cannot be read', t.tuple([Opaque])],
    ['a refinement of what cannot be read', t.refinement(Opaque, isAnything)],
    ['a union of what changes', t.union([Strict, t.string])],
    ['a union of what cannot be read', t.union([t.string, Tree])],
    ['a refined object first in a union', t.union([Refined, t.UnknownRecord])],
    ['one in a union in it', t.union([t.union([t.string, Refined]), t.UnknownRecord])],
    ['one in an array in it', t.union([t.array(Refined), t.UnknownArray])],
    ['a union that gives 0 for -0', t.union([t.literal(0), t.string])],
    [
      'a tagged union of what cannot be read',
      t.union([t.type({ t: t.literal(1), a: Tree }), t.type({ t: t.literal(2) })]),
    ],
  ])('should leave %s to the ordinary way', (_, type) => {
    expect(isReadable(shapeOf(type))).toBe(false);
  });
});
