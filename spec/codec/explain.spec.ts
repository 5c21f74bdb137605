import { right } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import * as D from 'io-ts/lib/Decoder.js';
import { type as arktype } from 'arktype';
import { DateFromISOString } from 'io-ts-types/lib/DateFromISOString.js';
import * as v from 'valibot';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';

import { bytes } from '../../src/codec/bytes.js';
import type { Codec } from '../../src/codec/codec.js';
import { custom } from '../../src/codec/custom.js';
import { explain, explainable } from '../../src/codec/explain.js';
import { json } from '../../src/codec/json.js';
import { text } from '../../src/codec/text.js';
import { toStandardSchema } from '../../src/codec/schema/to-standard-schema.js';
import { withoutCodeGeneration } from './write/support/without-code-generation.js';

const LEARNING = { state: 'learning', hits: 0, misses: 0, generations: 0 };
const Tick = t.type({ symbol: t.string, price: t.number }, 'Tick');

function decode(codec: Pick<Codec<unknown, never>, 'decode'>, message: string): void {
  codec.decode(Buffer.from(message), 'text');
}

describe('explain', () => {
  it('should tell what a codec of an io-ts type has come to', () => {
    const codec = json({ incoming: Tick, outgoing: Tick });
    expect(explain(codec)).toEqual({
      codec: 'json',
      incoming: { type: 'Tick', check: 'generated', leftToIoTs: [], reader: LEARNING },
      outgoing: { writer: LEARNING },
    });
  });

  it('should tell what is left to io-ts, and where', () => {
    const Order = t.type({
      at: DateFromISOString,
      legs: t.array(t.type({ until: DateFromISOString })),
    });
    const [first] = explain(json({ incoming: Order })).incoming?.leftToIoTs ?? [];
    expect(first).toEqual({
      path: ['at'],
      type: 'DateFromISOString',
      reason: 'has a validate of its own',
    });
  });

  it('should tell that a type is left to io-ts altogether', () => {
    expect(explain(json({ incoming: DateFromISOString })).incoming).toEqual({
      type: 'DateFromISOString',
      check: 'io-ts',
      leftToIoTs: [{ path: [], type: 'DateFromISOString', reason: 'is left to io-ts altogether' }],
    });
  });

  it.each([
    ['zod schema', json({ incoming: z.object({ a: z.string() }) })],
    ['valibot schema', json({ incoming: v.object({ a: v.string() }) })],
    ['arktype schema', json({ incoming: arktype({ a: 'string' }) })],
    ['rx-wss schema', json({ incoming: toStandardSchema(Tick) })],
    ['io-ts decoder', json({ incoming: D.struct({ a: D.string }) })],
  ])(
    'should tell that messages are checked by a %s itself',
    (type, codec: Codec<unknown, never>) => {
      decode(codec, '{"a":"b"}');
      expect(explain(codec)).toEqual({
        codec: 'json',
        incoming: { type, check: 'schema', leftToIoTs: [] },
        outgoing: { writer: LEARNING },
      });
    },
  );

  it('should tell that messages are not checked', () => {
    expect(explain(json())).toEqual({
      codec: 'json',
      incoming: { check: 'nothing', leftToIoTs: [] },
      outgoing: { writer: LEARNING },
    });
  });

  it.each<[string, Codec<unknown, never>]>([
    ['text', text()],
    ['bytes', bytes()],
    ['mine', custom({ name: 'mine', decode: (data) => data.length, encode: String })],
    ['own', { name: 'own', decode: right, encode: () => right('') }],
  ])('should tell no more than the name of the codec %s', (codec, given) => {
    expect(explain(given)).toEqual({ codec });
  });

  it('should tell of a codec, and not of what was made of it', () => {
    expect(explain({ ...json({ incoming: Tick }), name: 'copy' })).toEqual({ codec: 'copy' });
  });

  it('should count how many messages went which way', () => {
    const codec = json({ incoming: Tick });
    const send = (count: number, price: string): void => {
      for (let sent = 0; sent < count; sent += 1) decode(codec, `{"symbol":"A","price":${price}}`);
    };
    send(8, '1');
    expect(explain(codec).incoming?.reader).toEqual({
      state: 'working',
      hits: 0,
      misses: 0,
      generations: 1,
    });
    send(10, '-2.5');
    send(3, '"x"');
    expect(explain(codec).incoming?.reader).toEqual({
      state: 'working',
      hits: 10,
      misses: 3,
      generations: 1,
    });
  });

  it('should tell when reader and writer are learning, working and resting', () => {
    const codec = json({ incoming: t.UnknownRecord });
    const states = new Set<string>();
    for (let sent = 0; sent < 4_000; sent += 1) {
      const message = { [`key${Math.floor(sent / 3) % 500}`]: sent };
      decode(codec, JSON.stringify(message));
      codec.encode(message);
      const { incoming, outgoing } = explain(codec);
      states.add(`reader ${incoming?.reader?.state ?? ''}`);
      states.add(`writer ${outgoing?.writer.state ?? ''}`);
    }
    expect(states).toEqual(
      new Set([
        'reader learning',
        'writer learning',
        'reader working',
        'writer working',
        'reader resting',
        'writer resting',
      ]),
    );
  });

  it('should be a snapshot', () => {
    const codec = json({ incoming: Tick });
    const before = explain(codec);
    const copy = structuredClone(before);
    for (let sent = 0; sent < 20; sent += 1) {
      decode(codec, '{"symbol":"A","price":1}');
      codec.encode({ a: 1 });
    }
    expect(before).toEqual(copy);
    expect(explain(codec)).not.toEqual(copy);
  });

  it('should be plain data', () => {
    const codec = json({ incoming: t.type({ at: DateFromISOString }) });
    const explained = explain(codec);
    expect(JSON.parse(JSON.stringify(explained))).toEqual(explained);
    expect(structuredClone(explained)).toEqual(explained);
  });

  it('should show nothing of what is in a message', () => {
    const messages: readonly unknown[] = [
      { user: 'hunter2', hunter2: 'hunter2' },
      { user: 'hunter2', 'hunter2"': 1 },
      { user: 'hunter2', list: ['hunter2', { hunter2: 'hunter2' }] },
      { user: 'hunter2'.repeat(5_000) },
      { user: ['hunter2'] },
      { hunter2: new Date() },
      { hunter2: { toJSON: () => 'hunter2' } },
      'hunter2',
    ];
    for (const message of messages) {
      for (const incoming of [
        t.type({ user: t.string }),
        t.strict({ user: t.string }),
        t.unknown,
      ]) {
        const codec = json({ incoming });
        for (let sent = 0; sent < 20; sent += 1) {
          decode(codec, JSON.stringify(message));
          decode(codec, `${JSON.stringify(message)} hunter2`);
          codec.encode(message);
          codec.encode({ hunter2: 1n });
        }
        expect(JSON.stringify(explain(codec))).not.toContain('hunter2');
      }
    }
  });

  it('should take a codec of any messages', () => {
    expectTypeOf(explain).toBeCallableWith(json({ incoming: Tick, outgoing: Tick }));
    expectTypeOf(explain).toBeCallableWith(text());
    expectTypeOf(explain).toBeCallableWith(bytes());
    const reading: Codec<{ readonly symbol: string }, never> = json({ incoming: Tick });
    expect(explain(reading).incoming?.type).toBe('Tick');
    // @ts-expect-error -- no codec at all
    expect(() => explain(undefined)).toThrow(TypeError);
  });

  it('should tell that code may not be generated', async () => {
    const told = await withoutCodeGeneration(`
      import * as t from 'io-ts';
      import { explain } from '/src/codec/explain.ts';
      import { json } from '/src/codec/json.ts';
      const codec = json({ incoming: t.type({ a: t.string }) });
      const early = explain(codec);
      for (let sent = 0; sent < 20; sent++) {
        codec.decode(Buffer.from('{"a":"b"}'), 'text');
        codec.encode({ a: 'b' });
      }
      tell({ early, late: explain(codec), plain: explain(json()) });
    `);
    const unavailable = { state: 'unavailable', hits: 0, misses: 0, generations: 0 };
    const explained = {
      codec: 'json',
      incoming: { type: '{ a: string }', check: 'closures', leftToIoTs: [], reader: unavailable },
      outgoing: { writer: unavailable },
    };
    expect(told).toEqual({
      early: explained,
      late: explained,
      plain: { ...explained, incoming: { check: 'nothing', leftToIoTs: [] } },
    });
  });
});

describe('explainable', () => {
  it('should give the codec itself, and have it explained anew each time', () => {
    const codec = { name: 'mine', decode: () => right(1), encode: () => right('') };
    let count = 0;
    const explained = explainable(codec, () => {
      count += 1;
      return { incoming: { check: 'nothing', leftToIoTs: [], type: `${count}` } };
    });
    expect(explained).toBe(codec);
    expect(explain(codec).incoming?.type).toBe('1');
    expect(explain(codec)).toEqual({
      codec: 'mine',
      incoming: { check: 'nothing', leftToIoTs: [], type: '2' },
    });
  });
});
