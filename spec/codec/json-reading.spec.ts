import { isLeft, isRight, left, right } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { DateFromISOString } from 'io-ts-types/lib/DateFromISOString.js';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Mock } from 'vitest';

import { createJsonDecode } from '../../src/codec/json-decode.js';
import type { JsonDecode } from '../../src/codec/json-decode.js';
import { JsonReading } from '../../src/codec/json-reading.js';
import { fromIoTsType } from '../../src/codec/schema/io-ts-type.js';
import { withoutCodeGeneration } from './write/support/without-code-generation.js';

/** So many messages are learned from. */
const SAMPLES = 8;
const Tick = t.type({ symbol: t.string, price: t.number });

let ordinary: Mock<JsonDecode>;

function readingOf(type: t.Mixed, maxDepth = 128): JsonReading {
  ordinary = vi.fn(createJsonDecode(fromIoTsType(type), maxDepth));
  return new JsonReading(type, ordinary);
}

function read(reading: JsonReading, text: string): ReturnType<JsonDecode> {
  return reading.decode(Buffer.from(text), 'text');
}

/** Reads messages until a reader has been made of them. */
function learn(reading: JsonReading, text: string): void {
  for (let count = 0; count < SAMPLES; count += 1) read(reading, text);
  expect(reading.explain().reader).toMatchObject({ state: 'working', generations: 1 });
  ordinary.mockClear();
}

