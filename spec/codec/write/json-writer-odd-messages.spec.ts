import { inspect } from 'node:util';

import { describe, expect, it } from 'vitest';

import { JsonWriter } from '../../../src/codec/write/json-writer.js';
import { createDice } from '../read/support/dice.js';
import { ODD_VALUES, withPrototype } from './support/odd-values.js';
import { isSameOutcome, outcomeOf } from './support/outcome.js';
import { TWISTS } from './support/twists.js';
import { inWorld, WORLDS } from './support/worlds.js';
import { SAMPLES, writerFor } from './support/writer-for.js';

/** Expects what JSON.stringify gives or throws for a message that is made anew for each. */
function expectSame(writer: JsonWriter, make: () => unknown): void {
  const theirs = outcomeOf(() => JSON.stringify(make()));
  const ours = outcomeOf(() => writer.write(make()));
  if (!isSameOutcome(ours, theirs)) expect.fail(`${inspect(ours)} instead of ${inspect(theirs)}`);
}

/** What a writer may have learned, each from some messages. */
const LESSONS: readonly (readonly unknown[])[] = [
  [1],
  [{}],
  [{ a: 1, b: 2 }],
  [{ a: 1, b: 2 }, { a: 1 }, { b: 2 }],
  [{ a: { a: 1, b: 2 } }],
  [{ a: {} }, { a: 1 }, { a: [1] }],
  [[]],
  [[1, 'a']],
  [[{ a: 1, b: 2 }, { a: 1 }, []]],
];

/** Messages that something may be part of. */
const PLACES: readonly ((part: unknown) => unknown)[] = [
  (part) => part,
  (part) => ({ a: part }),
  (part) => ({ a: 1, b: part }),
  (part) => [part],
  (part) => [1, part],
  (part) => ({ a: [{ a: part }] }),
];

describe('JsonWriter, given something odd', () => {
  it.each(ODD_VALUES)(
    'should write %s as JSON.stringify does, whatever it has learned',
    (_, make) => {
      for (const writer of [new JsonWriter(), ...LESSONS.map((lesson) => writerFor(...lesson))]) {
        for (const place of PLACES) expectSame(writer, () => place(make()));
      }
    },
  );

  it.each(Object.entries(TWISTS))(
    'should write %s as JSON.stringify does, whatever it has learned',
    (_, twist) => {
      const objects = [{}, { a: 1 }, { a: 1, b: 2 }, { b: 2, a: 1 }, { a: { a: 1, b: 2 } }];
      for (const lesson of LESSONS) {
        const writer = writerFor(...lesson);
        for (const place of PLACES) {
          for (const object of objects) {
            for (let seed = 0; seed < 4; seed += 1) {
              expectSame(writer, () => place(twist({ ...object }, createDice(seed))));
            }
          }
        }
        // What it has learned first, it has had all the time.
        expect(writer.status.generations).toBe(1);
      }
    },
  );

  describe.each(Object.keys(WORLDS))('with %s', (world) => {
    it('should write what JSON.stringify does, whatever it has learned', () => {
      const messages: unknown[] = [{}, { a: 1 }, { b: 1 }, { a: 1, b: 2 }, { c: 1 }, [], [1, 'a']];
      const odd: unknown[] = [1, 'a', true, null, [true], new Array(2), { a: 1n }, { a: {} }];
      const writers = [new JsonWriter(), ...LESSONS.map((lesson) => writerFor(...lesson))];
      for (const message of [...messages, ...odd]) {
        for (const writer of writers) {
          const theirs = inWorld(world, () => outcomeOf(() => JSON.stringify(message)));
          const ours = inWorld(world, () => outcomeOf(() => writer.write(message)));
          expect(isSameOutcome(ours, theirs), inspect([message, ours, theirs])).toBe(true);
        }
      }
    });

    it('should learn in it nothing that is wrong outside', () => {
      for (const lesson of LESSONS) {
        const writer = new JsonWriter();
        inWorld(world, () => {
          for (let sent = 0; sent < 2 * SAMPLES; sent += 1)
            writer.write(lesson[sent % lesson.length]);
        });
        for (const other of LESSONS.flat()) expectSame(writer, () => other);
      }
    });
  });

  describe('getters that give something else each time', () => {
    it('should be asked once when nothing is learned from the message', () => {
      const writer = new JsonWriter();
      let asked = 0;
      const message = {
        get a() {
          asked += 1;
          return asked;
        },
      };
      for (let sent = 1; sent < 40; sent += 1) expect(writer.write(message)).toBe(`{"a":${sent}}`);
    });

    it('should be asked once when the message is written as was learned', () => {
      const writer = writerFor({ a: 1, b: 2 });
      let asked = 0;
      const message = {
        get a() {
          asked += 1;
          return asked;
        },
        b: 2,
      };
      for (let sent = 1; sent < 40; sent += 1) {
        expect(writer.write(message)).toBe(`{"a":${sent},"b":2}`);
      }
    });

    // A known difference: only JSON.stringify knows from the start that it will write the message.
    it('should be asked again when the rest of the message was not learned', () => {
      const writer = writerFor([{ a: 1 }]);
      let asked = 0;
      const message = [
        {
          get a() {
            asked += 1;
            return asked;
          },
        },
        { b: 1 },
      ];
      expect(writer.write(message)).toBe('[{"a":2},{"b":1}]');
    });
  });

  // A known difference: nothing but JSON.stringify sees at once what is inside.
  it('should take a boxed primitive for what its prototype was changed to', () => {
    const writer = writerFor({});
    const boxed = withPrototype(Object(5) as object, Object.prototype);
    expect(JSON.stringify(boxed)).toBe('null');
    expect(writer.write(boxed)).toBe('{}');
  });

  it('should take an array for an array, whatever its prototype', () => {
    for (const lesson of LESSONS) {
      for (const items of [[], [1], [1, 2]]) {
        expectSame(writerFor(...lesson), () => withPrototype([...items], Object.prototype));
        expectSame(writerFor({ 0: 1, 1: 2 }), () => withPrototype([...items], Object.prototype));
      }
    }
  });
});
