import fc from 'fast-check';
import * as t from 'io-ts';
import { describe, expect, it } from 'vitest';

import { shapeOf } from '../../../src/codec/compile/shape-of.js';
import type { MessageLayout } from '../../../src/codec/read/layout.js';
import { shapedLayout } from '../../../src/codec/read/layout-of.js';
import { mergeMessages } from '../../../src/codec/read/merge-layouts.js';
import { generateReader, MISSED } from '../../../src/codec/read/reader-source.js';
import { readSample } from '../../../src/codec/read/sample.js';
import { anyFeed } from './support/any-feed.js';
import { isSame, kindsOf, readOrdinarily } from './support/ordinary.js';
import { emptyTally, runSession } from './support/session.js';

/** About how many messages; `EQUIVALENCE_RUNS=1000000 npx vitest run …` for a long run. */
const RUNS = Number(process.env['EQUIVALENCE_RUNS'] ?? 8_000);
const SEED = process.env['EQUIVALENCE_SEED'];
const MEAN_LENGTH = 40;

describe('TypedReader', () => {
  it(
    'should read what JSON.parse and io-ts make of it, or nothing',
    () => {
      const tally = emptyTally();
      const property = fc.property(
        anyFeed.map((feed) => ({ ...feed, [fc.toStringMethod]: () => feed.type.name })),
        fc.nat(),
        // The last kind gets past several of the windows in which a reader is judged.
        fc.oneof({ arbitrary: fc.integer({ min: 10, max: 60 }), weight: 400 }, fc.constant(2_000)),
        (feed, seed, length) => {
          runSession(feed, seed, length, tally);
        },
      );
      const seed = SEED === undefined ? undefined : { seed: Number(SEED) };
      fc.assert(property, { numRuns: Math.ceil(RUNS / MEAN_LENGTH), ...seed });
      if (RUNS > 20_000) console.info(tally);
      // Else nothing has been shown.
      expect(tally.hits).toBeGreaterThan(0.4 * (tally.tries - tally.refused));
      expect(tally.nearHits).toBeGreaterThan(0.02 * tally.tries);
      expect(tally.refused).toBeGreaterThan(0.2 * tally.tries);
    },
    RUNS * 20 + 10_000,
  );
});

describe('generateReader', () => {
  it('should agree with the ordinary way about every change of one byte', () => {
    const type = t.type({
      n: t.number,
      s: t.string,
      k: t.keyof({ buy: null, é: null }),
      o: t.exact(t.partial({ a: t.boolean, b: t.union([t.string, t.null]) })),
      l: t.array(t.tuple([t.Int, t.unknown])),
      r: t.record(t.string, t.literal(1)),
    });
    const messages = [
      '{"n":-10.50,"s":"a\\né","k":"é","o":{"a":true,"x":[1,{}]},"l":[[1,"x"],[0,null]],"r":{"q":1,"w":1}}',
      '{"n":1e5,"s":"","k":"buy","o":{"b":null,"x":[]},"l":[],"r":{}}',
    ];
    const [one, other] = messages.map((text): MessageLayout => {
      const { before, root, after } = readSample(text);
      return { before, root: shapedLayout(shapeOf(type), root), after };
    });
    if (one === undefined || other === undefined) throw new TypeError('no layouts');
    const read = generateReader(mergeMessages(one, other));
    let hits = 0;
    for (const text of messages) {
      for (const data of changesOf(Buffer.from(text))) {
        for (const kind of kindsOf(data)) {
          const message = read?.(data, kind === 'text');
          if (message === MISSED) continue;
          hits += 1;
          if (isSame(message, readOrdinarily(type, data, kind))) continue;
          expect.fail(`${kind} ${JSON.stringify(data.toString('latin1'))}`);
        }
      }
    }
    expect(hits).toBeGreaterThan(2_000);
  });
});

/** Gives a message cut at every place, and with every byte left out, put in the place of another or between. */
function* changesOf(data: Buffer): Generator<Buffer> {
  for (let at = 0; at <= data.length; at += 1) {
    const before = data.subarray(0, at);
    const after = data.subarray(at + 1);
    yield before;
    yield Buffer.concat([before, after]);
    for (let byte = 0; byte < 256; byte += 1) {
      yield Buffer.concat([before, Buffer.from([byte]), after]);
      yield Buffer.concat([before, Buffer.from([byte]), data.subarray(at)]);
    }
  }
}
