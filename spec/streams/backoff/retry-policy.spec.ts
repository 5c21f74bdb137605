import * as fc from 'fast-check';
import * as O from 'fp-ts/lib/Option.js';
import * as retryTs from 'retry-ts';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { OptionTypeError } from '../../../src/errors/option-error.js';
import { capDelay } from '../../../src/streams/backoff/cap-delay.js';
import { exponentialBackoff } from '../../../src/streams/backoff/exponential-backoff.js';
import { limitElapsed } from '../../../src/streams/backoff/limit-elapsed.js';
import { limitRetries } from '../../../src/streams/backoff/limit-retries.js';
import { concatPolicies, monoidRetryPolicy } from '../../../src/streams/backoff/retry-policy.js';
import type { RetryPolicy, RetryStatus } from '../../../src/streams/backoff/retry-policy.js';
import { statuses, statusOf } from './retry-statuses.js';

const after =
  (delay: number): RetryPolicy =>
  () =>
    O.some(delay);
const never: RetryPolicy = () => O.none;

const policies: fc.Arbitrary<RetryPolicy> = fc.oneof(
  fc.nat().map(after),
  fc.nat(20).map(limitRetries),
  fc.nat().map(limitElapsed),
  fc.constant(never),
  fc
    .constantFrom('none', 'full', 'equal', 'decorrelated')
    .map((jitter) => exponentialBackoff({ jitter })),
);

describe('monoidRetryPolicy', () => {
  it.each([
    [after(5), after(7), O.some(7)],
    [after(7), after(5), O.some(7)],
    [after(5), never, O.none],
    [never, after(5), O.none],
    [never, never, O.none],
  ])('should need both to agree, and take the larger delay (%#)', (first, second, expected) => {
    expect(monoidRetryPolicy.concat(first, second)(statusOf())).toEqual(expected);
  });

  it('should have an empty policy that agrees with a delay of 0', () => {
    expect(monoidRetryPolicy.empty(statusOf())).toEqual(O.some(0));
  });

  it('should be associative', () => {
    const { concat } = monoidRetryPolicy;
    fc.assert(
      fc.property(policies, policies, policies, statuses, (a, b, c, status) => {
        expect(concat(concat(a, b), c)(status)).toEqual(concat(a, concat(b, c))(status));
        expect(concat(concat(a, b), c).maxElapsed).toBe(concat(a, concat(b, c)).maxElapsed);
      }),
      { numRuns: 1_000 },
    );
  });

  it('should have the empty policy as its unit on both sides', () => {
    const { concat, empty } = monoidRetryPolicy;
    fc.assert(
      fc.property(policies, statuses, (policy, status) => {
        expect(concat(policy, empty)(status)).toEqual(policy(status));
        expect(concat(empty, policy)(status)).toEqual(policy(status));
      }),
    );
  });

  it('should keep the smaller limit of the elapsed time', () => {
    const { concat } = monoidRetryPolicy;
    expect(concat(limitElapsed(5), limitElapsed(3)).maxElapsed).toBe(3);
    expect(concat(limitElapsed(5), after(1)).maxElapsed).toBe(5);
    expect(concat(after(1), limitElapsed(5)).maxElapsed).toBe(5);
  });
});

describe('concatPolicies', () => {
  it('should need all to agree, and take the largest delay', () => {
    expect(concatPolicies(after(1), after(3), after(2))(statusOf())).toEqual(O.some(3));
    expect(concatPolicies(after(1), never, after(2))(statusOf())).toEqual(O.none);
  });

  it('should retry at once and for ever without any policy', () => {
    expect(concatPolicies()(statusOf({ iterNumber: 1_000 }))).toEqual(O.some(0));
  });

  it('should let no attempt start after the limit, whatever the delays', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), statuses, (limit, delay, status) => {
        const result = concatPolicies(after(delay), limitElapsed(limit))(status);
        expect(result).toEqual(status.elapsed + delay <= limit ? O.some(delay) : O.none);
      }),
    );
  });

  it('should refuse what is not a policy', () => {
    const call = () => concatPolicies(after(1), undefined as unknown as RetryPolicy);
    expect(call).toThrow(OptionTypeError);
    expect(call).toThrow(expect.objectContaining({ option: 'concatPolicies.policies[1]' }));
  });
});

describe('RetryPolicy', () => {
  it('should take the policies of retry-ts as they are', () => {
    expectTypeOf(retryTs.exponentialBackoff(100)).toExtend<RetryPolicy>();
    expectTypeOf(retryTs.limitRetries(3)).toExtend<RetryPolicy>();
    expectTypeOf<RetryStatus>().toExtend<retryTs.RetryStatus>();
    // The other way round a policy of ours would be given too little.
    expectTypeOf<RetryPolicy>().not.toExtend<retryTs.RetryPolicy>();

    const policy = concatPolicies(
      capDelay(
        500,
        retryTs.Monoid.concat(retryTs.exponentialBackoff(100), retryTs.limitRetries(4)),
      ),
      retryTs.constantDelay(150),
    );
    const delays = [0, 1, 2, 3, 4].map((iterNumber) => policy(statusOf({ iterNumber })));
    expect(delays).toEqual([O.some(150), O.some(200), O.some(400), O.some(500), O.none]);
  });
});
