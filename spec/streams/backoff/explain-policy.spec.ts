import * as fc from 'fast-check';
import * as O from 'fp-ts/lib/Option.js';
import * as retryTs from 'retry-ts';
import { defer, throwError } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { MAX_TIMER } from '../../../src/errors/option-checks.js';
import { OptionRangeError, OptionTypeError } from '../../../src/errors/option-error.js';
import { capDelay } from '../../../src/streams/backoff/cap-delay.js';
import { constantBackoff } from '../../../src/streams/backoff/constant-backoff.js';
import {
  DEFAULT_EXPLAIN_POLICY,
  explainPolicy,
} from '../../../src/streams/backoff/explain-policy.js';
import type {
  ExplainPolicyOptions,
  PolicyExplanation,
} from '../../../src/streams/backoff/explain-policy.js';
import { exponentialBackoff } from '../../../src/streams/backoff/exponential-backoff.js';
import { limitElapsed } from '../../../src/streams/backoff/limit-elapsed.js';
import { limitRetries } from '../../../src/streams/backoff/limit-retries.js';
import { retryBackoff } from '../../../src/streams/backoff/retry-backoff.js';
import { concatPolicies } from '../../../src/streams/backoff/retry-policy.js';
import type { RetryPolicy, RetryStatus } from '../../../src/streams/backoff/retry-policy.js';
import type { Ending } from '../../../src/streams/ending.js';
import { ENDINGS } from '../endings.js';
import { VirtualClock } from '../virtual-clock.js';

const growing = exponentialBackoff({ jitter: 'none' });
const constant = constantBackoff({ delay: 1_000, jitter: 'none' });
const delaysOf = ({ retries }: PolicyExplanation): readonly number[] =>
  retries.map(({ medianDelay }) => medianDelay);
const allAt = (retries: number): PolicyExplanation['givesUpAfter'] => ({
  least: retries,
  median: retries,
  greatest: retries,
});
const busy = (retryAfter: string): Ending => ({
  ...ENDINGS.UpgradeRefused,
  status: 503,
  headers: { 'retry-after': retryAfter },
});

const policies: fc.Arbitrary<RetryPolicy> = fc.oneof(
  fc
    .constantFrom('none', 'full', 'equal', 'decorrelated')
    .map((jitter) => exponentialBackoff({ jitter })),
  fc.constantFrom('none', 'full', 'equal').map((jitter) => constantBackoff({ jitter })),
  fc.nat(5_000).map((delay) => capDelay(delay, exponentialBackoff())),
  fc.nat(8).map((count) => concatPolicies(exponentialBackoff(), limitRetries(count))),
);
const limited: fc.Arbitrary<RetryPolicy> = fc
  .tuple(policies, fc.nat(60_000))
  .map(([policy, limit]) => concatPolicies(policy, limitElapsed(limit)));

