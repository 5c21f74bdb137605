import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { emptyTally, runSession } from './support/session.js';

/** About how many messages; `EQUIVALENCE_RUNS=1000000 npx vitest run …` for a long run. */
const RUNS = Number(process.env['EQUIVALENCE_RUNS'] ?? 10_000);
const SEED = process.env['EQUIVALENCE_SEED'];
const MEAN_LENGTH = 150;

describe('JsonWriter', () => {
  it(
    'should write what JSON.stringify does',
    () => {
      const tally = emptyTally();
      // The last kind gets past several of the windows in which a writer is judged.
      const length = fc.oneof(
        { arbitrary: fc.integer({ min: 20, max: 150 }), weight: 200 },
        { arbitrary: fc.integer({ min: 150, max: 600 }), weight: 40 },
        fc.constant(2_500),
      );
      const seed = SEED === undefined ? undefined : { seed: Number(SEED) };
      fc.assert(
        fc.property(fc.noShrink(fc.nat()), length, (each, messages) => {
          runSession(each, messages, tally);
        }),
        { numRuns: Math.ceil(RUNS / MEAN_LENGTH), ...seed },
      );
      if (RUNS > 10_000) console.info(tally);
      // Else nothing has been shown.
      expect(tally.hits).toBeGreaterThan(0.3 * tally.messages);
      expect(tally.oddHits).toBeGreaterThan(0.005 * tally.messages);
      expect(tally.misses).toBeGreaterThan(0.05 * tally.messages);
      expect(tally.thrown + tally.formless).toBeGreaterThan(0);
    },
    RUNS + 20_000,
  );
});
