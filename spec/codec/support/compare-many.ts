import fc from 'fast-check';

import { anySample } from './any-sample.js';
import { Contestants, emptyTally } from './contestants.js';
import type { Tally } from './contestants.js';
import { nearValues } from './near-value.js';

/** How many values each type is given, since making a type is dear. */
const VALUES = 40;

/**
 * Compiles types of all kinds and holds what comes of about `count` values against io-ts.
 *
 * @throws `Error` with the type, the value and the seed at the first difference.
 */
export async function compareMany(count: number, seed?: number): Promise<Tally> {
  const tally = emptyTally();
  const cases = anySample.chain(({ type, values }) =>
    fc.record({
      type: fc.constant({ type, [fc.toStringMethod]: () => type.name }),
      values: fc.array(nearValues(values), { minLength: VALUES, maxLength: VALUES }),
    }),
  );
  const property = fc.asyncProperty(cases, async ({ type: { type }, values }) => {
    const contestants = new Contestants(type, tally);
    for (const value of values) {
      const difference = contestants.difference(value);
      if (difference !== undefined) throw new Error(`${difference}, for ${fc.stringify(value)}`);
    }
    // Leaves the runner time to tell that this one is alive.
    if (tally.types % 100 === 0) await new Promise(setImmediate);
  });
  const parameters = {
    numRuns: Math.ceil(count / VALUES),
    ...(seed === undefined ? {} : { seed }),
  };
  await fc.assert(property, parameters);
  return tally;
}
