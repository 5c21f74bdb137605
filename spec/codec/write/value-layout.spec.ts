import { runInNewContext } from 'node:vm';

import { describe, expect, it } from 'vitest';

import { Unlearnable } from '../../../src/codec/learned-function.js';
import { ANY_SCALAR, NO_SCALAR } from '../../../src/codec/read/layout.js';
import type { Field, Layout } from '../../../src/codec/read/layout.js';
import { valueLayout } from '../../../src/codec/write/value-layout.js';
import { ODD_VALUES } from './support/odd-values.js';

function arrayOf(item: Layout | undefined): Layout {
  return { _tag: 'Array', spacing: undefined, item };
}

function objectOf(...fields: readonly Field[]): Layout {
  return { _tag: 'Object', shape: undefined, spacing: undefined, fields };
}

function field(key: string, layout: Layout = ANY_SCALAR): Field {
  return { key, layout, isOptional: false, isSkipped: false };
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

const PLAIN = /^is made of more than plain objects, arrays and scalars$/;
const WORD = /^has a key that is no plain word$/;

describe('valueLayout', () => {
  it.each(['', 'a\u2028', 0, NaN, true, false, null])('should take %j for a scalar', (value) => {
    expect(valueLayout(value)).toBe(ANY_SCALAR);
  });

  it('should give the keys of an object in their order', () => {
    expect(valueLayout({})).toEqual(objectOf());
    expect(valueLayout({ b: 1, a: { c: 'd' }, 7: null })).toEqual(
      objectOf(field('7'), field('b'), field('a', objectOf(field('c')))),
    );
  });

  it('should not give keys that are not listed, or no strings', () => {
    const object = Object.defineProperty({ a: 1, [Symbol('b')]: 2 }, 'c', { value: () => 1 });
    expect(valueLayout(object)).toEqual(objectOf(field('a')));
  });

  it('should take what is undefined for what may be left out', () => {
    expect(valueLayout({ a: undefined, b: 1 })).toEqual(
      objectOf({ ...field('a', NO_SCALAR), isOptional: true }, field('b')),
    );
  });

  it('should merge what is in an array', () => {
    expect(valueLayout([])).toEqual(arrayOf(undefined));
    expect(valueLayout([1, 'a', null])).toEqual(arrayOf(ANY_SCALAR));
    expect(valueLayout([{ a: 1 }, { a: 2, b: 3 }])).toEqual(
      arrayOf(objectOf(field('a'), { ...field('b'), isOptional: true })),
    );
    expect(valueLayout([1, []])).toEqual(
      arrayOf({ _tag: 'Choice', options: [ANY_SCALAR, arrayOf(undefined)] }),
    );
  });

  it('should take arrays of any kind', () => {
    class Items extends Array<unknown> {}
    expect(valueLayout(Items.from([1]))).toEqual(arrayOf(ANY_SCALAR));
    expect(valueLayout(runInNewContext('[1]'))).toEqual(arrayOf(ANY_SCALAR));
    expect(valueLayout(Object.assign([1], { a: 1 }))).toEqual(arrayOf(ANY_SCALAR));
  });

  it('should look at the first 64 items only', () => {
    const items: unknown[] = Array.from({ length: 65 }, () => 1);
    expect(valueLayout(items.with(64, () => 1))).toEqual(arrayOf(ANY_SCALAR));
    expect(() => valueLayout(items.with(63, () => 1))).toThrow(PLAIN);
  });

  it('should give up beneath 32 levels', () => {
    expect(valueLayout(nested(32))).toMatchObject({ _tag: 'Object' });
    expect(() => valueLayout(nested(33))).toThrow(/^is nested too deep$/);
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    expect(() => valueLayout(cyclic)).toThrow(/^is nested too deep$/);
  });

  it.each(['a', 'Az_09', '$', 'a.b', 'a:b', 'a/b', '@type', 'a b', 'a-b', 'x'.repeat(64)])(
    'should take the key %j',
    (key) => {
      expect(valueLayout({ [key]: 1 })).toEqual(objectOf(field(key)));
    },
  );

  it.each([
    '',
    'x'.repeat(65),
    '__proto__',
    'a\n',
    '"',
    "'",
    '\\',
    'é',
    'ſ',
    '\u2028',
    '\ud800',
    '`',
    '{',
    '(',
    ';',
    '\0',
  ])('should not take the key %j', (key) => {
    expect(() => valueLayout(Object.fromEntries([[key, 1]]))).toThrow(WORD);
  });

  it('should not ask a getter', () => {
    let asked = 0;
    const object = {
      get a(): number {
        asked += 1;
        return 1;
      },
    };
    expect(() => valueLayout(object)).toThrow(PLAIN);
    expect(() =>
      valueLayout(Object.defineProperty({}, 'a', { enumerable: true, set: () => 1 })),
    ).toThrow(PLAIN);
    expect(asked).toBe(0);
  });

  it('should not take the key of a proxy that is not there', () => {
    const proxy = new Proxy(
      {},
      {
        ownKeys: () => ['a'],
        getOwnPropertyDescriptor: (() => {
          let asked = 0;
          // There at first, for Object.keys.
          return () =>
            asked++ === 0 ? { configurable: true, enumerable: true, value: 1 } : undefined;
        })(),
      },
    );
    expect(() => valueLayout(proxy)).toThrow(PLAIN);
  });

  it.each(ODD_VALUES)('should throw nothing but Unlearnable, or be right: %s', (name, make) => {
    const value = make();
    for (const message of [value, { a: value }, [value]]) {
      try {
        expect(['Object', 'Array']).toContain(valueLayout(message)._tag);
      } catch (thrown) {
        // What cannot even be looked at throws of itself, and is not learned from either.
        if (name !== 'a proxy that was revoked' && name !== 'an array with a hole') {
          expect(thrown).toBeInstanceOf(Unlearnable);
        }
      }
    }
  });

  it.each([
    undefined,
    () => 1,
    Symbol('a'),
    1n,
    new Date(),
    new Map(),
    Object(1),
    Object.create(null),
  ])('should not take %o', (value: unknown) => {
    for (const message of [value, [value], { a: [value] }]) {
      expect(() => valueLayout(message)).toThrow(PLAIN);
    }
  });

  it('should keep nothing of what it looked at', () => {
    const layout = JSON.stringify(valueLayout({ a: 'secret', b: [4711, { c: 'secret' }] }));
    expect(layout).not.toMatch(/secret|4711/);
  });
});
