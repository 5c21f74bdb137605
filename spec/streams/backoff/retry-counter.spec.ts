import * as fc from 'fast-check';
import * as O from 'fp-ts/lib/Option.js';
import { describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../../src/errors/option-error.js';
import { capDelay } from '../../../src/streams/backoff/cap-delay.js';
import { exponentialBackoff } from '../../../src/streams/backoff/exponential-backoff.js';
import { limitElapsed } from '../../../src/streams/backoff/limit-elapsed.js';
import { MAX_TIMER } from '../../../src/errors/option-checks.js';
import {
  DEFAULT_MIN_UPTIME,
  initialCounter,
  nextRetry,
} from '../../../src/streams/backoff/retry-counter.js';
import type { Failure, Retry, RetryRules } from '../../../src/streams/backoff/retry-counter.js';
import { concatPolicies } from '../../../src/streams/backoff/retry-policy.js';
import type { RetryPolicy, RetryStatus } from '../../../src/streams/backoff/retry-policy.js';
import type { Ending } from '../../../src/streams/ending.js';
import { ENDINGS } from '../endings.js';

const random = () => 0.5;
const after =
  (delay: number): RetryPolicy =>
  () =>
    O.some(delay);
const rulesOf = (policy: RetryPolicy, fields: Partial<RetryRules> = {}): RetryRules => ({
  policy,
  minUptime: DEFAULT_MIN_UPTIME,
  random,
  canRefresh: false,
  option: 'reconnect',
  ...fields,
});
const failureOf = (fields: Partial<Failure> = {}): Failure => ({
  ending: O.none,
  uptime: 0,
  now: 0,
  isTransient: true,
  ...fields,
});
const tooBusy = (retryAfter: string): Ending => ({
  _tag: 'UpgradeRefused',
  by: 'server',
  phase: 'upgrade',
  uptime: 0,
  status: 503,
  statusText: '',
  headers: { 'retry-after': retryAfter },
  body: '',
});

/** Runs through failures, and gives the retry and the status the policy saw for each of them. */
function runThrough(
  failures: readonly Failure[],
  delay: number,
  minUptime: number = DEFAULT_MIN_UPTIME,
) {
  const seen: RetryStatus[] = [];
  const retries: Retry[] = [];
  const rules = rulesOf(
    (status) => {
      seen.push(status);
      return O.some(delay);
    },
    { minUptime },
  );
  for (const failure of failures) {
    const retry = nextRetry(retries.at(-1)?.counter ?? initialCounter, failure, rules);
    if (O.isSome(retry)) retries.push(retry.value);
  }
  return { seen, attempts: retries.map(({ attempt }) => attempt) };
}

describe('nextRetry', () => {
  it('should count the attempts from 2, the delays and the time since the outage began', () => {
    const { seen, attempts } = runThrough(
      [1_000, 1_150, 1_400].map((now) => failureOf({ now })),
      100,
    );
    expect(attempts).toEqual([2, 3, 4]);
    expect(seen).toEqual([
      {
        iterNumber: 0,
        cumulativeDelay: 0,
        previousDelay: O.none,
        ending: O.none,
        uptime: 0,
        elapsed: 0,
        random,
      },
      {
        iterNumber: 1,
        cumulativeDelay: 100,
        previousDelay: O.some(100),
        ending: O.none,
        uptime: 0,
        elapsed: 150,
        random,
      },
      {
        iterNumber: 2,
        cumulativeDelay: 200,
        previousDelay: O.some(100),
        ending: O.none,
        uptime: 0,
        elapsed: 400,
        random,
      },
    ]);
  });

  it('should show the policy the ending and the uptime', () => {
    const ending: Ending = { _tag: 'Cancelled', by: 'client', phase: 'open', uptime: 30 };
    const { seen } = runThrough([failureOf({ ending: O.some(ending), uptime: 30 })], 1);
    expect(seen[0]).toMatchObject({ ending: O.some(ending), uptime: 30 });
  });

  it('should begin again after a stable connection', () => {
    const { seen, attempts } = runThrough(
      [
        failureOf({ now: 0 }),
        failureOf({ now: 10_000, uptime: DEFAULT_MIN_UPTIME }),
        failureOf({ now: 10_500 }),
      ],
      100,
    );
    expect(attempts).toEqual([2, 2, 3]);
    expect(seen[1]).toMatchObject({
      iterNumber: 0,
      previousDelay: O.none,
      elapsed: 0,
      uptime: 5_000,
    });
    expect(seen[2]).toMatchObject({ iterNumber: 1, cumulativeDelay: 100, elapsed: 500 });
  });

  it('should not begin again after a connection that opened and dropped too early', () => {
    const { seen, attempts } = runThrough(
      [failureOf({ now: 0 }), failureOf({ now: 5_099, uptime: DEFAULT_MIN_UPTIME - 1 })],
      100,
    );
    expect(attempts).toEqual([2, 3]);
    expect(seen[1]).toMatchObject({ iterNumber: 1, elapsed: 5_099 });
  });

  it.each([
    ['never opened, with a minUptime of 0', 0, 0, 3],
    ['opened, with a minUptime of 0', 1, 0, 2],
    ['was up for long, with a minUptime of Infinity', 1e9, Infinity, 3],
  ])('should count a connection that %s', (_name, uptime, minUptime, expected) => {
    const { attempts } = runThrough([failureOf(), failureOf({ uptime })], 1, minUptime);
    expect(attempts[1]).toBe(expected);
  });

  it('should take a clock that was set back for one that stands still', () => {
    const { seen } = runThrough([failureOf({ now: 1_000 }), failureOf({ now: 400 })], 1);
    expect(seen[1]?.elapsed).toBe(0);
  });

  it('should give up when the policy does', () => {
    expect(
      nextRetry(
        initialCounter,
        failureOf(),
        rulesOf(() => O.none),
      ),
    ).toEqual(O.none);
  });

  it.each([
    ['longer than the delay', 1_000, '5', 6_000, O.some(5_000)],
    ['shorter than the delay', 10_000, '5', 15_000, O.some(5_000)],
    ['of 0', 0.5, '0', 1, O.some(0)],
    ['longer than a timer can wait', 1, '99999999999', MAX_TIMER, O.some(MAX_TIMER)],
    ['malformed', 1_000, 'soon', 1_000, O.none],
  ])(
    "should wait for the policy's delay on top of a Retry-After: %s",
    (_name, delay, header, expected, retryAfter) => {
      const failure = failureOf({ ending: O.some(tooBusy(header)) });
      expect(nextRetry(initialCounter, failure, rulesOf(after(delay)))).toMatchObject(
        O.some({
          delay: expected,
          retryAfter,
          counter: { cumulativeDelay: expected, previousDelay: O.some(expected) },
        }),
      );
    },
  );

  it('should honour a Retry-After on top of a cap', () => {
    const failure = failureOf({ ending: O.some(tooBusy('60')) });
    expect(nextRetry(initialCounter, failure, rulesOf(capDelay(10, after(50))))).toMatchObject(
      O.some({ delay: 60_010 }),
    );
  });

  it('should tell when the retry is to start', () => {
    const first = nextRetry(initialCounter, failureOf({ now: 1_000 }), rulesOf(after(0.5)));
    expect(first).toMatchObject(O.some({ delay: 1, retryAt: 1_001, retryAfter: O.none }));
    if (O.isNone(first)) throw new Error('the first retry was refused');
    const failure = failureOf({ now: 1_500, ending: O.some(tooBusy('2')) });
    expect(nextRetry(first.value.counter, failure, rulesOf(after(10)))).toMatchObject(
      O.some({ delay: 2_010, retryAt: 3_510, retryAfter: O.some(2_000) }),
    );
  });

  it('should give up without asking the policy when the failure is fatal', () => {
    let asked = 0;
    const rules = rulesOf(() => {
      asked += 1;
      return O.some(1);
    });
    expect(nextRetry(initialCounter, failureOf({ isTransient: false }), rules)).toEqual(O.none);
    expect(asked).toBe(0);
  });

  it('should keep the jitter of the policy where a Retry-After is longer', () => {
    const delays = [0, 0.25, 0.75].map((draw) => {
      const failure = failureOf({ ending: O.some(tooBusy('30')) });
      const rules = rulesOf(exponentialBackoff(), { random: () => draw });
      return O.Functor.map(nextRetry(initialCounter, failure, rules), ({ delay }) => delay);
    });
    expect(delays).toEqual([30_000, 30_050, 30_150].map(O.some));
  });

  it('should read a Retry-After that is a date by the time of the failure', () => {
    const now = Date.UTC(2026, 6, 1, 12);
    const ending = O.some(tooBusy('Wed, 01 Jul 2026 12:00:09 GMT'));
    expect(nextRetry(initialCounter, failureOf({ ending, now }), rulesOf(after(1)))).toMatchObject(
      O.some({ delay: 9_001, retryAt: now + 9_001, retryAfter: O.some(9_000) }),
    );
  });

  it.each([
    ['start in time', 700, '0', true],
    ['start too late by its delay', 701, '0', false],
    ['start too late by the Retry-After', 1, '1', false],
  ])('should obey the limit of the elapsed time: would %s', (_name, delay, header, agreed) => {
    const policy = concatPolicies(after(delay), limitElapsed(1_000));
    const first = nextRetry(initialCounter, failureOf(), rulesOf(after(1)));
    if (O.isNone(first)) throw new Error('the first retry was refused');
    const failure = failureOf({ now: 300, ending: O.some(tooBusy(header)) });
    expect(O.isSome(nextRetry(first.value.counter, failure, rulesOf(policy)))).toBe(agreed);
  });

  it.each([
    [0, 0],
    [0.2, 1],
    [1_234.5, 1_235],
    [2 ** 31, MAX_TIMER],
    [Infinity, MAX_TIMER],
  ])("should turn the policy's %d ms into %d whole ms that a timer takes", (given, expected) => {
    expect(nextRetry(initialCounter, failureOf(), rulesOf(after(given)))).toMatchObject(
      O.some({ delay: expected }),
    );
  });

  it.each<[unknown, typeof OptionTypeError | typeof OptionRangeError, string]>([
    [O.some(NaN), OptionRangeError, 'reconnect: must give a delay of 0 ms or more, got NaN'],
    [O.some(-1), OptionRangeError, 'reconnect: must give a delay of 0 ms or more, got -1'],
    [O.some('5'), OptionTypeError, 'reconnect: must give an Option of milliseconds, got an object'],
    [
      { _tag: 'Some' },
      OptionTypeError,
      'reconnect: must give an Option of milliseconds, got an object',
    ],
    [
      { _tag: 'Left' },
      OptionTypeError,
      'reconnect: must give an Option of milliseconds, got an object',
    ],
    [{}, OptionTypeError, 'reconnect: must give an Option of milliseconds, got an object'],
    [100, OptionTypeError, 'reconnect: must give an Option of milliseconds, got 100'],
    [null, OptionTypeError, 'reconnect: must give an Option of milliseconds, got null'],
  ])('should refuse a policy that gives %o', (given, kind, message) => {
    const call = () =>
      nextRetry(initialCounter, failureOf(), rulesOf((() => given) as unknown as RetryPolicy));
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
  });

  it('should change nothing that it was given', () => {
    const first = nextRetry(initialCounter, failureOf(), rulesOf(after(1)));
    const counter = O.isSome(first) ? Object.freeze(first.value.counter) : initialCounter;
    const again = () => nextRetry(counter, Object.freeze(failureOf({ now: 9 })), rulesOf(after(1)));
    expect(again()).toEqual(again());
    expect(initialCounter).toMatchObject({ iterNumber: 0, previousDelay: O.none });
  });

  describe('with credentials that can be refreshed', () => {
    const denied = (fields: Partial<Failure> = {}): Failure =>
      failureOf({ ending: O.some(ENDINGS.UpgradeRefused), isTransient: false, ...fields });
    const lost = failureOf({ ending: O.some(ENDINGS.NetworkFailed) });
    const refreshing = rulesOf(after(10), { canRefresh: true });

    /** Gives, for each failure in a row, whether there is a retry and whether it refreshes. */
    function verdicts(failures: readonly Failure[], rules = refreshing): readonly string[] {
      let counter = initialCounter;
      return failures.map((failure) => {
        const retry = nextRetry(counter, failure, rules);
        if (O.isNone(retry)) return 'none';
        counter = retry.value.counter;
        return retry.value.refresh ? 'refresh' : 'retry';
      });
    }

    it('should refresh them when the server turned them down, fatal or not', () => {
      expect(verdicts([denied()])).toEqual(['refresh']);
      expect(verdicts([denied({ isTransient: true })])).toEqual(['refresh']);
      expect(nextRetry(initialCounter, denied({ now: 5 }), refreshing)).toMatchObject(
        O.some({ attempt: 2, delay: 10, retryAt: 15, counter: { isRefreshed: true } }),
      );
    });

    it('should give up when the fresh ones are turned down, transient or not', () => {
      expect(verdicts([denied(), denied()])).toEqual(['refresh', 'none']);
      expect(verdicts([denied(), denied({ isTransient: true })])).toEqual(['refresh', 'none']);
    });

    it('should refresh them only once in an outage, whatever else fails in it', () => {
      expect(verdicts([lost, denied(), lost, denied({ uptime: DEFAULT_MIN_UPTIME - 1 })])).toEqual([
        'retry',
        'refresh',
        'retry',
        'none',
      ]);
    });

    it('should refresh them again after a stable connection', () => {
      const stable = { uptime: DEFAULT_MIN_UPTIME };
      expect(verdicts([denied(), denied(stable), denied()])).toEqual([
        'refresh',
        'refresh',
        'none',
      ]);
      expect(verdicts([denied(), { ...lost, ...stable }, denied()])).toEqual([
        'refresh',
        'retry',
        'refresh',
      ]);
    });

    it('should not refresh them for any other failure', () => {
      expect(verdicts([failureOf(), lost, { ...lost, isTransient: false }])).toEqual([
        'retry',
        'retry',
        'none',
      ]);
    });

    it('should not refresh what cannot be refreshed', () => {
      const rules = rulesOf(after(10));
      expect(verdicts([denied()], rules)).toEqual(['none']);
      const transient = denied({ isTransient: true });
      expect(verdicts([transient, transient], rules)).toEqual(['retry', 'retry']);
    });

    it('should not refresh them when the policy gives up', () => {
      expect(
        verdicts(
          [denied()],
          rulesOf(() => O.none, { canRefresh: true }),
        ),
      ).toEqual(['none']);
      const policy = concatPolicies(after(10), limitElapsed(5));
      expect(verdicts([denied()], rulesOf(policy, { canRefresh: true }))).toEqual(['none']);
    });

    it('should refresh them at most once between two stable connections, and never go on after', () => {
      const failures = fc.array(
        fc.record({
          isTransient: fc.boolean(),
          uptime: fc.constantFrom(0, 1, DEFAULT_MIN_UPTIME),
          ending: fc.constantFrom(O.none, lost.ending, denied().ending),
        }),
        { maxLength: 12 },
      );
      fc.assert(
        fc.property(failures, (given) => {
          let hasRefreshed = false;
          const expected = given.map(({ isTransient, uptime, ending }) => {
            if (uptime === DEFAULT_MIN_UPTIME) hasRefreshed = false;
            const isDenied = O.isSome(ending) && ending.value._tag === 'UpgradeRefused';
            if (!isDenied) return isTransient ? 'retry' : 'none';
            const verdict = hasRefreshed ? 'none' : 'refresh';
            hasRefreshed = true;
            return verdict;
          });
          // A stream is over with the first "none".
          const end = expected.includes('none') ? expected.indexOf('none') + 1 : expected.length;
          expect(verdicts(given.slice(0, end).map(failureOf))).toEqual(expected.slice(0, end));
        }),
      );
    });
  });

  it('should never give a delay that a timer cannot wait, nor an attempt that starts too late', () => {
    const policies = fc
      .tuple(fc.double({ min: 0, noNaN: true }), fc.nat())
      .map(([delay, limit]) => ({
        limit,
        policy: concatPolicies(after(delay), limitElapsed(limit)),
      }));
    fc.assert(
      fc.property(policies, fc.nat(), fc.nat(999), ({ policy, limit }, now, seconds) => {
        const first = nextRetry(initialCounter, failureOf(), rulesOf(after(0)));
        const failure = failureOf({ now, ending: O.some(tooBusy(String(seconds))) });
        if (O.isNone(first)) throw new Error('the first retry was refused');
        const retry = nextRetry(first.value.counter, failure, rulesOf(policy));
        if (O.isNone(retry)) return;
        expect(Number.isInteger(retry.value.delay)).toBe(true);
        expect(retry.value.delay).toBeGreaterThanOrEqual(seconds * 1_000);
        expect(retry.value.delay).toBeLessThanOrEqual(MAX_TIMER);
        expect(now + retry.value.delay).toBeLessThanOrEqual(limit);
      }),
    );
  });
});
