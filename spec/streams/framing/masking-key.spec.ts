import { describe, expect, it } from 'vitest';

import { maskingKey } from '../../../src/streams/framing/masking-key.js';

// More than are made at a time.
const KEYS = 100_000;

describe('maskingKey', () => {
  const keys = Array.from({ length: KEYS }, maskingKey);

  it('should give 32 bits', () => {
    expect(keys.filter((key) => key !== (key | 0))).toEqual([]);
  });

  it('should give a fresh one each time', () => {
    // Of so many random ones of 32 bits one pair is the same, as a rule, and ten never are.
    expect(new Set(keys).size).toBeGreaterThan(KEYS - 10);
  });

  it('should set each bit in half of them', () => {
    for (let bit = 0; bit < 32; bit += 1) {
      const set = keys.filter((key) => ((key >>> bit) & 1) === 1).length;
      // Eight standard deviations: never by chance.
      expect(Math.abs(set - KEYS / 2)).toBeLessThan(4 * Math.sqrt(KEYS));
    }
  });
});
