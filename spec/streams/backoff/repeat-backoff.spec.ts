import * as O from 'fp-ts/lib/Option.js';
import * as retryTs from 'retry-ts';
import { concatWith, defer, EMPTY, NEVER, of, range, take, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { OptionTypeError } from '../../../src/errors/option-error.js';
import { constantBackoff } from '../../../src/streams/backoff/constant-backoff.js';
import { exponentialBackoff } from '../../../src/streams/backoff/exponential-backoff.js';
import { limitRetries } from '../../../src/streams/backoff/limit-retries.js';
import { repeatBackoff } from '../../../src/streams/backoff/repeat-backoff.js';
import type { RepeatBackoffOptions } from '../../../src/streams/backoff/repeat-backoff.js';
import { retryBackoff } from '../../../src/streams/backoff/retry-backoff.js';
import { concatPolicies } from '../../../src/streams/backoff/retry-policy.js';
import type { RetryPolicy } from '../../../src/streams/backoff/retry-policy.js';

const after = (delay: number): RetryPolicy => constantBackoff({ delay, jitter: 'none' });
const growing = exponentialBackoff({ initialDelay: 1, maxDelay: 100, jitter: 'none' });
const throwing: RetryPolicy = () => {
  throw new Error('mine');
};
const marbles = (test: Parameters<TestScheduler['run']>[0]): void => {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(test);
};

afterEach(() => {
  vi.useRealTimers();
});

describe('repeatBackoff', () => {
  it('should subscribe again after the delay of every completion', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a-|');
      expectObservable(source.pipe(repeatBackoff(growing)), '^-------------!').toBe(
        'a--a---a-----a',
      );
      expectSubscriptions(source.subscriptions).toBe([
        '^-!',
        '---^-!',
        '-------^-!',
        '-------------^!',
      ]);
    });
  });

  it('should hold no subscription to a source that never emits but the one', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-');
      expectObservable(source.pipe(repeatBackoff(after(1)))).toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^');
    });
  });

  it.each([
    ['empty', '|', '--|'],
    ['one value', 'a|', 'a--a|'],
    ['many values', '(ab)|', '(ab)--(ab)|'],
  ])('should complete when the policy gives up: %s', (_name, diagram, expected) => {
    marbles(({ cold, expectObservable }) => {
      const policy = concatPolicies(after(2), limitRetries(1));
      expectObservable(cold(diagram).pipe(repeatBackoff(policy))).toBe(expected);
    });
  });

  it('should pass on an error at once', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a-#');
      expectObservable(source.pipe(repeatBackoff(after(1)))).toBe('a-#');
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
  });

  it('should cancel the wait when the subscriber leaves', () => {
    vi.useFakeTimers();
    const subscription = EMPTY.pipe(repeatBackoff(after(10))).subscribe();
    expect(vi.getTimerCount()).toBe(1);
    subscription.unsubscribe();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('should unsubscribe from the source when the subscriber leaves', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a----');
      expectObservable(source.pipe(repeatBackoff(after(10))), '^--!').toBe('a---');
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it.each([
    ['at once', '|', '#'],
    ['later', 'a-|', 'a-#'],
  ])('should fail with what the policy throws, %s', (_name, diagram, expected) => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold(diagram).pipe(repeatBackoff(throwing))).toBe(
        expected,
        undefined,
        new Error('mine'),
      );
    });
  });

  it('should fail with what the policy throws after a synchronous run, the first or a later one', () => {
    marbles(({ expectObservable }) => {
      expectObservable(of('a').pipe(repeatBackoff(throwing))).toBe(
        '(a#)',
        undefined,
        new Error('mine'),
      );
      const once: RetryPolicy = (status) =>
        status.iterNumber === 0 ? O.some(4) : throwing(status);
      expectObservable(of('a').pipe(repeatBackoff(once))).toBe(
        'a---(a#)',
        undefined,
        new Error('mine'),
      );
    });
  });

  it('should begin to count again after minUptime since the first value', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const runs = ['|', '|', '-a--b-|', '|', '-'].map((run) => cold(run));
      let run = 0;
      const source = defer(() => runs[run++] ?? NEVER);
      expectObservable(source.pipe(repeatBackoff(growing, { minUptime: 5 }))).toBe('----a--b');
      expectSubscriptions(runs[3]?.subscriptions ?? []).toBe('----------(^!)');
      expectSubscriptions(runs[4]?.subscriptions ?? []).toBe('------------^');
    });
  });

  it('should count for every subscription by itself', () => {
    marbles(({ cold, expectObservable }) => {
      const result = cold('|').pipe(repeatBackoff(concatPolicies(after(2), limitRetries(1))));
      expectObservable(result).toBe('--|');
      expectObservable(result, '-----^').toBe('-------|');
    });
  });

  it('should stop a source that emits without end when the subscriber has enough', () => {
    const values: number[] = [];
    range(0, 1_000_000)
      .pipe(repeatBackoff(after(1)), take(3))
      .subscribe((value) => values.push(value));
    expect(values).toEqual([0, 1, 2]);
  });

  it('should not deepen the stack however often it completes at once', () => {
    let runs = 0;
    marbles(({ expectObservable }) => {
      const source = defer(() => {
        runs += 1;
        return runs > 20_000 ? throwError(() => 'error') : EMPTY;
      });
      expectObservable(source.pipe(repeatBackoff(after(0)))).toBe('#');
    });
    expect(runs).toBe(20_001);
  });

  it('should leave the event loop to others, completing at once for ever', async () => {
    let runs = 0;
    let turns = 0;
    const subscription = defer(() => {
      runs += 1;
      return EMPTY;
    })
      .pipe(repeatBackoff(after(0)))
      .subscribe();
    expect(runs).toBe(1);
    while (runs < 50) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
    subscription.unsubscribe();
    expect(turns).toBeGreaterThan(10);
  });

  it('should go together with retryBackoff', () => {
    marbles(({ cold, expectObservable }) => {
      const runs = [cold('a#'), cold('b|'), cold('c')];
      let run = 0;
      const source = defer(() => runs[run++] ?? NEVER);
      expectObservable(source.pipe(retryBackoff(after(2)), repeatBackoff(after(4)))).toBe(
        'a--b----c',
      );
    });
  });

  it('should take a policy of retry-ts as it is', () => {
    marbles(({ cold, expectObservable }) => {
      const policy = retryTs.Monoid.concat(retryTs.constantDelay(2), retryTs.limitRetries(2));
      expectObservable(cold('|').pipe(concatWith(EMPTY), repeatBackoff(policy))).toBe('----|');
    });
  });

  it.each<[string, unknown, unknown]>([
    ['policy', undefined, {}],
    ['scheduler', after(1), { scheduler: 'async' }],
    ['isTransient', after(1), { isTransient: () => true }],
  ])('should refuse a wrong %s', (name, policy, options) => {
    const call = () => repeatBackoff(policy as RetryPolicy, options as RepeatBackoffOptions);
    expect(call).toThrow(OptionTypeError);
    expect(call).toThrow(expect.objectContaining({ option: `repeatBackoff.${name}` }));
  });
});
