import * as fc from 'fast-check';
import * as O from 'fp-ts/lib/Option.js';
import type { RetryStatus } from '../../../src/streams/backoff/retry-policy.js';

/** A status for a spec: the first failure, a random source stuck at 0.5, and what is given. */
export function statusOf(fields: Partial<RetryStatus> = {}): RetryStatus {
  return {
    iterNumber: 0,
    cumulativeDelay: 0,
    previousDelay: O.none,
    ending: O.none,
    uptime: 0,
    elapsed: 0,
    random: () => 0.5,
    ...fields,
  };
}

/** What `random()` may give, the forbidden 1 included: bounds must hold even then. */
export const draws: fc.Arbitrary<number> = fc.double({ min: 0, max: 1, noNaN: true });

/** Any status that can come about, and some that cannot. */
export const statuses: fc.Arbitrary<RetryStatus> = fc
  .record({
    iterNumber: fc.oneof(fc.nat(50), fc.maxSafeNat()),
    cumulativeDelay: fc.maxSafeNat(),
    previousDelay: fc.option(fc.nat(), { nil: undefined }),
    uptime: fc.nat(),
    elapsed: fc.nat(),
    draw: draws,
  })
  .map(({ previousDelay, draw, ...fields }) =>
    statusOf({ ...fields, previousDelay: O.fromNullable(previousDelay), random: () => draw }),
  );
