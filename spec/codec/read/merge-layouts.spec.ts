import { describe, expect, it } from 'vitest';

import { Unlearnable } from '../../../src/codec/learned-function.js';
import { ANY_SCALAR, NO_SCALAR } from '../../../src/codec/read/layout.js';
import type { Field, Layout, ObjectLayout } from '../../../src/codec/read/layout.js';
import { mergeAll, mergeLayouts, mergeMessages } from '../../../src/codec/read/merge-layouts.js';
import type { Spacing } from '../../../src/codec/read/sample.js';

const COMPACT: Spacing = { open: '', separator: ',', colon: ':', close: '' };
const STRING: Layout = { ...NO_SCALAR, strings: 'any' };
const NUMBER: Layout = { ...NO_SCALAR, numbers: 'any' };
const EMPTY_ARRAY: Layout = { _tag: 'Array', spacing: undefined, item: undefined };

const UNEVEN = new Unlearnable('is written with uneven white space');
const TOO_MANY_WAYS = new Unlearnable('is written in too many ways');

/** An object; keys with a `?` are optional. */
function object(keys: string, spacing: Partial<Spacing> = {}): ObjectLayout {
  const fields = keys.split(' ').filter((key) => key !== '');
  return {
    _tag: 'Object',
    shape: undefined,
    spacing: { ...COMPACT, ...spacing },
    fields: fields.map((key): Field => ({
      key: key.replace('?', ''),
      layout: STRING,
      isOptional: key.endsWith('?'),
      isSkipped: false,
    })),
  };
}

function array(item: Layout, spacing: Partial<Spacing> = {}): Layout {
  return { _tag: 'Array', spacing: { ...COMPACT, ...spacing }, item };
}

/** Layouts of which no two can become one. */
function apart(count: number): Layout[] {
  return Array.from({ length: count }, (_, at) => ({
    _tag: 'Tuple',
    spacing: COMPACT,
    items: Array.from({ length: at + 1 }, () => STRING),
  }));
}

/** The keys of the layout of an object, as {@link object} takes them. */
function keysOf(layout: Layout): string {
  if (layout._tag !== 'Object') return layout._tag;
  return layout.fields.map(({ key, isOptional }) => (isOptional ? `${key}?` : key)).join(' ');
}

