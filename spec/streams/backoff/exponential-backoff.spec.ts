import * as fc from 'fast-check';
import * as O from 'fp-ts/lib/Option.js';
import { describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../../src/errors/option-error.js';
import { exponentialBackoff } from '../../../src/streams/backoff/exponential-backoff.js';
import type { ExponentialBackoffOptions } from '../../../src/streams/backoff/exponential-backoff.js';
import { MAX_TIMER } from '../../../src/errors/option-checks.js';
import { statuses, statusOf } from './retry-statuses.js';

const optionsOf = fc
  .record({
    initialDelay: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: MAX_TIMER })),
    more: fc.oneof(fc.nat(), fc.constant(Infinity)),
    factor: fc.oneof(fc.double({ min: 1, noNaN: true }), fc.constant(1)),
    jitter: fc.constantFrom('none', 'full', 'equal', 'decorrelated'),
  })
  .filter(({ initialDelay, more }) => more === Infinity || initialDelay + more <= MAX_TIMER)
  .map(({ more, ...rest }) => ({ ...rest, maxDelay: rest.initialDelay + more }));

describe('exponentialBackoff', () => {
  it.each([
    [0, 200],
    [1, 400],
    [2, 800],
    [7, 25_600],
    [8, 30_000],
    [1_000_000, 30_000],
  ])('should give, after %i retries, %i ms without jitter', (iterNumber, expected) => {
    const policy = exponentialBackoff({ jitter: 'none' });
    expect(policy(statusOf({ iterNumber }))).toEqual(O.some(expected));
  });

  it('should spread by full jitter when nothing is said', () => {
    const policy = exponentialBackoff();
    expect(policy(statusOf({ iterNumber: 1, random: () => 0.25 }))).toEqual(O.some(100));
    expect(policy(statusOf({ iterNumber: 1, random: () => 0 }))).toEqual(O.some(0));
  });

  it('should spread the upper half by equal jitter', () => {
    const policy = exponentialBackoff({ jitter: 'equal' });
    expect(policy(statusOf({ iterNumber: 1, random: () => 0 }))).toEqual(O.some(200));
  });

  it('should grow by the factor', () => {
    const policy = exponentialBackoff({ initialDelay: 10, factor: 3, jitter: 'none' });
    expect(policy(statusOf({ iterNumber: 3 }))).toEqual(O.some(270));
  });

  it.each([
    ['from the initial delay at first', O.none, 0.5, 400],
    ['from the previous delay', O.some(1_000), 0.5, 1_600],
    ['up to the cap', O.some(20_000), 0.9, 30_000],
    ['as if a longer previous delay had been capped', O.some(3_600_000), 0.25, 22_650],
  ])('should go on, by decorrelated jitter, %s', (_name, previousDelay, draw, expected) => {
    const policy = exponentialBackoff({ jitter: 'decorrelated' });
    expect(policy(statusOf({ previousDelay, random: () => draw }))).toEqual(O.some(expected));
  });

  it('should stay finite and within the cap for any options and any status', () => {
    fc.assert(
      fc.property(optionsOf, statuses, (options, status) => {
        const result = O.getOrElse(() => NaN)(exponentialBackoff(options)(status));
        expect(result).toBeGreaterThanOrEqual(0);
        expect(result).toBeLessThanOrEqual(Math.min(options.maxDelay, MAX_TIMER));
      }),
      { numRuns: 1_000 },
    );
  });

  it('should keep within the bounds of its jitter', () => {
    fc.assert(
      fc.property(optionsOf, statuses, (options, status) => {
        const delay = (jitter: ExponentialBackoffOptions['jitter']) =>
          O.getOrElse(() => NaN)(exponentialBackoff({ ...options, jitter })(status));
        const whole = delay('none');
        expect(delay('full')).toBeLessThanOrEqual(whole);
        expect(delay('equal')).toBeLessThanOrEqual(whole);
        expect(delay('equal')).toBeGreaterThanOrEqual(whole / 2);
        expect(delay('decorrelated')).toBeGreaterThanOrEqual(options.initialDelay);
      }),
    );
  });

  it('should give the same delay for the same status', () => {
    fc.assert(
      fc.property(optionsOf, statuses, (options, status) => {
        const policy = exponentialBackoff(options);
        expect(policy(status)).toEqual(policy(status));
        expect(exponentialBackoff(options)(status)).toEqual(policy(status));
      }),
    );
  });

  it('should never shorten the delay without jitter', () => {
    fc.assert(
      fc.property(optionsOf, fc.nat(2_000), (options, iterNumber) => {
        const policy = exponentialBackoff({ ...options, jitter: 'none' });
        const at = (n: number) => O.getOrElse(() => NaN)(policy(statusOf({ iterNumber: n })));
        expect(at(iterNumber + 1)).toBeGreaterThanOrEqual(at(iterNumber));
      }),
    );
  });

  it.each<[string, object, typeof OptionTypeError | typeof OptionRangeError]>([
    ['initialDelay', { initialDelay: -1 }, OptionRangeError],
    ['initialDelay', { initialDelay: Infinity }, OptionRangeError],
    ['initialDelay', { initialDelay: NaN }, OptionTypeError],
    ['maxDelay', { maxDelay: -1 }, OptionRangeError],
    ['maxDelay', { maxDelay: 2 ** 31 }, OptionRangeError],
    ['maxDelay', { maxDelay: '1s' }, OptionTypeError],
    ['maxDelay', { initialDelay: 60_000 }, OptionRangeError],
    ['factor', { factor: 0.5 }, OptionRangeError],
    ['jitter', { jitter: 'lots' }, OptionTypeError],
    ['initialInterval', { initialInterval: 5 }, OptionTypeError],
  ])('should refuse a wrong %s: %o', (name, options, kind) => {
    const call = () => exponentialBackoff(options);
    expect(call).toThrow(kind);
    expect(call).toThrow(expect.objectContaining({ option: `exponentialBackoff.${name}` }));
  });
});
