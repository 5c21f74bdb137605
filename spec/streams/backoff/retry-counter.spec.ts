import * as fc from 'fast-check';
import * as O from 'fp-ts/lib/Option.js';
import { describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../../src/errors/option-error.js';
import { capDelay } from '../../../src/streams/backoff/cap-delay.js';
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

const random = () => 0.5;
const after =
  (delay: number): RetryPolicy =>
  () =>
    O.some(delay);
const rulesOf = (policy: RetryPolicy, minUptime = DEFAULT_MIN_UPTIME): RetryRules => ({
  policy,
  minUptime,
  random,
  option: 'reconnect',
});
const failureOf = (fields: Partial<Failure> = {}): Failure => ({
  ending: O.none,
  uptime: 0,
  now: 0,
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
function runThrough(failures: readonly Failure[], delay: number, minUptime?: number) {
  const seen: RetryStatus[] = [];
  const retries: Retry[] = [];
  const rules = rulesOf((status) => {
    seen.push(status);
    return O.some(delay);
  }, minUptime);
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
    ['longer than the policy', 1_000, '5', 5_000],
    ['shorter than the policy', 10_000, '5', 10_000],
    ['malformed', 1_000, 'soon', 1_000],
  ])('should wait at least for a Retry-After: %s', (_name, delay, header, expected) => {
    const failure = failureOf({ ending: O.some(tooBusy(header)) });
    expect(nextRetry(initialCounter, failure, rulesOf(after(delay)))).toMatchObject(
      O.some({
        delay: expected,
        counter: { cumulativeDelay: expected, previousDelay: O.some(expected) },
      }),
    );
  });

  it('should honour a Retry-After that is longer than the cap', () => {
    const failure = failureOf({ ending: O.some(tooBusy('60')) });
    expect(nextRetry(initialCounter, failure, rulesOf(capDelay(10, after(5))))).toMatchObject(
      O.some({ delay: 60_000 }),
    );
  });

  it('should read a Retry-After that is a date by the time of the failure', () => {
    const now = Date.UTC(2026, 6, 1, 12);
    const ending = O.some(tooBusy('Wed, 01 Jul 2026 12:00:09 GMT'));
    expect(nextRetry(initialCounter, failureOf({ ending, now }), rulesOf(after(1)))).toMatchObject(
      O.some({ delay: 9_000 }),
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
