import * as O from 'fp-ts/lib/Option.js';
import * as retryTs from 'retry-ts';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { capDelay } from '../../../src/streams/backoff/cap-delay.js';
import { constantBackoff } from '../../../src/streams/backoff/constant-backoff.js';
import { exponentialBackoff } from '../../../src/streams/backoff/exponential-backoff.js';
import { limitElapsed } from '../../../src/streams/backoff/limit-elapsed.js';
import { limitRetries } from '../../../src/streams/backoff/limit-retries.js';
import { repeatBackoff } from '../../../src/streams/backoff/repeat-backoff.js';
import { retryBackoff } from '../../../src/streams/backoff/retry-backoff.js';
import { concatPolicies, monoidRetryPolicy } from '../../../src/streams/backoff/retry-policy.js';
import type { RetryPolicy } from '../../../src/streams/backoff/retry-policy.js';

const three = (policy: RetryPolicy): RetryPolicy => concatPolicies(policy, limitRetries(3));
const growing = exponentialBackoff({ initialDelay: 2, maxDelay: 100, jitter: 'none' });
const capped = exponentialBackoff({ initialDelay: 2, maxDelay: 5, jitter: 'none' });
const constant = constantBackoff({ delay: 3, jitter: 'none' });

/** A random source that gives `draws` in turn, and nothing that would do after them. */
function inTurn(draws: readonly number[]): () => number {
  const left = [...draws];
  return () => left.shift() ?? NaN;
}

/**
 * By name: the policy, what it draws, and what comes of a source that emits `a` and ends a
 * millisecond later, before the end that the policy makes.
 */
const POLICIES: readonly (readonly [string, RetryPolicy, readonly number[], string])[] = [
  ['exponentialBackoff, no jitter', three(capped), [], 'a--a----a-----a'],
  [
    'exponentialBackoff, full jitter',
    three(exponentialBackoff({ initialDelay: 4, maxDelay: 16 })),
    [0.5, 0.25, 0.75],
    'a--a--a------------a',
  ],
  [
    'exponentialBackoff, equal jitter',
    three(exponentialBackoff({ initialDelay: 4, maxDelay: 16, jitter: 'equal' })),
    [0.5, 0, 0.25],
    'a---a----a----------a',
  ],
  [
    'exponentialBackoff, decorrelated jitter',
    three(exponentialBackoff({ initialDelay: 2, maxDelay: 9, jitter: 'decorrelated' })),
    [0.5, 0.5, 0.9],
    'a----a-------a---------a',
  ],
  ['constantBackoff, no jitter', three(constant), [], 'a---a---a---a'],
  [
    'constantBackoff, full jitter',
    three(constantBackoff({ delay: 4, jitter: 'full' })),
    [0, 0.5, 0.9],
    'aa--a----a',
  ],
  [
    'constantBackoff, equal jitter',
    three(constantBackoff({ delay: 4 })),
    [0, 0.5, 0.9],
    'a--a---a----a',
  ],
  ['limitRetries', limitRetries(2), [], 'aaa'],
  ['limitRetries of 0', limitRetries(0), [], 'a'],
  ['limitElapsed', limitElapsed(2), [], 'aaaa'],
  // The outage begins at frame 1: a start at 8 is in time, one at 12 would be too late.
  ['limitElapsed with a delay', concatPolicies(constant, limitElapsed(7)), [], 'a---a---a'],
  ['limitElapsed, the delay just too long', concatPolicies(constant, limitElapsed(6)), [], 'a---a'],
  ['capDelay', three(capDelay(3, growing)), [], 'a--a---a---a'],
  [
    'capDelay within a limit of the elapsed time',
    concatPolicies(capDelay(3, growing), limitElapsed(6)),
    [],
    'a--a---a',
  ],
  [
    'capDelay around a limit, which goes by the delay before the cap',
    capDelay(3, concatPolicies(growing, limitElapsed(6))),
    [],
    'a--a',
  ],
  ['concatPolicies', concatPolicies(growing, constant, limitRetries(3)), [], 'a---a----a--------a'],
  [
    'monoidRetryPolicy',
    monoidRetryPolicy.concat(monoidRetryPolicy.empty, limitRetries(2)),
    [],
    'aaa',
  ],
  [
    'a policy of retry-ts',
    retryTs.Monoid.concat(
      retryTs.capDelay(5, retryTs.exponentialBackoff(2)),
      retryTs.limitRetries(3),
    ),
    [],
    'a--a----a-----a',
  ],
  [
    'a policy of retry-ts with one of ours',
    concatPolicies(retryTs.constantDelay(3), limitElapsed(7)),
    [],
    'a---a---a',
  ],
  [
    'a policy of one’s own',
    ({ cumulativeDelay, previousDelay }) =>
      cumulativeDelay < 6 ? O.some(O.getOrElse(() => 1)(previousDelay) * 2) : O.none,
    [],
    'a--a----a',
  ],
];

const marbles = (test: Parameters<TestScheduler['run']>[0]): void => {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(test);
};

/** One subscription, of a millisecond, for every `a` of a diagram. */
const subscriptionsOf = (diagram: string): string[] =>
  Array.from(diagram.matchAll(/a/gu), ({ index }) => `${'-'.repeat(index)}^!`);

describe.each(POLICIES)('%s', (_name, policy, draws, diagram) => {
  it('should decide when retryBackoff subscribes again', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a#');
      const result = source.pipe(retryBackoff(policy, { random: inTurn(draws) }));
      expectObservable(result).toBe(`${diagram}#`);
      expectSubscriptions(source.subscriptions).toBe(subscriptionsOf(diagram));
    });
  });

  it('should decide when repeatBackoff subscribes again', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a|');
      const result = source.pipe(repeatBackoff(policy, { random: inTurn(draws) }));
      expectObservable(result).toBe(`${diagram}|`);
      expectSubscriptions(source.subscriptions).toBe(subscriptionsOf(diagram));
    });
  });
});
