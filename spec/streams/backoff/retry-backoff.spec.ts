import * as O from 'fp-ts/lib/Option.js';
import * as retryTs from 'retry-ts';
import { defer, EMPTY, NEVER, Observable, of, range, throwError } from 'rxjs';
import { concatWith, map, take } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import type { MonoTypeOperatorFunction } from 'rxjs';
import { OptionRangeError, OptionTypeError } from '../../../src/errors/option-error.js';
import { constantBackoff } from '../../../src/streams/backoff/constant-backoff.js';
import { exponentialBackoff } from '../../../src/streams/backoff/exponential-backoff.js';
import { limitElapsed } from '../../../src/streams/backoff/limit-elapsed.js';
import { limitRetries } from '../../../src/streams/backoff/limit-retries.js';
import { retryBackoff } from '../../../src/streams/backoff/retry-backoff.js';
import type { RetryBackoffOptions } from '../../../src/streams/backoff/retry-backoff.js';
import { concatPolicies } from '../../../src/streams/backoff/retry-policy.js';
import type { RetryPolicy } from '../../../src/streams/backoff/retry-policy.js';
import type { Ending } from '../../../src/streams/ending.js';
import { toSocketError } from '../../../src/streams/socket-error.js';

const after = (delay: number): RetryPolicy => constantBackoff({ delay, jitter: 'none' });
const growing = exponentialBackoff({ initialDelay: 1, maxDelay: 100, jitter: 'none' });
const marbles = (test: Parameters<TestScheduler['run']>[0]): void => {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(test);
};
const closed = (code: number, uptime: number): Ending => ({
  _tag: 'Closed',
  by: 'server',
  phase: 'open',
  uptime,
  code,
  reason: '',
  wasClean: true,
});

afterEach(() => {
  vi.useRealTimers();
});

