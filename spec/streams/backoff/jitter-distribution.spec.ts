import * as O from 'fp-ts/lib/Option.js';
import { describe, expect, it } from 'vitest';
import { constantBackoff } from '../../../src/streams/backoff/constant-backoff.js';
import { seededRandom } from '../../../src/streams/backoff/explain-policy.js';
import { exponentialBackoff } from '../../../src/streams/backoff/exponential-backoff.js';
import type { RetryPolicy, RetryStatus } from '../../../src/streams/backoff/retry-policy.js';
import { chiSquare, KS_LIMIT, kolmogorovSmirnov, uniform } from './goodness-of-fit.js';
import { statusOf } from './retry-statuses.js';

const COUNT = 20_000;

/** Gives many delays of one retry, by random numbers that are the same in every run of the spec. */
function sample(policy: RetryPolicy, status: Partial<RetryStatus> = {}): readonly number[] {
  const random = seededRandom(7);
  return Array.from({ length: COUNT }, () =>
    O.getOrElse(() => NaN)(policy(statusOf({ ...status, random }))),
  );
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The share of samples that may differ from what is expected: four standard deviations. */
const within = (deviation: number): number => (4 * deviation) / Math.sqrt(COUNT);

const full = exponentialBackoff();
const equal = exponentialBackoff({ jitter: 'equal' });
const decorrelated = exponentialBackoff({ jitter: 'decorrelated' });

describe('the distribution of a delay', () => {
  it.each<[string, RetryPolicy, Partial<RetryStatus>, number, number]>([
    ['full jitter, first retry', full, { iterNumber: 0 }, 0, 200],
    ['full jitter, fourth retry', full, { iterNumber: 3 }, 0, 1_600],
    ['full jitter, at the cap', full, { iterNumber: 20 }, 0, 30_000],
    ['full jitter, constant', constantBackoff({ jitter: 'full' }), {}, 0, 1_000],
    ['equal jitter, first retry', equal, { iterNumber: 0 }, 100, 200],
    ['equal jitter, fourth retry', equal, { iterNumber: 3 }, 800, 1_600],
    ['equal jitter, at the cap', equal, { iterNumber: 20 }, 15_000, 30_000],
    ['equal jitter, constant', constantBackoff(), {}, 500, 1_000],
    ['decorrelated jitter, first retry', decorrelated, {}, 200, 600],
    ['decorrelated jitter, after 1 s', decorrelated, { previousDelay: O.some(1_000) }, 200, 3_000],
    ['decorrelated jitter, up to the cap', decorrelated, { previousDelay: O.some(1e4) }, 200, 3e4],
  ])('should be uniform: %s', (_name, policy, status, low, high) => {
    const delays = sample(policy, status);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(low);
    expect(Math.max(...delays)).toBeLessThan(high);
    const deviation = (high - low) / Math.sqrt(12);
    expect(Math.abs(meanOf(delays) - (low + high) / 2)).toBeLessThan(within(deviation));
    expect(kolmogorovSmirnov(delays, uniform(low, high))).toBeLessThan(KS_LIMIT);
  });

  it('should heap up at the cap by decorrelated jitter, and be uniform below it', () => {
    // Between 200 ms and three times 30 s, cut at 30 s: 29.8 of 89.8 s are below the cap.
    const delays = sample(decorrelated, { previousDelay: O.some(30_000) });
    const below = delays.filter((delay) => delay < 30_000);
    expect(Math.max(...delays)).toBe(30_000);
    const share = 29_800 / 89_800;
    const deviation = Math.sqrt(share * (1 - share));
    expect(Math.abs(below.length / COUNT - share)).toBeLessThan(within(deviation));
    expect(kolmogorovSmirnov(below, uniform(200, 30_000))).toBeLessThan(KS_LIMIT);
  });

  it.each([
    ['exponential', exponentialBackoff({ jitter: 'none' }), 1_600],
    ['constant', constantBackoff({ jitter: 'none' }), 1_000],
  ])('should be one delay without jitter: %s', (_name, policy, expected) => {
    expect(new Set(sample(policy, { iterNumber: 3 }))).toEqual(new Set([expected]));
  });

  it('should be told from one that is only nearly the same', () => {
    const skewed: RetryPolicy = ({ random }) => O.some(200 * random() ** 1.1);
    const short: RetryPolicy = ({ random }) => O.some(196 * random());
    expect(kolmogorovSmirnov(sample(skewed), uniform(0, 200))).toBeGreaterThan(KS_LIMIT);
    expect(kolmogorovSmirnov(sample(short), uniform(0, 200))).toBeGreaterThan(KS_LIMIT);
  });
});

describe('seededRandom', () => {
  it('should give the numbers of mulberry32', () => {
    const random = seededRandom(1);
    expect([random(), random(), random()]).toEqual([
      0.6270739405881613, 0.002735721180215478, 0.5274470399599522,
    ]);
  });

  it('should give the same numbers for the same seed, and others for another one', () => {
    const draw = (seed: number): number[] => Array.from({ length: 5 }, seededRandom(seed));
    expect(draw(5)).toEqual(draw(5));
    expect(draw(5)).not.toEqual(draw(6));
  });

  it('should give numbers from 0 to below 1, all alike, and none that tells of the next', () => {
    const random = seededRandom(2 ** 32 - 1);
    const pairs = Array.from({ length: 100 }, () => 0);
    const draws = Array.from({ length: 2 * COUNT }, random);
    for (let index = 0; index < draws.length; index += 2) {
      const [one = NaN, other = NaN] = draws.slice(index, index + 2);
      const cell = Math.floor(one * 10) * 10 + Math.floor(other * 10);
      pairs[cell] = (pairs[cell] ?? NaN) + 1;
    }
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...draws)).toBeLessThan(1);
    expect(kolmogorovSmirnov(draws, uniform(0, 1))).toBeLessThan(KS_LIMIT);
    // 99 degrees of freedom: four standard deviations on either side.
    expect(Math.abs(chiSquare(pairs) - 99)).toBeLessThan(4 * Math.sqrt(2 * 99));
  });
});
