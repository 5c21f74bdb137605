import * as t from 'io-ts';
import { DateFromISOString } from 'io-ts-types/lib/DateFromISOString.js';
import { withFallback } from 'io-ts-types/lib/withFallback.js';
import { describe, expect, it, vi } from 'vitest';

import { MISSED } from '../../../src/codec/read/reader-source.js';
import { learnedReader, newReader, readText } from './support/learned.js';
import { isSame, readOrdinarily, REFUSED_MESSAGE } from './support/ordinary.js';

const Tick = t.type({ symbol: t.string, price: t.number });
const TICK = '{"symbol":"ADA","price":1.5}';

describe('TypedReader', () => {
  it('should read nothing before it has learned', () => {
    const reader = newReader(Tick);
    for (let seen = 0; seen < 7; seen += 1) {
      expect(readText(reader, TICK)).toBe(MISSED);
      reader.learn(Buffer.from(TICK));
    }
    expect(readText(reader, TICK)).toBe(MISSED);
    expect(reader.status).toStrictEqual({ state: 'learning', hits: 0, misses: 0, generations: 0 });
    reader.learn(Buffer.from(TICK));
    expect(readText(reader, TICK)).toStrictEqual({ symbol: 'ADA', price: 1.5 });
    expect(readText(reader, '{"price":1}')).toBe(MISSED);
    expect(reader.status).toStrictEqual({ state: 'working', hits: 1, misses: 1, generations: 1 });
  });

  it('should read what is in a buffer, whatever is around it', () => {
    const reader = learnedReader(Tick, TICK);
    const whole = Buffer.from(`${TICK}${TICK}`);
    expect(reader.read(whole.subarray(TICK.length), 'text')).toEqual(JSON.parse(TICK));
    expect(reader.read(whole.subarray(0, TICK.length - 1), 'text')).toBe(MISSED);
    expect(reader.read(whole, 'text')).toBe(MISSED);
    expect(reader.read(Buffer.alloc(0), 'text')).toBe(MISSED);
  });

  it('should leave what its type refuses to the ordinary way', () => {
    const Side = t.type({ side: t.keyof({ buy: null, sell: null }), n: t.literal(1) });
    const reader = learnedReader(Side, '{"side":"buy","n":1}');
    expect(readText(reader, '{"side":"sell","n":1}')).toEqual({ side: 'sell', n: 1 });
    for (const text of ['{"side":"hold","n":1}', '{"side":"buy","n":2}', '{"side":1,"n":1}']) {
      expect(readText(reader, text)).toBe(MISSED);
    }
  });

  it('should read text beyond ASCII, but of binary messages only what is ASCII', () => {
    const reader = learnedReader(t.type({ a: t.string, é: t.literal('ü') }), '{"a":"","é":"ü"}');
    expect(readText(reader, '{"a":"é","é":"ü"}', 'text')).toEqual({ a: 'é', é: 'ü' });
    expect(readText(reader, '{"a":"é","é":"ü"}', 'binary')).toBe(MISSED);
    expect(readText(reader, '{"a":"e","é":"ü"}', 'binary')).toEqual({ a: 'e', é: 'ü' });
    const damaged = Buffer.from('{"a":"?","é":"ü"}');
    damaged[6] = 0xff;
    expect(reader.read(damaged, 'binary')).toBe(MISSED);
  });

  it('should give new objects for every message', () => {
    const reader = learnedReader(
      t.type({ a: t.array(t.unknown), b: t.UnknownRecord }),
      '{"a":[],"b":{}}',
    );
    const [one, other] = [readText(reader, '{"a":[],"b":{}}'), readText(reader, '{"a":[],"b":{}}')];
    expect(one).toStrictEqual(other);
    for (const key of ['a', 'b']) {
      const parts = [one, other].map((message): unknown =>
        Reflect.get(Object(message) as object, key),
      );
      expect(parts[0]).not.toBe(parts[1]);
    }
  });

  it('should leave the key __proto__ to the ordinary way', () => {
    const text = '{"a":{"__proto__":1}}';
    const reader = learnedReader(t.type({ a: t.UnknownRecord }), '{"a":{"b":1}}', '{"a":{}}');
    expect(readText(reader, text)).toBe(MISSED);
    const counts = learnedReader(t.record(t.string, t.number), '{"a":1}');
    expect(readText(counts, '{"__proto__":1}')).toBe(MISSED);
  });

  it('should learn from what it missed, when it misses much', () => {
    const reader = learnedReader(Tick, TICK);
    const other = Buffer.from('{"price":1,"symbol":"A","venue":"X"}');
    for (let sent = 0; sent < 256; sent += 1) {
      expect(reader.read(other, 'text')).toBe(MISSED);
      reader.learn(other);
    }
    expect(reader.read(other, 'text')).toEqual({ price: 1, symbol: 'A', venue: 'X' });
    expect(readText(reader, TICK)).toEqual({ symbol: 'ADA', price: 1.5 });
    expect(reader.status).toMatchObject({ state: 'working', misses: 256, generations: 2 });
  });

  it('should start from nothing after a rest', () => {
    const reader = learnedReader(Tick, TICK);
    const uneven = Buffer.from('{"symbol":"A" ,"price" :1}');
    const spaced = Buffer.from('{ "symbol":"A", "price":1 }');
    for (let sent = 0; sent < 256; sent += 1) {
      expect(reader.read(uneven, 'text')).toBe(MISSED);
      reader.learn(uneven);
    }
    expect(reader.read(uneven, 'text')).toBe(MISSED);
    const reason = 'is written with uneven colons';
    expect(reader.status).toMatchObject({ state: 'resting', reason });
    // Beside what was learned at first this would be uneven, too.
    for (let sent = 0; sent < 1_024 + 8; sent += 1) reader.learn(spaced);
    expect(reader.read(spaced, 'text')).toEqual({ symbol: 'A', price: 1 });
    expect(readText(reader, TICK)).toBe(MISSED);
  });

  it.each([
    ['{"symbol":"A","price":1,"price":1}', 'has a key twice'],
    ['{"symbol":"A","price":1,"__proto__":1}', 'has the key __proto__'],
    ['{"symbol":"A","price":1,"é":1}', 'has a key that is no plain word'],
    ['{"symbol":"A", "price":1,"x":1}', 'is written with uneven separators'],
    ['{"symbol":"A","price": 1}', 'is written with uneven colons'],
    ['{"symbol":"A","price":1,"x":[ ]}', 'has white space between brackets'],
    [`{"symbol":"A","price":1,"x":${'['.repeat(33)}${']'.repeat(33)}}`, 'is nested too deep'],
    [`{"symbol":"${'x'.repeat(16_384)}","price":1}`, 'is too long'],
  ])('should not learn from %.50s, which %s', (text, reason) => {
    const reader = newReader(Tick);
    for (let seen = 0; seen < 8; seen += 1) reader.learn(Buffer.from(text));
    expect(reader.status).toMatchObject({ state: 'resting', reason });
    expect(readText(reader, TICK)).toBe(MISSED);
  });

  it('should learn from messages of 16 KiB', () => {
    const text = `{"symbol":"","price":1,"x":"${'x'.repeat(16_384 - 30)}"}`;
    expect(Buffer.byteLength(text)).toBe(16_384);
    const reader = newReader(Tick);
    for (let seen = 0; seen < 8; seen += 1) reader.learn(Buffer.from(text));
    expect(readText(reader, text)).toEqual(JSON.parse(text));
  });

  it('should say when the reader would be too long', () => {
    const props = Object.fromEntries(Array.from({ length: 250 }, (_, at) => [`k${at}`, t.string]));
    const text = JSON.stringify(Object.fromEntries(Object.keys(props).map((key) => [key, ''])));
    const reader = newReader(t.type(props));
    for (let seen = 0; seen < 8; seen += 1) reader.learn(Buffer.from(text));
    expect(reader.status).toMatchObject({
      state: 'resting',
      reason: 'would take too long a function',
    });
  });

  describe('for types that need more than reading', () => {
    it.each<[string, t.Mixed, string, readonly string[]]>([
      [
        'that change values',
        t.type({ at: DateFromISOString }),
        '{"at":"2024-01-01"}',
        ['{"at":"x"}'],
      ],
      ['with a fallback', t.type({ a: withFallback(t.number, 7) }), '{"a":"x"}', []],
      [
        'with exact parts',
        t.intersection([t.strict({ a: t.string }), t.type({ b: t.number })]),
        '{"b":1,"a":""}',
        ['{"b":"","a":""}'],
      ],
      [
        'with exact around a predicate',
        t.exact(t.refinement(t.type({ a: t.number }), ({ a }) => a > 0)),
        '{"x":1,"a":1}',
        ['{"x":1,"a":0}'],
      ],
      [
        'with one key in two parts',
        t.intersection([t.type({ a: t.number }), t.type({ a: t.Int })]),
        '{"a":1}',
        ['{"a":1.5}'],
      ],
      [
        'that give 0 for -0',
        t.type({ a: t.union([t.literal(0), t.string]) }),
        '{"a":-0}',
        ['{"a":1}'],
      ],
      [
        'that add keys',
        t.type({ a: t.union([t.number, t.undefined]), b: DateFromISOString }),
        '{"b":"2024-01-01"}',
        [],
      ],
      [
        'that hold themselves',
        t.recursion('Tree', (self): t.Mixed => t.type({ kids: t.array(self) })),
        '{"kids":[{"kids":[]}]}',
        ['{"kids":[{"kids":[1]}]}'],
      ],
    ])('should read types %s', (_, type, taken, refused) => {
      const reader = learnedReader(type, taken);
      const message = readText(reader, taken);
      expect(message).not.toBe(MISSED);
      expect(isSame(message, readOrdinarily(type, Buffer.from(taken), 'text'))).toBe(true);
      for (const text of refused) expect([text, readText(reader, text)]).toEqual([text, MISSED]);
    });

    it('should leave it to io-ts when the type throws', () => {
      const Odd = new t.Type<string>(
        'Odd',
        t.string.is,
        (value, context) => {
          if (value === 'x') throw new RangeError('odd');
          return t.string.validate(value, context);
        },
        t.identity,
      );
      const reader = learnedReader(t.type({ a: Odd }), '{"a":""}');
      expect(readText(reader, '{"a":"y"}')).toEqual({ a: 'y' });
      expect(readText(reader, '{"a":"x"}')).toBe(MISSED);
    });
  });

  describe('of unions', () => {
    const isShort = (value: object): boolean => Object.keys(value).length < 9;
    const A = t.type({ x: t.string });
    const B = t.type({ y: t.string });
    const strings = t.array(t.string);
    const numbers = t.array(t.number);

    it.each<[string, t.Mixed, string, string, string]>([
      ['arrays', t.union([strings, numbers]), '["a","b"]', '[1,2]', '["a",1]'],
      [
        'arrays of objects',
        t.union([t.array(A), t.array(B)]),
        '[{"x":""},{"x":""}]',
        '[{"y":""},{"y":""}]',
        '[{"x":""},{"y":""}]',
      ],
      [
        'arrays of arrays',
        t.union([t.array(strings), t.array(numbers)]),
        '[["a","b"],[]]',
        '[[1,2],[]]',
        '[["a"],[1]]',
      ],
      [
        'records',
        t.union([t.record(t.string, t.string), t.record(t.string, t.number)]),
        '{"x":"a","y":"b"}',
        '{"x":1,"y":2}',
        '{"x":"a","y":1}',
      ],
      [
        'objects and records',
        t.union([t.type({ x: t.string }), t.record(t.string, t.number)]),
        '{"x":"a","y":"b"}',
        '{"x":1,"y":2}',
        '{"y":"a"}',
      ],
      [
        'objects',
        t.union([A, t.type({ x: t.number, y: t.number })]),
        '{"x":""}',
        '{"x":1,"y":1}',
        '{"x":1,"y":""}',
      ],
      [
        'arrays in objects',
        t.union([t.type({ x: strings }), t.type({ x: numbers })]),
        '{"x":["a","b"]}',
        '{"x":[1,2]}',
        '{"x":["a",1]}',
      ],
      [
        'arrays in unions in it',
        t.union([t.union([strings, t.null]), t.union([t.string, numbers])]),
        '["a","b"]',
        '[1,2]',
        '["a",1]',
      ],
      [
        'refined arrays',
        t.union([t.refinement(strings, isShort), t.refinement(numbers, isShort)]),
        '["a","b"]',
        '[1,2]',
        '["a",1]',
      ],
      [
        'an array that is refined and one that is not',
        t.union([strings, t.refinement(numbers, isShort)]),
        '["a","b"]',
        '[1,2]',
        '["a",1]',
      ],
    ])('should not mix %s', (_, member, one, other, mixed) => {
      const type = t.type({ a: member });
      const texts = [one, other].map((text) => `{"a":${text}}`);
      const data = Buffer.from(`{"a":${mixed}}`);
      expect(readOrdinarily(type, data, 'text')).toBe(REFUSED_MESSAGE);
      const reader = learnedReader(type, ...texts);
      expect(reader.read(data, 'text')).toBe(MISSED);
      for (const text of texts) expect(readText(reader, text)).toEqual(JSON.parse(text));
    });
  });

  describe('with predicates', () => {
    const isPositive = vi.fn((value: number) => {
      if (value === 0) throw new RangeError('0');
      return value > 0;
    });
    const Positive = t.refinement(t.number, isPositive);

    it('should leave what they refuse, or throw at, to the ordinary way', () => {
      const reader = learnedReader(t.type({ a: Positive }), '{"a":1}');
      expect(readText(reader, '{"a":2}')).toEqual({ a: 2 });
      expect([readText(reader, '{"a":-1}'), readText(reader, '{"a":0}')]).toEqual([MISSED, MISSED]);
      expect(reader.status).toMatchObject({ state: 'working', hits: 1, misses: 2 });
    });

    it.each<[string, t.Mixed, string]>([
      ['first', t.union([Positive, t.number]), '{"a":-1}'],
      ['first of all', t.union([Positive, t.string, t.number]), '{"a":-1}'],
      ['twice', t.union([t.refinement(Positive, () => true), t.number]), '{"a":-1}'],
      ['in a union in it', t.union([t.null, t.union([Positive, t.number])]), '{"a":-1}'],
      ['in a union in it, first', t.union([t.union([Positive, t.null]), t.number]), '{"a":-1}'],
      ['in an object', t.union([t.type({ b: Positive }), t.UnknownRecord]), '{"a":{"b":-1}}'],
      ['in an array', t.union([t.array(Positive), t.UnknownArray]), '{"a":[-1]}'],
      [
        'of an object',
        t.union([t.refinement(t.type({ b: t.number }), ({ b }) => isPositive(b)), t.UnknownRecord]),
        '{"a":{"b":-1}}',
      ],
      [
        'in an object with more',
        t.union([t.type({ c: t.string, b: Positive }), t.UnknownRecord]),
        '{"a":{"b":-1}}',
      ],
    ])('should not pass one by that throws, of a union, %s', (_, member, taken) => {
      const type = t.type({ a: member });
      const reader = newReader(type);
      for (let seen = 0; seen < 8; seen += 1) reader.learn(Buffer.from(taken));
      const expected = readOrdinarily(type, Buffer.from(taken), 'text');
      expect([MISSED, expected]).toContainEqual(readText(reader, taken));
      expect(readText(reader, taken.replace('-1', '0'))).toBe(MISSED);
    });

    it('should read a binary message rightly when one reads another message meanwhile', () => {
      let inner: Buffer | undefined;
      const Nosy = t.refinement(t.string, () => {
        const data = inner;
        inner = undefined;
        if (data !== undefined) expect(reader.read(data, 'text')).toEqual({ a: 'é', b: 'é' });
        return true;
      });
      const reader = learnedReader(t.type({ a: Nosy, b: t.string }), '{"a":"","b":""}');
      const damaged = Buffer.from('{"a":"x","b":"?"}');
      damaged[14] = 0xff;
      inner = Buffer.from('{"a":"é","b":"é"}');
      expect(reader.read(damaged, 'binary')).toBe(MISSED);
      expect(inner).toBeUndefined();
    });
  });
});