describe('JsonReading', () => {
  let reading: JsonReading;

  beforeEach(() => {
    reading = readingOf(Tick);
  });

  it('should read by itself once it has seen eight messages', () => {
    for (let count = 0; count < SAMPLES; count += 1) {
      expect(reading.explain().reader).toEqual({
        state: 'learning',
        hits: 0,
        misses: 0,
        generations: 0,
      });
      expect(read(reading, `{"symbol":"A","price":${count}}`)).toEqual(
        right({ symbol: 'A', price: count }),
      );
    }
    expect(ordinary).toHaveBeenCalledTimes(SAMPLES);
    expect(read(reading, '{"symbol":"B","price":-1.5}')).toEqual(
      right({ symbol: 'B', price: -1.5 }),
    );
    expect(ordinary).toHaveBeenCalledTimes(SAMPLES);
    expect(reading.explain().reader).toEqual({
      state: 'working',
      hits: 1,
      misses: 0,
      generations: 1,
    });
  });

  it('should read views on larger buffers', () => {
    learn(reading, '{"symbol":"A","price":1}');
    const whole = new TextEncoder().encode('xx{"symbol":"B","price":2}yy');
    const view = new Uint8Array(whole.buffer, 2, whole.byteLength - 4);
    expect(reading.decode(view, 'text')).toEqual(right({ symbol: 'B', price: 2 }));
    expect(reading.decode(view, 'binary')).toEqual(right({ symbol: 'B', price: 2 }));
    expect(ordinary).not.toHaveBeenCalled();
  });

  it('should tell a text message, which is UTF-8, from a binary one', () => {
    learn(reading, '{"symbol":"A","price":1}');
    const wide = '{"symbol":"\u00c4","price":1}';
    expect(read(reading, wide)).toEqual(right(JSON.parse(wide)));
    expect(ordinary).not.toHaveBeenCalled();
    const data = Buffer.from('{"symbol":"\u00c4","price":1}', 'latin1');
    expect(reading.decode(data, 'binary')).toMatchObject(left({ phase: 'utf-8', kind: 'binary' }));
  });

  it('should leave to the ordinary way what it misses, and give what that gives', () => {
    learn(reading, '{"symbol":"A","price":1}');
    const data = Buffer.from('{ "symbol": "A", "price": 1 }');
    const answer = right({ any: 'thing' });
    ordinary.mockReturnValueOnce(answer);
    expect(reading.decode(data, 'binary')).toBe(answer);
    expect(ordinary.mock.lastCall?.[0]).toBe(data);
    expect(ordinary.mock.lastCall?.[1]).toBe('binary');
    expect(reading.explain().reader).toMatchObject({ hits: 0, misses: 1 });
  });

  it('should give the failure of the ordinary way, before and after it has learned', () => {
    const messages = [
      '{"symbol":"A","price":"1"}',
      '{"symbol":"A"}',
      '{"symbol":"A","price":1',
      '',
    ];
    const before = messages.map((text) => read(reading, text));
    expect(before.every(isLeft)).toBe(true);
    learn(reading, '{"symbol":"A","price":1}');
    expect(messages.map((text) => read(reading, text))).toEqual(before);
  });

  it('should not learn from what is refused', () => {
    for (let count = 0; count < 100; count += 1) read(reading, '{"symbol":"A","price":"1"}');
    expect(reading.explain().reader).toMatchObject({ state: 'learning', generations: 0 });
  });

  it('should not learn from what the ordinary way finds too deep', () => {
    const nested = readingOf(t.UnknownArray, 2);
    for (let count = 0; count < 20; count += 1) expect(isLeft(read(nested, '[[[]]]'))).toBe(true);
    expect(nested.explain().reader).toMatchObject({ state: 'learning', generations: 0 });
    learn(nested, '[[1]]');
    expect(isRight(read(nested, '[[2]]'))).toBe(true);
    expect(isLeft(read(nested, '[[[2]]]'))).toBe(true);
  });

  it('should leave a type with a decode of its own to the ordinary way', () => {
    const type = Object.assign(t.type({ a: t.string }), { decode: () => t.success({ a: 'own' }) });
    const own = readingOf(type);
    for (let count = 0; count < 20; count += 1) {
      expect(read(own, '{"a":"x"}')).toEqual(right({ a: 'own' }));
    }
    expect(ordinary).toHaveBeenCalledTimes(20);
    expect(own.explain()).toEqual({
      type: '{ a: string }',
      check: 'io-ts',
      leftToIoTs: [{ path: [], type: '{ a: string }', reason: 'is left to io-ts altogether' }],
    });
  });

  it('should explain a type of which a part is left to io-ts', () => {
    const dated = readingOf(t.type({ at: DateFromISOString }));
    learn(dated, '{"at":"2026-01-02T03:04:05.678Z"}');
    const decoded = read(dated, '{"at":"2026-01-02T03:04:05.679Z"}');
    expect(decoded).toEqual(right({ at: new Date('2026-01-02T03:04:05.679Z') }));
    expect(ordinary).not.toHaveBeenCalled();
    expect(dated.explain()).toMatchObject({
      type: '{ at: DateFromISOString }',
      check: 'generated',
      leftToIoTs: [{ path: ['at'], type: 'DateFromISOString' }],
      reader: { state: 'working', hits: 1, misses: 0, generations: 1 },
    });
  });

  it('should rest when messages are made otherwise all the time, and say so', () => {
    learn(reading, '{"symbol":"A","price":1}');
    let sent = 0;
    while (reading.explain().reader?.state === 'working' && sent < 5_000) {
      const space = ' '.repeat(sent % 7);
      expect(isRight(read(reading, `{"symbol":${space}"A",${space}"price":1}`))).toBe(true);
      sent += 1;
    }
    expect(reading.explain().reader).toMatchObject({ state: 'resting' });
    expect(isRight(read(reading, '{"symbol":"A","price":1}'))).toBe(true);
  });

  describe('of a type that is not complete when it is made', () => {
    interface Tree {
      readonly name: string;
      readonly children: readonly Tree[];
    }

    /** The const is not defined yet when the reading is made; as in a module, from top to bottom. */
    function readingOfLater(use: (early: JsonReading) => void): JsonReading {
      const early = readingOf(t.type({ tree: t.recursion('Tree', () => Tree) }));
      use(early);
      const Tree: t.Type<Tree> = t.recursion('Tree', () =>
        t.type({ name: t.string, children: t.readonlyArray(Tree) }),
      );
      return early;
    }

    const text = '{"tree":{"name":"a","children":[{"name":"b","children":[]}]}}';
    const message = right(JSON.parse(text) as unknown);

    it('should work from the first message', () => {
      const later = readingOfLater(() => {});
      expect(read(later, text)).toEqual(message);
      expect(later.explain()).toMatchObject({ check: 'generated', leftToIoTs: [] });
      for (let count = 1; count < SAMPLES; count += 1) read(later, text);
      ordinary.mockClear();
      expect(read(later, text)).toEqual(message);
      expect(ordinary).not.toHaveBeenCalled();
    });

    it('should keep nothing of what it could not explain yet', () => {
      const later = readingOfLater((early) => {
        const { leftToIoTs } = early.explain();
        expect(leftToIoTs).toEqual([
          {
            path: ['tree'],
            type: 'Tree',
            reason: "cannot be read: Cannot access 'Tree' before initialization",
          },
        ]);
      });
      expect(later.explain().leftToIoTs).toEqual([]);
      expect(read(later, text)).toEqual(message);
      expect(later.explain()).toMatchObject({ check: 'generated', leftToIoTs: [] });
    });

    it('should be as right as io-ts when a message came too early', () => {
      const later = readingOfLater((early) => {
        expect(isLeft(read(early, text))).toBe(true);
      });
      for (let count = 0; count < 2 * SAMPLES; count += 1) {
        expect(read(later, text)).toEqual(message);
        expect(read(later, '{"tree":{"name":1,"children":[]}}')).toMatchObject(
          left({ phase: 'schema', issues: [{ path: ['tree', 'name'] }] }),
        );
      }
    });
  });

  it('should say so where code may not be generated', async () => {
    vi.resetModules();
    vi.doMock(import('../../src/codec/compile/source.js'), async (original) => ({
      ...(await original()),
      mayGenerate: () => false,
    }));
    const { JsonReading: Closed } = await import('../../src/codec/json-reading.js');
    const closed = new Closed(Tick, createJsonDecode(fromIoTsType(Tick), 128));
    expect(read(closed, '{"symbol":"A","price":1}')).toEqual(right({ symbol: 'A', price: 1 }));
    expect(closed.explain()).toEqual({
      type: Tick.name,
      check: 'closures',
      leftToIoTs: [],
      reader: { state: 'unavailable', hits: 0, misses: 0, generations: 0 },
    });
    vi.doUnmock('../../src/codec/compile/source.js');
    vi.resetModules();
  });

  it('should be composed of functions where code may not be generated', async () => {
    const told = await withoutCodeGeneration(`
      import * as t from 'io-ts';
      import { explain } from '/src/codec/explain.ts';
      import { json } from '/src/codec/json.ts';
      const codec = json({ incoming: t.strict({ symbol: t.string, price: t.number }) });
      const read = (text) => codec.decode(Buffer.from(text), 'text');
      const read20 = Array.from({ length: 20 }, (_, at) => read('{"symbol":"A","x":1,"price":' + at + '}'));
      tell({ read20, refused: read('{"symbol":1}')._tag, explained: explain(codec).incoming });
    `);
    expect(told).toEqual({
      read20: Array.from({ length: 20 }, (_, at) => right({ symbol: 'A', price: at })),
      refused: 'Left',
      explained: {
        type: '{| symbol: string, price: number |}',
        check: 'closures',
        leftToIoTs: [],
        reader: { state: 'unavailable', hits: 0, misses: 0, generations: 0 },
      },
    });
  });
});
