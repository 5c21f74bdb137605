import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/testing/seeded-random.js';

const take = (seed: number, count: number): readonly number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, random);
};

describe('seededRandom', () => {
  it('should be the same for the same seed, and another for another', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (seed) => {
        expect(take(seed, 20)).toEqual(take(seed, 20));
        expect(take(seed, 20)).not.toEqual(take(seed + 1, 20));
      }),
    );
  });

  it('should give what mulberry32 gives', () => {
    // Of the reference implementation, for the seed 1.
    expect(take(1, 3)).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
  });

  it('should be spread evenly from 0 to 1', () => {
    const tenths = new Array<number>(10).fill(0);
    for (const value of take(7, 10_000))
      tenths[Math.floor(value * 10)] = (tenths[Math.floor(value * 10)] ?? NaN) + 1;
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