describe('mergeLayouts', () => {
  it('should take the scalars of both', () => {
    const One: Layout = {
      _tag: 'Scalar',
      strings: ['a'],
      numbers: [1],
      booleans: [true],
      null: true,
    };
    const Two: Layout = {
      _tag: 'Scalar',
      strings: ['a', 'b'],
      numbers: [2],
      booleans: [true, false],
      null: false,
    };
    expect(mergeLayouts(One, Two)).toStrictEqual({
      _tag: 'Scalar',
      strings: ['a', 'b'],
      numbers: [1, 2],
      booleans: [true, false],
      null: true,
    });
    expect(mergeLayouts(NO_SCALAR, Two)).toStrictEqual(Two);
    expect(mergeLayouts(One, ANY_SCALAR)).toStrictEqual(ANY_SCALAR);
    expect(mergeLayouts(STRING, One)).toStrictEqual({ ...One, strings: 'any' });
  });

  it('should not make anew what is the same', () => {
    const Scalar: Layout = { ...NO_SCALAR, strings: ['a'] };
    expect(mergeLayouts(Scalar, Scalar)).toBe(Scalar);
  });

  it.each([
    ['a b', 'a b', 'a b'],
    ['a b', 'a', 'a b?'],
    ['b', 'a b', 'a? b'],
    ['a c', 'a b c', 'a b? c'],
    ['a? b', 'a b', 'a? b'],
    ['a b', 'a? b', 'a? b'],
    ['a', 'b', 'b? a?'],
    ['', 'a', 'a?'],
    ['a', '', 'a?'],
    ['a b c d', 'x b d y', 'x? a? b c? d y?'],
  ])('should bring the keys %j and %j together', (one, other, both) => {
    expect(keysOf(mergeLayouts(object(one), object(other)))).toBe(both);
  });

  it('should merge what stands at a key, and keep what is skipped', () => {
    const field = { key: 'a', isOptional: false, isSkipped: true };
    const One: Layout = { ...object(''), fields: [{ ...field, layout: STRING }] };
    const Two: Layout = { ...object(''), fields: [{ ...field, layout: NUMBER }] };
    const Both = { ...NO_SCALAR, strings: 'any', numbers: 'any' };
    expect(mergeLayouts(One, Two)).toMatchObject({ fields: [{ ...field, layout: Both }] });
  });

  it('should keep objects apart whose keys come in different orders', () => {
    const options = [object('a b'), object('b a')];
    const both = mergeLayouts(object('a b'), object('b a'));
    expect(both).toStrictEqual({ _tag: 'Choice', options });
    expect(mergeLayouts(both, object('b a c'))).toMatchObject({
      options: [object('a b'), { fields: [{ key: 'b' }, { key: 'a' }, { key: 'c' }] }],
    });
    expect(mergeLayouts(object('b a c'), both)).toMatchObject({
      options: [{ fields: [{}, {}, { key: 'c', isOptional: true }] }, object('a b')],
    });
  });

  it('should keep objects of different shapes apart', () => {
    const shape = { _tag: 'Anything', type: {} } as unknown as NonNullable<ObjectLayout['shape']>;
    const Shaped: Layout = { ...object('a'), shape };
    expect(mergeLayouts(Shaped, object('a'))).toMatchObject({ _tag: 'Choice' });
    expect(mergeLayouts(Shaped, { ...object('a'), shape: { ...shape } })._tag).toBe('Choice');
    expect(mergeLayouts(Shaped, { ...object('b'), shape })).toMatchObject({
      _tag: 'Object',
      shape,
    });
  });

  it('should merge arrays, tuples of one length, records and what the same predicate narrows', () => {
    const predicate = (): boolean => true;
    const wrappers: ((inner: Layout) => Layout)[] = [
      (item) => array(item),
      (item) => ({ _tag: 'Tuple', spacing: COMPACT, items: [NO_SCALAR, item] }),
      (value) => ({ _tag: 'Dictionary', spacing: COMPACT, value }),
      (inner) => ({ _tag: 'Refined', inner, predicate }),
    ];
    const both = mergeLayouts(STRING, NUMBER);
    for (const wrap of wrappers) {
      expect(mergeLayouts(wrap(STRING), wrap(NUMBER))).toStrictEqual(wrap(both));
      for (const other of wrappers) {
        const merged = mergeLayouts(wrap(STRING), other(STRING));
        expect(merged._tag === 'Choice').toBe(wrap !== other);
      }
    }
    expect(
      mergeLayouts(
        { _tag: 'Refined', inner: STRING, predicate },
        { _tag: 'Refined', inner: STRING, predicate: () => true },
      ),
    ).toMatchObject({ _tag: 'Choice' });
  });

  it('should learn more about what was empty', () => {
    const none: Layout = { _tag: 'Dictionary', spacing: undefined, value: undefined };
    const some: Layout = { _tag: 'Dictionary', spacing: COMPACT, value: STRING };
    for (const [empty, full] of [
      [EMPTY_ARRAY, array(STRING)],
      [none, some],
    ] as const) {
      expect(mergeLayouts(empty, empty)).toStrictEqual(empty);
      expect(mergeLayouts(empty, full)).toStrictEqual(full);
      expect(mergeLayouts(full, empty)).toStrictEqual(full);
    }
  });

  it('should keep what can only be told apart', () => {
    const layouts = [STRING, object('a'), array(STRING), ...apart(2)];
    expect(mergeAll(layouts)).toStrictEqual({ _tag: 'Choice', options: layouts });
  });

  it.each<[Partial<Spacing>, Partial<Spacing>]>([
    [{ open: ' ' }, {}],
    [{ close: ' ' }, {}],
    [{ separator: ', ' }, {}],
    [{ colon: ': ' }, {}],
  ])('should refuse the spacing %o beside the usual one', (one, other) => {
    expect(() => mergeLayouts(object('a', one), object('a', other))).toThrow(UNEVEN);
    expect(() => mergeLayouts(array(STRING, other), array(STRING, one))).toThrow(UNEVEN);
    const dictionary = (spacing: Partial<Spacing>): Layout => ({
      _tag: 'Dictionary',
      spacing: { ...COMPACT, ...spacing },
      value: STRING,
    });
    expect(() => mergeLayouts(dictionary(one), dictionary(other))).toThrow(UNEVEN);
    const tuple = (spacing: Partial<Spacing>): Layout => ({
      _tag: 'Tuple',
      spacing: { ...COMPACT, ...spacing },
      items: [STRING],
    });
    expect(() => mergeLayouts(tuple(one), tuple(other))).toThrow(UNEVEN);
  });

  it('should learn a separator where there was none', () => {
    const one = object('a', { separator: '' });
    const two = object('a b', { separator: ' , ' });
    for (const merged of [mergeLayouts(one, two), mergeLayouts(two, one)]) {
      expect(merged).toMatchObject({ spacing: { separator: ' , ' } });
    }
    expect(mergeLayouts(one, one)).toMatchObject({ spacing: { separator: '' } });
    expect(mergeLayouts({ ...object(''), spacing: undefined }, two)).toMatchObject({
      spacing: { separator: ' , ' },
    });
  });

  it('should take 16 ways to write a value, and no more', () => {
    expect(mergeAll(apart(16))).toMatchObject({ _tag: 'Choice' });
    expect(() => mergeAll(apart(17))).toThrow(TOO_MANY_WAYS);
    const sixteen = mergeAll(apart(16)) ?? STRING;
    expect(mergeLayouts(sixteen, sixteen)).toStrictEqual(sixteen);
    expect(() => mergeLayouts(sixteen, STRING)).toThrow(TOO_MANY_WAYS);
  });

  it('should take 256 keys, and no more', () => {
    const keys = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, at) => `k${from + at}`).join(' ');
    expect(mergeLayouts(object(keys(0, 128)), object(keys(128, 256)))).toMatchObject({
      _tag: 'Object',
    });
    expect(() => mergeLayouts(object(keys(0, 128)), object(keys(128, 257)))).toThrow(
      new Unlearnable('has too many different keys'),
    );
  });
});

describe('mergeAll', () => {
  it('should give nothing for nothing', () => {
    expect(mergeAll([])).toBeUndefined();
    expect(mergeAll([STRING])).toBe(STRING);
  });
});

describe('mergeMessages', () => {
  it('should merge the roots of messages with the same white space around them', () => {
    const One = { before: ' ', root: STRING, after: '\n' };
    expect(mergeMessages(One, { ...One, root: EMPTY_ARRAY })).toStrictEqual({
      ...One,
      root: { _tag: 'Choice', options: [STRING, EMPTY_ARRAY] },
    });
    expect(() => mergeMessages(One, { ...One, before: '' })).toThrow(UNEVEN);
    expect(() => mergeMessages(One, { ...One, after: '' })).toThrow(UNEVEN);
  });
});
