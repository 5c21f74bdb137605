import * as fc from 'fast-check';
import * as O from 'fp-ts/lib/Option.js';
import { describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../../src/errors/option-error.js';
import { constantBackoff } from '../../../src/streams/backoff/constant-backoff.js';
import { MAX_TIMER } from '../../../src/errors/option-checks.js';
import { statuses, statusOf } from './retry-statuses.js';

describe('constantBackoff', () => {
  it('should give between 500 and 1000 ms when nothing is said', () => {
    const policy = constantBackoff();
    expect(policy(statusOf({ random: () => 0 }))).toEqual(O.some(500));
    expect(policy(statusOf({ random: () => 1 }))).toEqual(O.some(1_000));
  });

  it.each([
    ['none', 2_000],
    ['full', 500],
    ['equal', 1_250],
  ] as const)('should spread 2 s by the jitter %s', (jitter, expected) => {
    const policy = constantBackoff({ delay: 2_000, jitter });
    expect(policy(statusOf({ iterNumber: 9, random: () => 0.25 }))).toEqual(O.some(expected));
  });

  it('should give the same delay for the same status, and never more than its delay', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: MAX_TIMER }),
        fc.constantFrom('none', 'full', 'equal'),
        statuses,
        (delay, jitter, status) => {
          const policy = constantBackoff({ delay, jitter });
          const result = O.getOrElse(() => NaN)(policy(status));
          expect(policy(status)).toEqual(O.some(result));
          expect(result).toBeGreaterThanOrEqual(0);
          expect(result).toBeLessThanOrEqual(delay);
        },
      ),
    );
  });

  it.each<[string, object, typeof OptionTypeError | typeof OptionRangeError]>([
    ['delay', { delay: -1 }, OptionRangeError],
    ['delay', { delay: 2 ** 31 }, OptionRangeError],
    ['delay', { delay: null }, OptionTypeError],
    ['jitter', { jitter: 'decorrelated' }, OptionTypeError],
    ['interval', { interval: 5 }, OptionTypeError],
  ])('should refuse a wrong %s: %o', (name, options, kind) => {
    const call = () => constantBackoff(options);
    expect(call).toThrow(kind);
    expect(call).toThrow(expect.objectContaining({ option: `constantBackoff.${name}` }));
  });
});
