import { describe, expect, it } from 'vitest';

import { compareMany } from '../support/compare-many.js';
import { withoutCodeGeneration } from '../write/support/without-code-generation.js';

/** How many values; `EQUIVALENCE_RUNS=1000000 npx vitest run spec/codec/equivalence` for a long run. */
const RUNS = Number(process.env['EQUIVALENCE_RUNS'] ?? 20_000);
const SEED = process.env['EQUIVALENCE_SEED'];

describe('compileType', () => {
  it(
    'should make of any value what io-ts makes of it',
    async () => {
      const tally = await compareMany(RUNS, SEED === undefined ? undefined : Number(SEED));
      if (SEED !== undefined) console.info(SEED, tally);
      // Else nothing has been shown.
      expect(tally.compiled).toBeGreaterThan(0.5 * tally.types);
      expect(tally.keeping).toBeGreaterThan(0.1 * tally.types);
      expect(tally.given).toBeGreaterThan(0.1 * tally.values);
      expect(tally.changed).toBeGreaterThan(0.03 * tally.values);
      expect(tally.refused).toBeGreaterThan(0.2 * tally.values);
    },
    RUNS * 20 + 10_000,
  );

  it('should do so where code may not be generated', { timeout: 30_000 }, async () => {
    const told = await withoutCodeGeneration(`
      import { mayGenerate } from '/src/codec/compile/source.ts';
      import { compareMany } from '/spec/codec/support/compare-many.ts';
      tell({ mayGenerate: mayGenerate(), tally: await compareMany(4_000) });
    `);
    expect(told).toMatchObject({ mayGenerate: false, tally: { types: 100 } });
  });
});
