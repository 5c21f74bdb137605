import { describe, expect, it } from 'vitest';

import { Constants } from '../../../src/codec/compile/source.js';
import { ANY_SCALAR, NO_SCALAR } from '../../../src/codec/read/layout.js';
import type { Field, Layout } from '../../../src/codec/read/layout.js';
import { mergeAll } from '../../../src/codec/read/merge-layouts.js';
import { valueLayout } from '../../../src/codec/write/value-layout.js';
import { generateWriter, UNWRITTEN } from '../../../src/codec/write/writer-source.js';
import type { Write } from '../../../src/codec/write/writer-source.js';

function objectOf(...fields: readonly Field[]): Layout {
  return { _tag: 'Object', shape: undefined, spacing: undefined, fields };
}

function arrayOf(item: Layout | undefined): Layout {
  return { _tag: 'Array', spacing: undefined, item };
}

function field(key: string, isOptional = false, layout: Layout = ANY_SCALAR): Field {
  return { key, layout, isOptional, isSkipped: false };
}

function writerOf(layout: Layout): Write {
  const write = generateWriter(layout);
  if (write === undefined) throw new Error('was not generated');
  return write;
}

/** The writer of what some messages have in common. */
function writerFor(...messages: readonly unknown[]): Write {
  return writerOf(mergeAll(messages.map((message) => valueLayout(message))) ?? NO_SCALAR);
}

/** What is written of a message; undefined when nothing is. */
function written(write: Write, message: unknown, size = 4_096): string | undefined {
  const bytes = Buffer.alloc(size, '?');
  const end = write(message, bytes);
  return end === UNWRITTEN ? undefined : bytes.toString('latin1', 0, end);
}

/** Every row of one of each. */
function product<T>(columns: readonly (readonly T[])[]): readonly (readonly T[])[] {
  return columns.reduce<readonly (readonly T[])[]>(
    (rows, column) => rows.flatMap((row) => column.map((each) => [...row, each])),
    [[]],
  );
}

const KEYS = ['a', 'b', 'c', 'd'];

