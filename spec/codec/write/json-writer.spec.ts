import { describe, expect, it } from 'vitest';

import { JsonWriter } from '../../../src/codec/write/json-writer.js';
import { createDice } from '../read/support/dice.js';
import { outcomeOf } from './support/outcome.js';
import { withoutCodeGeneration } from './support/without-code-generation.js';
import { SAMPLES, writerFor } from './support/writer-for.js';

/** Sends a message `count` times. */
function send(writer: JsonWriter, count: number, message: unknown): void {
  for (let sent = 0; sent < count; sent += 1) writer.write(message);
}

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'];

describe('JsonWriter', () => {
  it('should write by itself once it has seen eight messages', () => {
    const writer = new JsonWriter();
    for (let sent = 0; sent < SAMPLES; sent += 1) {
      expect(writer.status).toEqual({ state: 'learning', hits: 0, misses: 0, generations: 0 });
      expect(writer.write({ n: sent })).toBe(`{"n":${sent}}`);
    }
    expect(writer.status).toEqual({ state: 'working', hits: 0, misses: 0, generations: 1 });
    expect(writer.write({ n: 8 })).toBe('{"n":8}');
    expect(writer.status).toEqual({ state: 'working', hits: 1, misses: 0, generations: 1 });
  });

  it('should give nothing for what JSON has no word for, and not learn from it', () => {
    const writer = new JsonWriter();
    for (const message of [undefined, () => 1, Symbol('a'), { toJSON: () => undefined }]) {
      send(writer, SAMPLES, message);
      expect(writer.write(message)).toBeUndefined();
    }
    expect(writer.status).toEqual({ state: 'learning', hits: 0, misses: 0, generations: 0 });
    const working = writerFor(1);
    expect(working.write(undefined)).toBeUndefined();
    expect(working.status).toMatchObject({ hits: 0, misses: 1 });
  });

  it('should throw what JSON.stringify throws, and go on', () => {
    const thrown = { any: 'thing' };
    const message = {
      get a(): never {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- anything may be thrown
        throw thrown;
      },
    };
    for (const writer of [new JsonWriter(), writerFor({ a: 1 })]) {
      expect(outcomeOf(() => writer.write(message))).toEqual({ _tag: 'Threw', thrown });
      expect(() => writer.write({ a: 1n })).toThrow(/BigInt/);
      const { hits } = writer.status;
      expect(writer.write({ a: 1 })).toBe('{"a":1}');
      expect(writer.status.hits).toBe(writer.status.state === 'working' ? hits + 1 : 0);
    }
  });

  it.each([
    ['a key that is not listed', Object.defineProperty({ a: 1 }, 'b', { value: 'hidden' })],
    ['a toJSON', { a: 1, b: 2, toJSON: () => 'told' }],
    ['another order', { b: 2, a: 1 }],
    ['one key more', { a: 1, b: 2, c: 3 }],
    ['one key less', { a: 1 }],
    ['a long text', { a: 'x'.repeat(257), b: 1 }],
    ['a wide text', { a: 'é', b: 1 }],
    ['an escape', { a: '\n', b: 1 }],
    ['undefined', { a: 1, b: undefined }],
    ['an instance', Object.assign(Object.create({}) as object, { a: 1, b: 2 })],
  ])('should leave to JSON.stringify what it has not learned: %s', (_, message) => {
    const writer = writerFor({ a: 1, b: 2 });
    expect(writer.write(message)).toBe(JSON.stringify(message));
    expect(writer.status).toMatchObject({ hits: 0, misses: 1 });
  });

  it('should write objects with getters, frozen ones and proxies by itself', () => {
    const writer = writerFor({ a: 1, b: 2 });
    const messages = [
      {
        get a() {
          return 'a';
        },
        b: 2,
      },
      Object.freeze({ a: 1, b: 2 }),
      new Proxy({ a: 1, b: 2 }, {}),
      { a: 1, b: 2, [Symbol('c')]: 3 },
      { ...{ a: 1, b: 2 } },
    ];
    for (const message of messages) expect(writer.write(message)).toBe(JSON.stringify(message));
    expect(writer.status).toMatchObject({ hits: messages.length, misses: 0 });
  });

  it('should learn the keys that are always undefined', () => {
    const writer = writerFor({ a: 1, error: undefined });
    send(writer, 100, { a: 1, error: undefined });
    expect(writer.write({ a: 1, error: undefined })).toBe('{"a":1}');
    expect(writer.write({ a: 1 })).toBe('{"a":1}');
    expect(writer.status).toMatchObject({ hits: 102, misses: 0 });
  });

  it('should learn several orders of the same keys', () => {
    const writer = writerFor({ a: 1, b: 2 }, { b: 'x', a: 'y' });
    expect(writer.write({ a: 3, b: 4 })).toBe('{"a":3,"b":4}');
    expect(writer.write({ b: 3, a: 4 })).toBe('{"b":3,"a":4}');
    expect(writer.status).toMatchObject({ hits: 2, misses: 0 });
  });

  describe('the page', () => {
    const PAGE = 64 * 1024;

    it('should write what just fits by itself, and leave what does not', () => {
      const item = 'x'.repeat(250);
      for (const over of [-2, -1, 0, 1, 2]) {
        const items = Array.from({ length: 259 }, () => item);
        const rest = PAGE + over - JSON.stringify([...items, '']).length;
        const message = [...items, 'x'.repeat(rest)];
        expect(JSON.stringify(message)).toHaveLength(PAGE + over);
        const writer = writerFor(['a']);
        expect(writer.write(message)).toBe(JSON.stringify(message));
        expect(writer.status.hits).toBe(over > 0 ? 0 : 1);
      }
    });

    it('should end in the middle of anything', () => {
      const parts: unknown[] = [-1.5, 123_456_789_012, true, null, 'text', [], {}, [[1]], { a: 1 }];
      const writer = writerFor(parts);
      const items = Array.from({ length: 2_046 }, () => 'x'.repeat(29));
      let hits = 0;
      for (let filler = 0; filler < 70; filler += 1) {
        const message = [...items, 'y'.repeat(filler), ...parts];
        expect(writer.write(message)).toBe(JSON.stringify(message));
        if (JSON.stringify(message).length <= PAGE) hits += 1;
      }
      expect(hits).toBe(6);
      expect(writer.status).toMatchObject({ hits, misses: 70 - hits });
    });

    it('should show nothing of the messages before', () => {
      const writer = writerFor(['a']);
      expect(writer.write(['secret '.repeat(30)])).toContain('secret');
      expect(writer.write(['a'])).toBe('["a"]');
      expect(writer.write([])).toBe('[]');
    });

    it.each([
      ['a long string', 'x'.repeat(200_000)],
      ['a long wide string', 'é'.repeat(200_000)],
      ['a long list', Array.from({ length: 100_000 }, (_, at) => at)],
      ['a long list of wide texts', Array.from({ length: 20_000 }, () => 'ü')],
    ])('should write %s', (_, long) => {
      for (const lesson of [['a'], [['a']]]) {
        const writer = writerFor(lesson);
        expect(writer.write([long])).toBe(JSON.stringify([long]));
        expect(writer.write(['a'])).toBe('["a"]');
      }
    });
  });

  describe('a message that sends others', () => {
    it('should write both', () => {
      const writer = writerFor({ a: 1, b: 2 });
      const other = writerFor({ a: 1, b: 2 });
      for (const inner of [writer, other]) {
        const message = {
          get a() {
            return inner.write({ a: 'inner', b: 2 })?.length;
          },
          b: 'outer',
        };
        expect(writer.write(message)).toBe('{"a":19,"b":"outer"}');
      }
      // The one inside is nobody's miss.
      expect(writer.status).toMatchObject({ hits: 2, misses: 0 });
      expect(other.status).toMatchObject({ hits: 0, misses: 0 });
    });

    it('should write both when the one inside throws, or the one outside', () => {
      const writer = writerFor({ a: 1, b: 2 });
      const message = {
        get a() {
          return outcomeOf(() => writer.write({ a: 1n }))._tag;
        },
        b: 2,
      };
      expect(writer.write(message)).toBe('{"a":"Threw","b":2}');
      expect(() =>
        writer.write({
          get a() {
            return writer.write({ a: 1, b: 2 });
          },
          get b(): never {
            throw new RangeError('not this one');
          },
        }),
      ).toThrow('not this one');
      const { hits } = writer.status;
      expect(writer.write({ a: 1, b: 2 })).toBe('{"a":1,"b":2}');
      expect(writer.status.hits).toBe(hits + 1);
    });

    it('should write those that are sent while it learns', () => {
      const writer = new JsonWriter();
      const message = (): object => ({
        get a() {
          return writer.write({ a: 1 });
        },
      });
      for (let sent = 0; sent < 40; sent += 1) {
        expect(writer.write(message())).toBe(JSON.stringify({ a: '{"a":1}' }));
      }
    });
  });

  it('should write even when a writer cannot be generated', () => {
    // Nothing can be pushed to an array then.
    const readOnly = { value: 'zero', configurable: true };
    const writer = new JsonWriter();
    try {
      Object.defineProperty(Object.prototype, 0, readOnly);
      for (let sent = 0; sent < 3 * SAMPLES; sent += 1) writer.write({ a: 1 });
    } finally {
      Reflect.deleteProperty(Object.prototype, 0);
    }
    expect(writer.write({ a: 1 })).toBe('{"a":1}');
    expect(writer.status).toMatchObject({ state: 'resting', hits: 0, generations: 0 });
  });

  describe('giving way', () => {
    it('should be generated anew when other messages come', () => {
      const writer = writerFor({ a: 1 });
      send(writer, 256 + SAMPLES, { b: 1 });
      const { hits } = writer.status;
      expect(writer.status).toMatchObject({ state: 'working', generations: 2 });
      expect(writer.write({ b: 2 })).toBe('{"b":2}');
      expect(writer.write({ a: 2 })).toBe('{"a":2}');
      expect(writer.status.hits).toBe(hits + 2);
    });

    it('should rest when nothing helps, and try again', () => {
      const writer = writerFor({ a: 'x' });
      let state = '';
      let sent = 0;
      for (; sent < 5_000 && state !== 'resting'; sent += 1) {
        writer.write({ a: 'é' });
        state = writer.status.state;
      }
      expect(writer.status).toMatchObject({ state: 'resting', hits: 0, misses: sent - 1 });
      for (; sent < 10_000 && state !== 'working'; sent += 1) {
        writer.write({ a: 'x' });
        state = writer.status.state;
      }
      const { hits } = writer.status;
      send(writer, 10, { a: 'x' });
      expect(writer.status.hits).toBe(hits + 10);
    });

    it.each([
      ['has a key that is no plain word', { 'a"': 1 }],
      ['has a key that is no plain word', { é: 1 }],
      ['is made of more than plain objects, arrays and scalars', { at: new Date(0) }],
      ['is nested too deep', JSON.parse('['.repeat(40) + ']'.repeat(40)) as unknown],
    ])('should rest and say why: %s', (reason, message) => {
      const writer = new JsonWriter();
      send(writer, SAMPLES, message);
      expect(writer.status).toEqual({
        state: 'resting',
        hits: 0,
        misses: 0,
        generations: 0,
        reason,
      });
      expect(writer.write(message)).toBe(JSON.stringify(message));
    });

    it('should say so when the function would be too long', () => {
      const writer = new JsonWriter();
      const keys = Array.from({ length: 200 }, (_, at) => [`${'key'.repeat(15)}${at}`, at]);
      send(writer, SAMPLES, Object.fromEntries(keys));
      expect(writer.status).toMatchObject({
        state: 'resting',
        generations: 0,
        reason: 'would take too long a function',
      });
    });

    it('should begin with nothing after a rest', () => {
      const writer = new JsonWriter();
      const keys = Array.from({ length: 240 }, (_, at) => `${'k'.repeat(50)}${at}`);
      for (let sent = 0; sent < SAMPLES; sent += 1) {
        const some = keys.slice(sent * 30, (sent + 1) * 30);
        writer.write(Object.fromEntries(some.map((key) => [key, 1])));
      }
      expect(writer.status).toMatchObject({ state: 'resting', generations: 0 });
      // With the ones before they would be too many.
      const message = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`key${at}`, at]));
      send(writer, 1_024 + SAMPLES, message);
      expect(writer.status).toMatchObject({ state: 'working', generations: 1 });
      expect(writer.write(message)).toBe(JSON.stringify(message));
      expect(writer.status.hits).toBe(1);
    });

    it('should not learn a mixture of too many kinds', () => {
      const writer = new JsonWriter();
      const orders = Array.from({ length: 24 }, (_, seed) => createDice(seed).shuffle(KEYS));
      const message = orders.map((order) => Object.fromEntries(order.map((key) => [key, 1])));
      for (let sent = 0; sent < SAMPLES; sent += 1) {
        expect(writer.write(message)).toBe(JSON.stringify(message));
      }
      expect(writer.status).toMatchObject({ reason: 'is written in too many ways' });
      expect(writer.status.state).toBe('resting');
    });
  });

  it('should leave all to JSON.stringify where code may not be generated', async () => {
    const told = await withoutCodeGeneration(`
      import { JsonWriter } from '/src/codec/write/json-writer.ts';
      const writer = new JsonWriter();
      const written = Array.from({ length: 20 }, (_, at) => writer.write({ at }));
      let thrown = '';
      try { writer.write(1n) } catch (error) { thrown = error.name }
      tell({ written, thrown, nothing: writer.write(undefined) === undefined, status: writer.status });
    `);
    expect(told).toEqual({
      written: Array.from({ length: 20 }, (_, at) => `{"at":${at}}`),
      thrown: 'TypeError',
      nothing: true,
      status: { state: 'unavailable', hits: 0, misses: 0, generations: 0 },
    });
  });
});
