import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decorrelatedJitter,
  equalJitter,
  fullJitter,
  spread,
} from '../../../src/streams/backoff/jitter.js';
import { MAX_TIMER } from '../../../src/errors/option-checks.js';
import { draws } from './retry-statuses.js';

const delays = fc.integer({ min: 0, max: MAX_TIMER });

describe('fullJitter', () => {
  it.each([
    [0, 0],
    [0.25, 250],
    [1, 1_000],
  ])('should give, for a draw of %d, %d ms of 1000', (draw, expected) => {
    expect(fullJitter(1_000, () => draw)).toBe(expected);
  });

  it('should stay between 0 and the delay', () => {
    fc.assert(
      fc.property(delays, draws, (delay, draw) => {
        const result = fullJitter(delay, () => draw);
        expect(result).toBeGreaterThanOrEqual(0);
        expect(result).toBeLessThanOrEqual(delay);
      }),
    );
  });
});

describe('equalJitter', () => {
  it.each([
    [0, 500],
    [0.25, 625],
    [1, 1_000],
  ])('should give, for a draw of %d, %d ms of 1000', (draw, expected) => {
    expect(equalJitter(1_000, () => draw)).toBe(expected);
  });

  it('should stay between half of the delay and the delay', () => {
    fc.assert(
      fc.property(delays, draws, (delay, draw) => {
        const result = equalJitter(delay, () => draw);
        expect(result).toBeGreaterThanOrEqual(delay / 2);
        expect(result).toBeLessThanOrEqual(delay);
      }),
    );
  });
});

describe('decorrelatedJitter', () => {
  it.each([
    [200, 200, 0, 200],
    [200, 200, 0.5, 400],
    [200, 1_000, 0.5, 1_600],
    [200, 1_000, 1, 3_000],
    [200, 10, 0.5, 200],
  ])(
    'should give, for base %d, previous %d and a draw of %d, %d ms',
    (base, previous, draw, ms) => {
      expect(decorrelatedJitter(base, previous, () => draw)).toBe(ms);
    },
  );

  it('should stay between the base and three times the previous delay', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), draws, (base, more, draw) => {
        const previous = base + more;
        const result = decorrelatedJitter(base, previous, () => draw);
        expect(result).toBeGreaterThanOrEqual(base);
        expect(result).toBeLessThanOrEqual(previous * 3);
      }),
    );
  });
});

describe('spread', () => {
  it.each([
    ['none', 1_000],
    ['full', 250],
    ['equal', 625],
  ] as const)('should spread by the kind %s', (kind, expected) => {
    expect(spread(kind, 1_000, () => 0.25)).toBe(expected);
  });
});