describe('generateWriter', () => {
  it.each(['a', '', 1, -0.5, NaN, null, true, false])('should write %j', (value) => {
    expect(written(writerOf(ANY_SCALAR), value)).toBe(JSON.stringify(value));
    expect(written(writerOf(NO_SCALAR), value)).toBe(JSON.stringify(value));
  });

  it.each([undefined, () => 1, Symbol('a'), 1n, {}, [], 'é', '"'])(
    'should leave %o where a scalar was learned',
    (value: unknown) => {
      expect(written(writerOf(ANY_SCALAR), value)).toBeUndefined();
      expect(written(writerFor([1]), [value])).toBeUndefined();
      expect(written(writerFor({ a: 1 }), { a: value })).toBeUndefined();
    },
  );

  it.each([
    [{}],
    [[]],
    [{ a: 1 }],
    [{ a: {}, b: [] }],
    [{ a: { b: { c: [1, [2, [3]]] } } }],
    [[{ a: 1 }, { a: 'b' }]],
    [{ id: 7, name: 'n', tags: ['x', 'y'], at: { lat: 1.5, long: -2.25 }, last: null }],
  ])('should write %j', (message: unknown) => {
    expect(written(writerFor(message), message)).toBe(JSON.stringify(message));
  });

  it('should put the commas right, whichever keys may be left out and are', () => {
    let count = 0;
    for (const optional of product(KEYS.map(() => [false, true]))) {
      const fields = KEYS.map((key, at) => field(key, optional[at]));
      const write = writerOf(objectOf(...fields));
      for (const states of product(KEYS.map(() => ['there', 'absent', 'undefined']))) {
        const entries = KEYS.map(
          (key, at) => [key, states[at] === 'there' ? at : undefined] as const,
        );
        const message = Object.fromEntries(entries.filter((_, at) => states[at] !== 'absent'));
        const isWritten = states.every((state, at) => state === 'there' || optional[at] === true);
        expect(written(write, message)).toBe(isWritten ? JSON.stringify(message) : undefined);
        count += 1;
      }
    }
    expect(count).toBe(16 * 81);
  });

  it('should leave other keys, other orders and more of them', () => {
    for (const optional of product(KEYS.map(() => [false, true]))) {
      const write = writerOf(objectOf(...KEYS.map((key, at) => field(key, optional[at]))));
      expect(written(write, { a: 1, b: 2, c: 3, d: 4 })).toBe('{"a":1,"b":2,"c":3,"d":4}');
      for (const message of [
        { a: 1, b: 2, c: 3, d: 4, e: 5 },
        { e: 5, a: 1, b: 2, c: 3, d: 4 },
        { a: 1, b: 2, e: 5, c: 3, d: 4 },
        { a: 1, b: 2, e: undefined, c: 3, d: 4 },
        { b: 2, a: 1, c: 3, d: 4 },
        { a: 1, b: 2, d: 4, c: 3 },
        { 0: 0, a: 1, b: 2, c: 3, d: 4 },
        { A: 1, b: 2, c: 3, d: 4 },
      ]) {
        expect(written(write, message)).toBeUndefined();
      }
    }
  });

  it('should leave keys that are not own or not listed', () => {
    for (const isOptional of [false, true]) {
      const write = writerOf(objectOf(field('a'), field('b', isOptional)));
      const hidden = Object.defineProperty({ a: 1 }, 'b', { value: 2 });
      expect(written(write, hidden)).toBe(isOptional ? '{"a":1}' : undefined);
      const proxy = new Proxy({ a: 1 }, { get: (_, key) => (key === 'toJSON' ? undefined : 1) });
      expect(written(write, proxy)).toBe(isOptional ? '{"a":1}' : undefined);
      expect(written(write, Object.create({ a: 1, b: 2 }))).toBeUndefined();
    }
  });

  it('should write keys that mean something elsewhere', () => {
    const keys = [
      'v',
      'b',
      'p',
      'v1',
      'k0',
      'constructor',
      'toString',
      'hasOwnProperty',
      'valueOf',
    ];
    for (const isOptional of [false, true]) {
      const write = writerOf(objectOf(...keys.map((key) => field(key, isOptional))));
      const message = Object.fromEntries(keys.map((key) => [key, key]));
      expect(written(write, message)).toBe(JSON.stringify(message));
      expect(written(write, {})).toBe(isOptional ? '{}' : undefined);
    }
    // JSON.stringify would ask this one.
    expect(written(writerOf(objectOf(field('toJSON'))), { toJSON: 1 })).toBeUndefined();
  });

  it.each(['"', '\\', "'", '\n', '\u2028', '`${v}`', '*/', '"]; throw 1; v["', '__proto__'])(
    'should not run what is in the key %j',
    (key) => {
      for (const isOptional of [false, true]) {
        const write = writerOf(objectOf(field(key, isOptional)));
        const message = Object.fromEntries([[key, 1]]);
        const bytes = Buffer.alloc(100);
        const end = write(message, bytes);
        expect(bytes.toString('utf8', 0, end)).toBe(JSON.stringify(message));
        expect(written(write, {})).toBe(isOptional ? '{}' : undefined);
      }
    },
  );

  it('should leave other prototypes', () => {
    const write = writerOf(objectOf(field('a', true)));
    class Thing {
      readonly a = 1;
    }
    for (const message of [
      new Thing(),
      Object.create(null),
      Object.create({}),
      new Date(0),
      new Map(),
      Object(1),
      [],
      () => 1,
    ] as unknown[]) {
      expect(written(write, message)).toBeUndefined();
    }
  });

  it('should leave what has a toJSON, of whatever kind', () => {
    const object = writerOf(objectOf(field('a', true), field('toJSON', true)));
    const array = writerOf(arrayOf(ANY_SCALAR));
    for (const toJSON of [() => 1, null, 0, {}, 'a']) {
      expect(written(object, { a: 1, toJSON })).toBeUndefined();
      expect(written(array, Object.assign([1], { toJSON }))).toBeUndefined();
      const hidden = { value: toJSON };
      expect(written(object, Object.defineProperty({ a: 1 }, 'toJSON', hidden))).toBeUndefined();
      expect(written(array, Object.defineProperty([1], 'toJSON', hidden))).toBeUndefined();
    }
    expect(written(object, { a: 1, toJSON: undefined })).toBe('{"a":1}');
  });

  it('should write arrays of any length', () => {
    const write = writerFor([1]);
    for (const message of [
      [],
      [1],
      ['a', null, true],
      Array.from({ length: 999 }, (_, at) => at),
    ]) {
      expect(written(write, message)).toBe(JSON.stringify(message));
    }
    expect(written(writerFor([]), [])).toBe('[]');
    expect(written(writerFor([]), [1])).toBeUndefined();
  });

  it('should leave holes, and what is no array', () => {
    const write = writerFor([1]);
    const messages: unknown[] = [new Array(1), [1, undefined], { length: 0 }, 'a', null, new Set()];
    for (const message of messages) expect(written(write, message)).toBeUndefined();
  });

  it('should ask for the length of an array once', () => {
    const shrinking: object[] = [
      {
        get a() {
          shrinking.length = 1;
          return 1;
        },
      },
      { a: 2 },
    ];
    expect(written(writerFor([{ a: 1 }]), shrinking)).toBeUndefined();
    const growing: object[] = [
      {
        get a() {
          growing.push({ a: 2 });
          return 1;
        },
      },
    ];
    expect(written(writerFor([{ a: 1 }]), growing)).toBe('[{"a":1}]');
  });

  it('should read each key once, in order', () => {
    const read: string[] = [];
    const message = Object.defineProperties(
      {},
      Object.fromEntries(
        KEYS.map((key) => [
          key,
          {
            enumerable: true,
            get: () => {
              read.push(key);
              return key;
            },
          },
        ]),
      ),
    );
    const write = writerOf(objectOf(field('a'), field('b', true), field('c', true), field('d')));
    expect(written(write, message)).toBe('{"a":"a","b":"b","c":"c","d":"d"}');
    expect(read).toEqual(KEYS);
  });

  it('should take what a getter takes away or adds as JSON.stringify does', () => {
    const make = (change: (object: Record<string, unknown>) => void): object => {
      const object: Record<string, unknown> = {
        get a() {
          change(object);
          return 1;
        },
        b: 2,
      };
      return object;
    };
    const write = writerOf(objectOf(field('a'), field('b', true), field('c', true)));
    const changes: ((object: Record<string, unknown>) => void)[] = [
      (object) => {
        object['c'] = 3;
      },
      (object) => {
        Reflect.deleteProperty(object, 'b');
      },
      (object) => {
        object['b'] = undefined;
      },
      (object) => Object.defineProperty(object, 'b', { enumerable: false }),
    ];
    for (const change of changes) {
      expect(written(write, make(change))).toBe(JSON.stringify(make(change)));
    }
  });

  describe('of several kinds', () => {
    const write = writerFor([1, 'a', null, true, [1], { a: 1 }, { b: 1, a: 2 }, { a: 1, b: [2] }]);

    it.each([
      [[]],
      [[1, 'a', null, true]],
      [[[1, 2], [], { a: 1 }]],
      [[{ a: 1, b: [1] }, { b: 1, a: 2 }, { a: 1 }, []]],
    ])('should write %j', (message) => {
      expect(written(write, message)).toBe(JSON.stringify(message));
    });

    it.each([
      [[{ c: 1 }]],
      [
        [
          { b: [], a: 1 },
          { a: 1, b: {} },
        ],
      ],
      [[[[1]]]],
      [[undefined]],
    ])('should leave %j', (message) => {
      expect(written(write, message)).toBeUndefined();
    });

    it('should write null where there may be an object or an array', () => {
      const choice = writerFor({ a: { b: 1 } }, { a: [1] }, { a: null });
      expect(written(choice, { a: null })).toBe('{"a":null}');
      expect(written(writerOf(objectOf(field('a'))), null)).toBeUndefined();
      expect(written(writerOf(arrayOf(ANY_SCALAR)), null)).toBeUndefined();
    });

    it('should begin again where the first of them began', () => {
      const options = [
        objectOf(field('a'), field('b')),
        objectOf(field('a'), field('b', false, arrayOf(ANY_SCALAR))),
        arrayOf(arrayOf(ANY_SCALAR)),
        arrayOf(ANY_SCALAR),
      ];
      const begun = writerOf(arrayOf({ _tag: 'Choice', options }));
      for (const message of [
        [
          { a: 1, b: [2] },
          { a: 1, b: 2 },
        ],
        [
          [[1], [2]],
          [1, 2],
        ],
      ]) {
        expect(written(begun, message)).toBe(JSON.stringify(message));
      }
      expect(written(begun, [{ a: 1, b: {} }])).toBeUndefined();
      expect(written(begun, [[[1], 2]])).toBeUndefined();

      const choice = writerFor({ a: 1, b: { c: 'x' } }, { b: { c: [1] }, a: 'y' });
      for (const message of [
        { a: 'text', b: { c: 'text' } },
        { b: { c: [1, 2] }, a: 1 },
      ]) {
        expect(written(choice, message)).toBe(JSON.stringify(message));
      }
      const nested = writerFor([[{ a: 1 }], [{ a: [1] }], [{ a: [{ b: 1 }] }], [{ a: {} }]]);
      const message = [[{ a: [{ b: 1 }, 2] }], [{ a: 'x' }, { a: {} }], []];
      expect(written(nested, message)).toBe(JSON.stringify(message));
    });
  });

  it.each<Layout>([
    { _tag: 'Tuple', spacing: undefined, items: [] },
    { _tag: 'Dictionary', spacing: undefined, value: undefined },
    { _tag: 'Refined', inner: ANY_SCALAR, predicate: () => true },
  ])('should write nothing for $_tag, which no value has', (layout) => {
    for (const message of [[], {}, 1, 'a']) {
      expect(written(writerOf(layout), message)).toBeUndefined();
    }
  });

  it('should tell when it does not fit, and never write beyond', () => {
    const message = {
      symbol: 'ADA',
      price: 123_456_789_012.5,
      list: ['a', -1.5, null, 2 ** 60],
      ok: true,
    };
    const json = JSON.stringify(message);
    const write = writerFor(message);
    for (let size = 0; size <= json.length + 5; size += 1) {
      const whole = Buffer.alloc(size + 8, '?');
      const end = write(message, whole.subarray(0, size));
      const fits = end !== UNWRITTEN && end <= size;
      expect(fits).toBe(size >= json.length);
      if (fits) expect(whole.toString('latin1', 0, end)).toBe(json);
      expect(whole.toString('latin1', size)).toBe('????????');
    }
  });

  it('should not go on with a long array that does not fit', () => {
    let read = 0;
    const message = new Proxy(
      Array.from({ length: 10_000 }, () => 1),
      {
        get: (target, key) => {
          if (key !== 'toJSON' && key !== 'length') read += 1;
          return Reflect.get(target, key) as unknown;
        },
      },
    );
    expect(written(writerFor([1]), message, 100)).toBeUndefined();
    expect(read).toBeLessThan(100);
  });

  it('should not be generated when it would be too long', () => {
    const fields = (count: number): Layout =>
      objectOf(...Array.from({ length: count }, (_, at) => field(`${'k'.repeat(60)}${at}`)));
    expect(generateWriter(fields(10))).toBeTypeOf('function');
    expect(generateWriter(fields(250))).toBeUndefined();
  });

  it('should not depend on what the constants are called', () => {
    const constants = new Constants();
    expect(constants.nameOf(Object.prototype)).toBe('k0');
    expect(written(writerOf(objectOf(field('k0'), field('k1'))), { k0: 1, k1: 2 })).toBe(
      '{"k0":1,"k1":2}',
    );
  });
});
