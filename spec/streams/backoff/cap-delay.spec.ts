import * as fc from 'fast-check';
import * as O from 'fp-ts/lib/Option.js';
import { describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../../src/errors/option-error.js';
import { capDelay } from '../../../src/streams/backoff/cap-delay.js';
import { limitElapsed } from '../../../src/streams/backoff/limit-elapsed.js';
import type { RetryPolicy } from '../../../src/streams/backoff/retry-policy.js';
import { statusOf } from './retry-statuses.js';

const after =
  (delay: number): RetryPolicy =>
  () =>
    O.some(delay);

describe('capDelay', () => {
  it('should never exceed the cap, nor lengthen a delay', () => {
    fc.assert(
      fc.property(fc.nat(), fc.oneof(fc.nat(), fc.constant(Infinity)), (cap, delay) => {
        expect(capDelay(cap, after(delay))(statusOf())).toEqual(O.some(Math.min(cap, delay)));
      }),
    );
  });

  it('should give up when the policy does', () => {
    expect(capDelay(10, () => O.none)(statusOf())).toEqual(O.none);
  });

  it('should let every delay be with a cap of Infinity', () => {
    expect(capDelay(Infinity, after(5))(statusOf())).toEqual(O.some(5));
  });

  it("should keep the policy's limit of the elapsed time", () => {
    expect(capDelay(10, limitElapsed(1_000)).maxElapsed).toBe(1_000);
    expect(capDelay(10, after(5)).maxElapsed).toBeUndefined();
  });

  it.each([
    ['maxDelay', -1, after(1), OptionRangeError],
    ['maxDelay', undefined, after(1), OptionTypeError],
    ['policy', 1, undefined, OptionTypeError],
    ['policy', 1, 5, OptionTypeError],
  ])('should refuse a wrong %s', (name, maxDelay, policy, kind) => {
    const call = () => capDelay(maxDelay as number, policy as RetryPolicy);
    expect(call).toThrow(kind);
    expect(call).toThrow(expect.objectContaining({ option: `capDelay.${name}` }));
  });
});