describe('retryBackoff', () => {
  it('should subscribe again after the delay of every failure', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a-#');
      const expected = '   a--a---a-----a---------a---';
      expectObservable(source.pipe(retryBackoff(growing)), '^--------------------------!').toBe(
        expected,
      );
      expectSubscriptions(source.subscriptions).toBe([
        '^-!',
        '---^-!',
        '-------^-!',
        '-------------^-!',
        '-----------------------^-!',
      ]);
    });
  });

  it('should hold no subscription to a source that never emits but the one', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-');
      expectObservable(source.pipe(retryBackoff(after(1)))).toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^');
    });
  });

  it.each([
    ['empty', '|'],
    ['one value', '-a|'],
    ['many values', '-a-b-(cd)-|'],
  ])('should pass on a source that completes: %s', (_name, diagram) => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(diagram);
      expectObservable(source.pipe(retryBackoff(after(1)))).toBe(diagram);
      expectSubscriptions(source.subscriptions).toBe(
        diagram === '|' ? '(^!)' : `^${'-'.repeat(diagram.length - 2)}!`,
      );
    });
  });

  it('should pass on the last error unchanged when the policy gives up', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const error = new Error('gone');
      const source = cold('a-#', undefined, error);
      const policy = concatPolicies(after(2), limitRetries(2));
      expectObservable(source.pipe(retryBackoff(policy))).toBe('a---a---a-#', undefined, error);
      expectSubscriptions(source.subscriptions).toBe(['^-!', '----^-!', '--------^-!']);
    });
  });

  it('should start no attempt later than the limit of the elapsed time', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-#');
      const policy = concatPolicies(after(3), limitElapsed(7));
      // The outage begins at frame 1: attempts at 4 and 8 are in time, one at 12 would be too late.
      expectObservable(source.pipe(retryBackoff(policy))).toBe('---------#');
      expectSubscriptions(source.subscriptions).toBe(['^!', '----^!', '--------^!']);
    });
  });

  it('should cancel the wait when the subscriber leaves', () => {
    marbles(({ cold, expectObservable, expectSubscriptions, flush }) => {
      const source = cold('a#');
      expectObservable(source.pipe(retryBackoff(after(10))), '^----!').toBe('a-----');
      expectSubscriptions(source.subscriptions).toBe('^!');
      flush();
    });
  });

  it('should unsubscribe from the source when the subscriber leaves', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a----');
      expectObservable(source.pipe(retryBackoff(after(10))), '^--!').toBe('a---');
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('should leave no timer when the subscriber leaves during the wait', () => {
    vi.useFakeTimers();
    const subscription = throwError(() => new Error('boom'))
      .pipe(retryBackoff(after(10)))
      .subscribe();
    expect(vi.getTimerCount()).toBe(1);
    subscription.unsubscribe();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('should tear the source down before it waits', () => {
    vi.useFakeTimers();
    const log: string[] = [];
    const source = new Observable<never>((subscriber) => {
      log.push('subscribed');
      const timer = setTimeout(() => subscriber.error(new Error('boom')), 2);
      return () => {
        clearTimeout(timer);
        log.push('torn down');
      };
    });
    const subscription = source.pipe(retryBackoff(after(7))).subscribe();
    vi.advanceTimersByTime(8);
    expect(log).toEqual(['subscribed', 'torn down']);
    vi.advanceTimersByTime(1);
    expect(log).toEqual(['subscribed', 'torn down', 'subscribed']);
    subscription.unsubscribe();
    expect(log).toEqual(['subscribed', 'torn down', 'subscribed', 'torn down']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('should count for every subscription by itself', () => {
    marbles(({ cold, expectObservable }) => {
      const result = cold('#').pipe(retryBackoff(concatPolicies(after(2), limitRetries(1))));
      expectObservable(result).toBe('--#');
      expectObservable(result, '-----^').toBe('-------#');
    });
  });

  describe('the count', () => {
    it('should begin again after minUptime since the first value', () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const runs = ['#', '#', '-a--b-#', '#', '-'].map((run) => cold(run));
        let run = 0;
        const source = defer(() => runs[run++] ?? NEVER);
        expectObservable(source.pipe(retryBackoff(growing, { minUptime: 5 }))).toBe('----a--b');
        // Delays of 1 and 2 ms; the third run is up for 5 ms, and the delays are 1 and 2 ms again.
        expectSubscriptions(runs[1]?.subscriptions ?? []).toBe('-(^!)');
        expectSubscriptions(runs[2]?.subscriptions ?? []).toBe('---^-----!');
        expectSubscriptions(runs[3]?.subscriptions ?? []).toBe('----------(^!)');
        expectSubscriptions(runs[4]?.subscriptions ?? []).toBe('------------^');
      });
    });

    it('should go on after a run that was too short, or that stayed silent', () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const runs = ['#', '-a---#', '---------#', '-'].map((run) => cold(run));
        let run = 0;
        const source = defer(() => runs[run++] ?? NEVER);
        expectObservable(source.pipe(retryBackoff(growing, { minUptime: 5 }))).toBe('--a');
        expectSubscriptions(runs[1]?.subscriptions ?? []).toBe('-^----!');
        expectSubscriptions(runs[2]?.subscriptions ?? []).toBe('--------^--------!');
        expectSubscriptions(runs[3]?.subscriptions ?? []).toBe('---------------------^');
      });
    });

    it("should go by the connection's own uptime where the error tells it", () => {
      const uptimes = [0, 10_000, 4_999];
      const attempts: number[] = [];
      marbles(({ expectObservable }) => {
        let run = 0;
        const source = defer(() => {
          const uptime = uptimes[run++];
          return uptime === undefined
            ? EMPTY
            : throwError(() => toSocketError(closed(1012, uptime)));
        });
        const onRetry: RetryBackoffOptions['onRetry'] = ({ attempt }) => attempts.push(attempt);
        expectObservable(source.pipe(retryBackoff(after(1), { onRetry }))).toBe('---|');
      });
      expect(attempts).toEqual([2, 2, 3]);
    });
  });

  it.each([
    ['an ending that is fatal', toSocketError(closed(1008, 5))],
    ['a wrong option', new OptionTypeError('url', 'must be a URL')],
  ])('should pass on at once %s', (_name, error) => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a-#', undefined, error);
      // The limit lets the spec fail, instead of going on for ever, if the error is retried.
      const policy = concatPolicies(after(1), limitRetries(1));
      expectObservable(source.pipe(retryBackoff(policy))).toBe('a-#', undefined, error);
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
  });

  it('should go by the rule it is given', () => {
    marbles(({ cold, expectObservable }) => {
      const runs = [
        cold('#', undefined, toSocketError(closed(1008, 5))),
        cold('#', undefined, new Error('no')),
      ];
      let run = 0;
      const isTransient = (error: unknown) => !(error instanceof Error && error.message === 'no');
      expectObservable(
        defer(() => runs[run++] ?? EMPTY).pipe(retryBackoff(after(3), { isTransient })),
      ).toBe('---#', undefined, new Error('no'));
    });
  });

  it('should wait as long as the server asks, and then as the policy says', () => {
    const error = toSocketError({
      _tag: 'UpgradeRefused',
      by: 'server',
      phase: 'upgrade',
      uptime: 0,
      status: 503,
      statusText: 'Service Unavailable',
      headers: { 'retry-after': '2' },
      body: '',
    });
    marbles(({ cold, expectObservable }) => {
      const runs = [cold('#', undefined, error), cold('a')];
      let run = 0;
      expectObservable(defer(() => runs[run++] ?? EMPTY).pipe(retryBackoff(after(3)))).toBe(
        '2003ms a',
      );
    });
  });

  it('should tell of every retry', () => {
    const notices: unknown[] = [];
    const error = new Error('boom');
    marbles(({ cold, expectObservable }) => {
      const policy = concatPolicies(growing, limitRetries(2));
      expectObservable(
        cold('#', undefined, error).pipe(
          retryBackoff(policy, { onRetry: (notice) => notices.push(notice) }),
        ),
      ).toBe('---#', undefined, error);
    });
    expect(notices).toEqual([
      { error, attempt: 2, delay: 1 },
      { error, attempt: 3, delay: 2 },
    ]);
  });

  it.each<[string, RetryPolicy, RetryBackoffOptions]>([
    [
      'the policy',
      () => {
        throw new Error('mine');
      },
      {},
    ],
    [
      'isTransient',
      after(1),
      {
        isTransient: () => {
          throw new Error('mine');
        },
      },
    ],
    [
      'onRetry',
      after(1),
      {
        onRetry: () => {
          throw new Error('mine');
        },
      },
    ],
    [
      'random',
      exponentialBackoff(),
      {
        random: () => {
          throw new Error('mine');
        },
      },
    ],
  ])('should fail with what %s throws', (_name, policy, options) => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a-#');
      expectObservable(source.pipe(retryBackoff(policy, options))).toBe(
        'a-#',
        undefined,
        new Error('mine'),
      );
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
  });

  it('should fail with an option error when the policy gives a delay that is none', () => {
    const errors: unknown[] = [];
    throwError(() => new Error('boom'))
      .pipe(retryBackoff(() => O.some(NaN)))
      .subscribe({ error: (error: unknown) => errors.push(error) });
    expect(errors).toEqual([expect.any(OptionRangeError)]);
    expect(errors).toEqual([expect.objectContaining({ option: 'retryBackoff.policy' })]);
  });

  it('should stop a source that emits without end when the subscriber has enough', () => {
    const values: number[] = [];
    range(0, 1_000_000)
      .pipe(retryBackoff(after(1)), take(3))
      .subscribe((value) => values.push(value));
    expect(values).toEqual([0, 1, 2]);
  });

  it('should retry a source that emits and fails at once', () => {
    marbles(({ expectObservable }) => {
      const source = of('a', 'b').pipe(concatWith(throwError(() => 'error')));
      const policy = concatPolicies(after(5), limitRetries(1));
      expectObservable(source.pipe(retryBackoff(policy))).toBe('(ab)-(ab#)');
    });
  });

  it('should neither overflow the stack nor keep the event loop, failing at once for ever', async () => {
    let runs = 0;
    let turns = 0;
    const source = defer(() => {
      runs += 1;
      return throwError(() => new Error('boom'));
    });
    const subscription = source.pipe(retryBackoff(after(0))).subscribe();
    // One run happened in the call itself; the others must share the loop with these turns.
    expect(runs).toBe(1);
    while (runs < 50) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
    subscription.unsubscribe();
    expect(turns).toBeGreaterThan(10);
    const runsAtTheEnd = runs;
    await new Promise((resolve) => setImmediate(resolve));
    expect(runs).toBe(runsAtTheEnd);
  });

  it('should not deepen the stack however often it fails at once', () => {
    let runs = 0;
    marbles(({ expectObservable }) => {
      const source = defer(() => {
        runs += 1;
        return runs > 20_000 ? of('a') : throwError(() => new Error('boom'));
      });
      expectObservable(source.pipe(retryBackoff(after(0)))).toBe('(a|)');
    });
    expect(runs).toBe(20_001);
  });

  it('should wait by the scheduler it is given, and draw from its random source', () => {
    vi.useFakeTimers();
    const scheduler = new TestScheduler(() => undefined);
    const delays: number[] = [];
    let runs = 0;
    const source = defer(() => {
      runs += 1;
      return runs < 3 ? throwError(() => new Error('boom')) : of('a');
    });
    source
      .pipe(
        retryBackoff(exponentialBackoff({ initialDelay: 100 }), {
          scheduler,
          random: () => 0.25,
          onRetry: ({ delay }) => delays.push(delay),
        }),
      )
      .subscribe();
    expect(vi.getTimerCount()).toBe(0);
    scheduler.flush();
    expect(delays).toEqual([25, 50]);
    expect(scheduler.now()).toBe(75);
  });

  it('should draw from Math.random when nothing is said', () => {
    const spy = vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const delays: number[] = [];
    marbles(({ cold, expectObservable }) => {
      expectObservable(
        cold('#').pipe(
          retryBackoff(concatPolicies(exponentialBackoff(), limitRetries(1)), {
            onRetry: ({ delay }) => delays.push(delay),
          }),
        ),
      ).toBe('100ms #');
    });
    spy.mockRestore();
    expect(delays).toEqual([100]);
  });

  it('should take a policy of retry-ts as it is', () => {
    marbles(({ cold, expectObservable }) => {
      const policy = retryTs.Monoid.concat(retryTs.exponentialBackoff(2), retryTs.limitRetries(2));
      expectObservable(cold('#').pipe(retryBackoff(policy))).toBe('------#');
    });
  });

  it('should keep the type of the source', () => {
    const operator = retryBackoff<number>(after(1));
    expect(operator).toBeTypeOf('function');
    expectTypeOf(operator).toEqualTypeOf<MonoTypeOperatorFunction<number>>();
    expectTypeOf(
      of(1).pipe(
        retryBackoff(after(1)),
        map((value) => `${value}`),
      ),
    ).toEqualTypeOf<Observable<string>>();
  });

  it.each<[string, unknown, unknown, typeof OptionTypeError | typeof OptionRangeError]>([
    ['policy', undefined, {}, OptionTypeError],
    ['policy', { delay: 5 }, {}, OptionTypeError],
    ['minUptime', after(1), { minUptime: -1 }, OptionRangeError],
    ['minUptime', after(1), { minUptime: '5s' }, OptionTypeError],
    ['isTransient', after(1), { isTransient: true }, OptionTypeError],
    ['onRetry', after(1), { onRetry: 'log' }, OptionTypeError],
    ['random', after(1), { random: 0.5 }, OptionTypeError],
    ['scheduler', after(1), { scheduler: null }, OptionTypeError],
    ['scheduler', after(1), { scheduler: { now: () => 0 } }, OptionTypeError],
    ['scheduler', after(1), { scheduler: { schedule: () => undefined } }, OptionTypeError],
    ['maxRetries', after(1), { maxRetries: 3 }, OptionTypeError],
  ])('should refuse a wrong %s', (name, policy, options, kind) => {
    const call = () => retryBackoff(policy as RetryPolicy, options as RetryBackoffOptions);
    expect(call).toThrow(kind);
    expect(call).toThrow(expect.objectContaining({ option: `retryBackoff.${name}` }));
  });
});