describe('explainPolicy', () => {
  it('should give what its example says', () => {
    const policy = concatPolicies(exponentialBackoff(), limitElapsed(60_000));
    const { retries, givesUpAfter } = explainPolicy(policy, 20);
    expect(retries[0]).toEqual({
      retry: 1,
      share: 1,
      leastDelay: 0,
      medianDelay: 106,
      greatestDelay: 200,
      earliest: 0,
      latest: 200,
    });
    expect(retries[8]).toEqual({
      retry: 9,
      share: 0.953,
      leastDelay: 0,
      medianDelay: 14_220,
      greatestDelay: 29_971,
      earliest: 0,
      latest: 60_000,
    });
    expect(givesUpAfter).toEqual({ least: 8, median: 10, greatest: 15 });
  });

  it('should spread what a Retry-After asks for by the jitter of the policy', () => {
    const { retries } = explainPolicy(exponentialBackoff(), 2, { ending: busy('30') });
    expect(retries.map(({ leastDelay }) => leastDelay)).toEqual([30_000, 30_000]);
    expect(retries.map(({ greatestDelay }) => greatestDelay)).toEqual([30_200, 30_400]);
  });

  describe('a policy that draws no number', () => {
    it('should be explained exactly, from one run', () => {
      const row = (retry: number, delay: number, start: number) => ({
        retry,
        share: 1,
        leastDelay: delay,
        medianDelay: delay,
        greatestDelay: delay,
        earliest: start,
        latest: start,
      });
      expect(explainPolicy(concatPolicies(growing, limitRetries(3)), 10)).toEqual({
        isDeterministic: true,
        runs: 1,
        retries: [row(1, 200, 200), row(2, 400, 600), row(3, 800, 1_400)],
        givesUpAfter: allAt(3),
      });
    });

    it.each([
      [2, 2, Infinity],
      [3, 3, 3],
      [4, 3, 3],
    ])('should show, asked for %i of 3 retries, %i, and the end at %d', (n, rows, end) => {
      const { retries, givesUpAfter } = explainPolicy(limitRetries(3), n);
      expect(retries).toHaveLength(rows);
      expect(givesUpAfter).toEqual(allAt(end));
    });

    it('should have no rows when it gives up at once', () => {
      expect(explainPolicy(limitRetries(0), 5)).toEqual({
        isDeterministic: true,
        runs: 1,
        retries: [],
        givesUpAfter: allAt(0),
      });
    });

    it('should be explained as retryBackoff decides', () => {
      const scheduler = new VirtualClock();
      const seen: { delay: number; start: number }[] = [];
      const policy = concatPolicies(capDelay(3_000, growing), limitElapsed(20_000));
      defer(() => throwError(() => new Error('refused')))
        .pipe(
          retryBackoff(policy, {
            scheduler,
            onRetry: ({ delay }) => seen.push({ delay, start: scheduler.now() + delay }),
          }),
        )
        .subscribe({ error: () => undefined });
      scheduler.advance(60_000);
      const { retries, givesUpAfter } = explainPolicy(policy, 100);
      expect(seen.length).toBeGreaterThan(5);
      expect(
        retries.map(({ leastDelay, latest }) => ({ delay: leastDelay, start: latest })),
      ).toEqual(seen);
      expect(givesUpAfter).toEqual(allAt(seen.length));
    });
  });

  describe('a policy that draws', () => {
    it.each<[string, RetryPolicy, [number, number][], [number, number][]]>([
      [
        'full jitter',
        exponentialBackoff(),
        [
          [0, 200],
          [0, 400],
          [0, 800],
        ],
        [
          [0, 200],
          [0, 600],
          [0, 1_400],
        ],
      ],
      [
        'equal jitter',
        exponentialBackoff({ jitter: 'equal' }),
        [
          [100, 200],
          [200, 400],
          [400, 800],
        ],
        [
          [100, 200],
          [300, 600],
          [700, 1_400],
        ],
      ],
      [
        'decorrelated jitter',
        exponentialBackoff({ jitter: 'decorrelated' }),
        [
          [200, 600],
          [200, 1_800],
          [200, 5_400],
        ],
        [
          [200, 600],
          [400, 2_400],
          [600, 7_800],
        ],
      ],
    ])('should be explained by its bounds: %s', (_name, policy, delays, starts) => {
      const { isDeterministic, runs, retries } = explainPolicy(policy, 3);
      expect({ isDeterministic, runs }).toEqual({ isDeterministic: false, runs: 1_000 });
      expect(retries.map((each) => [each.leastDelay, each.greatestDelay])).toEqual(delays);
      expect(retries.map((each) => [each.earliest, each.latest])).toEqual(starts);
      expect(retries.map(({ share }) => share)).toEqual([1, 1, 1]);
    });

    it('should have medians in the middle of what is uniform', () => {
      const { retries } = explainPolicy(exponentialBackoff(), 8, { runs: 10_000 });
      retries.forEach(({ medianDelay, greatestDelay }) => {
        expect(Math.abs(medianDelay / greatestDelay - 0.5)).toBeLessThan(0.02);
      });
    });

    it('should have bounds that no other run leaves', () => {
      fc.assert(
        fc.property(policies, fc.nat(2 ** 32 - 1), (policy, seed) => {
          const bounds = (options: ExplainPolicyOptions) =>
            explainPolicy(policy, 10, options).retries.map(
              ({ leastDelay, greatestDelay, earliest, latest }) => [
                leastDelay,
                greatestDelay,
                earliest,
                latest,
              ],
            );
          expect(bounds({ seed, runs: 100 })).toEqual(bounds({ runs: 1 }));
        }),
      );
    });

    it('should show which share of the runs comes how far', () => {
      const doubtful: RetryPolicy = ({ random }) => (random() < 0.6 ? O.none : O.some(5));
      const { retries, givesUpAfter } = explainPolicy(doubtful, 100, { runs: 4_000 });
      expect(retries.slice(0, 3).map(({ share }) => share)).toEqual([
        expect.closeTo(0.4, 1),
        expect.closeTo(0.16, 1),
        expect.closeTo(0.064, 1),
      ]);
      // The run of the greatest draws never gives up: it makes no row, and is not the last to end.
      expect(retries.length).toBeLessThan(30);
      expect(givesUpAfter).toEqual({ least: 0, median: 0, greatest: retries.length });
      expect(retries.every(({ share }) => share > 0)).toBe(true);
    });

    it('should take the lower median of an even number of runs', () => {
      let run = 0;
      // The first run finds out whether it draws, the last one draws the most: 10 to 40 are between.
      const policy: RetryPolicy = ({ random, iterNumber }) => {
        random();
        return iterNumber === 0 ? O.some(10 * run++) : O.none;
      };
      const { retries } = explainPolicy(policy, 1, { runs: 4 });
      expect(retries).toEqual([
        expect.objectContaining({ leastDelay: 0, medianDelay: 20, greatestDelay: 50 }),
      ]);
    });

    it('should give the same for the same seed, and something else for another one', () => {
      fc.assert(
        fc.property(limited, fc.nat(2 ** 32 - 1), (policy, seed) => {
          const options = { seed, runs: 20 };
          expect(explainPolicy(policy, 12, options)).toEqual(explainPolicy(policy, 12, options));
        }),
      );
      const medians = (seed: number) => delaysOf(explainPolicy(exponentialBackoff(), 5, { seed }));
      expect(medians(1)).not.toEqual(medians(2));
      expect(medians(0)).not.toEqual(medians(2 ** 32 - 1));
    });

    it('should begin a longer table with a shorter one', () => {
      fc.assert(
        fc.property(limited, fc.integer({ min: 1, max: 15 }), (policy, n) => {
          const { retries } = explainPolicy(policy, 20, { runs: 20 });
          expect(explainPolicy(policy, n, { runs: 20 }).retries).toEqual(retries.slice(0, n));
        }),
      );
    });

    it('should take as many runs as may be asked for', () => {
      const { runs, retries } = explainPolicy(exponentialBackoff(), 1, { runs: 100_000 });
      expect(runs).toBe(100_000);
      expect(retries).toHaveLength(1);
    });
  });

  describe('the outage', () => {
    it('should go on as the status tells', () => {
      const told: RetryStatus[] = [];
      const policy: RetryPolicy = (status) => {
        told.push(status);
        return status.iterNumber < 2 ? O.some(100.5) : O.none;
      };
      explainPolicy(policy, 5, { attemptDuration: 10, outageStart: 1_000_000 });
      const always = {
        ending: O.some(DEFAULT_EXPLAIN_POLICY.ending),
        uptime: 0,
        random: expect.any(Function),
      };
      expect(told).toEqual([
        { iterNumber: 0, cumulativeDelay: 0, previousDelay: O.none, elapsed: 0, ...always },
        {
          iterNumber: 1,
          cumulativeDelay: 101,
          previousDelay: O.some(101),
          elapsed: 111,
          ...always,
        },
        {
          iterNumber: 2,
          cumulativeDelay: 202,
          previousDelay: O.some(101),
          elapsed: 222,
          ...always,
        },
      ]);
    });

    it.each([
      [0, 5],
      [1, 4],
      [333, 4],
      [334, 3],
      [4_000, 1],
    ])(
      'should last, where an attempt takes %i ms, for %i retries in 5 s',
      (attemptDuration, end) => {
        const policy = concatPolicies(constant, limitElapsed(5_000));
        const { retries, givesUpAfter } = explainPolicy(policy, 10, { attemptDuration });
        expect(givesUpAfter).toEqual(allAt(end));
        expect(retries.map(({ latest }) => latest)).toEqual(
          Array.from({ length: end }, (_, index) => 1_000 + index * (1_000 + attemptDuration)),
        );
      },
    );

    it('should have every attempt end as is said', () => {
      const policy: RetryPolicy = ({ ending }) =>
        O.isSome(ending) && ending.value._tag === 'TimedOut' ? O.some(7) : O.none;
      expect(explainPolicy(policy, 2).retries).toEqual([]);
      expect(delaysOf(explainPolicy(policy, 2, { ending: ENDINGS.TimedOut }))).toEqual([7, 7]);
    });

    it('should wait for a Retry-After in seconds', () => {
      const explanation = explainPolicy(growing, 5, { ending: busy('1') });
      expect(delaysOf(explanation)).toEqual([1_200, 1_400, 1_800, 2_600, 4_200]);
    });

    it('should wait for a Retry-After that is a date, and then no more', () => {
      const ending = busy('Wed, 01 Jul 2026 12:00:30 GMT');
      const outageStart = Date.UTC(2026, 6, 1, 12, 0, 0);
      const { retries } = explainPolicy(growing, 3, { ending, outageStart });
      expect(retries.map(({ latest }) => latest)).toEqual([30_200, 30_600, 31_400]);
    });

    it('should give up where a Retry-After would be too late', () => {
      const policy = concatPolicies(growing, limitElapsed(30_000));
      expect(explainPolicy(policy, 9, { ending: busy('10') }).givesUpAfter).toEqual(allAt(2));
    });

    it('should not begin again by an ending that was up for long', () => {
      const ending: Ending = { ...ENDINGS.Closed, uptime: 3_600_000 };
      const policy = concatPolicies(growing, limitRetries(3));
      expect(delaysOf(explainPolicy(policy, 9, { ending }))).toEqual([200, 400, 800]);
    });

    it('should keep a delay to what a timer can wait', () => {
      expect(delaysOf(explainPolicy(() => O.some(Infinity), 2))).toEqual([MAX_TIMER, MAX_TIMER]);
    });
  });

  it.each<[string, RetryPolicy, number[], number]>([
    ['of retry-ts', retryTs.exponentialBackoff(100), [100, 200, 400, 800, 1_600], Infinity],
    [
      'of retry-ts, combined',
      retryTs.Monoid.concat(
        retryTs.capDelay(300, retryTs.exponentialBackoff(100)),
        retryTs.limitRetries(4),
      ),
      [100, 200, 300, 300],
      4,
    ],
    ['with a cap', capDelay(500, growing), [200, 400, 500, 500, 500], Infinity],
    ['combined', concatPolicies(growing, constant), [1_000, 1_000, 1_000, 1_600, 3_200], Infinity],
    ['without a delay', limitElapsed(5), [0, 0, 0, 0, 0], Infinity],
  ])('should explain a policy %s', (_name, policy, delays, end) => {
    const explanation = explainPolicy(policy, 5);
    expect(delaysOf(explanation)).toEqual(delays);
    expect(explanation.isDeterministic).toBe(true);
    expect(explanation.givesUpAfter).toEqual(allAt(end));
  });

  it('should read no clock and draw no number that is not seeded', () => {
    const random = vi.spyOn(Math, 'random');
    const now = vi.spyOn(Date, 'now');
    const monotonic = vi.spyOn(performance, 'now');
    explainPolicy(exponentialBackoff(), 10);
    expect(random).not.toHaveBeenCalled();
    expect(now).not.toHaveBeenCalled();
    expect(monotonic).not.toHaveBeenCalled();
  });

  it('should have defaults that cannot be changed', () => {
    expect(Object.isFrozen(DEFAULT_EXPLAIN_POLICY)).toBe(true);
    expect(Object.isFrozen(DEFAULT_EXPLAIN_POLICY.ending)).toBe(true);
    const { runs, seed, ending, attemptDuration, outageStart } = DEFAULT_EXPLAIN_POLICY;
    expect(
      explainPolicy(exponentialBackoff(), 5, { runs, seed, ending, attemptDuration, outageStart }),
    ).toEqual(explainPolicy(exponentialBackoff(), 5));
  });

  it('should throw what the policy throws', () => {
    const failure = new Error('mine');
    const policy: RetryPolicy = () => {
      throw failure;
    };
    expect(() => explainPolicy(policy, 1)).toThrow(failure);
  });

  it.each<[string, unknown, unknown, unknown, typeof OptionTypeError | typeof OptionRangeError]>([
    ['policy', undefined, 1, {}, OptionTypeError],
    ['policy', { delay: 5 }, 1, {}, OptionTypeError],
    ['policy', () => 5, 1, {}, OptionTypeError],
    ['policy', () => O.some(-1), 1, {}, OptionRangeError],
    ['policy', () => O.some(NaN), 1, {}, OptionRangeError],
    ['n', constant, undefined, {}, OptionTypeError],
    ['n', constant, '5', {}, OptionTypeError],
    ['n', constant, 0, {}, OptionRangeError],
    ['n', constant, 1.5, {}, OptionRangeError],
    ['n', constant, 1_001, {}, OptionRangeError],
    ['n', constant, Infinity, {}, OptionRangeError],
    ['runs', constant, 1, { runs: 0 }, OptionRangeError],
    ['runs', constant, 1, { runs: 2.5 }, OptionRangeError],
    ['runs', constant, 1, { runs: 100_001 }, OptionRangeError],
    ['runs', constant, 1, { runs: null }, OptionTypeError],
    ['seed', constant, 1, { seed: -1 }, OptionRangeError],
    ['seed', constant, 1, { seed: 0.5 }, OptionRangeError],
    ['seed', constant, 1, { seed: 2 ** 32 }, OptionRangeError],
    ['ending', constant, 1, { ending: null }, OptionTypeError],
    ['ending', constant, 1, { ending: 'refused' }, OptionTypeError],
    ['ending', constant, 1, { ending: new Error('refused') }, OptionTypeError],
    ['attemptDuration', constant, 1, { attemptDuration: -1 }, OptionRangeError],
    ['attemptDuration', constant, 1, { attemptDuration: 2 ** 31 }, OptionRangeError],
    ['outageStart', constant, 1, { outageStart: -1 }, OptionRangeError],
    ['outageStart', constant, 1, { outageStart: Infinity }, OptionRangeError],
    ['outageStart', constant, 1, { outageStart: new Date(0) }, OptionTypeError],
    ['random', constant, 1, { random: Math.random }, OptionTypeError],
  ])('should refuse a wrong %s (%#)', (name, policy, n, options, kind) => {
    const call = () =>
      explainPolicy(policy as RetryPolicy, n as number, options as ExplainPolicyOptions);
    expect(call).toThrow(kind);
    expect(call).toThrow(expect.objectContaining({ option: `explainPolicy.${name}` }));
  });

  it.each([null, 5, []])('should refuse options that are no object: %o', (options) => {
    const call = () => explainPolicy(constant, 1, options as unknown as ExplainPolicyOptions);
    expect(call).toThrow(expect.objectContaining({ option: 'explainPolicy' }));
  });
});
