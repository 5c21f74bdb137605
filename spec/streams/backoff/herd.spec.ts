import { defer, NEVER, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { constantBackoff } from '../../../src/streams/backoff/constant-backoff.js';
import { seededRandom } from '../../../src/streams/backoff/explain-policy.js';
import { exponentialBackoff } from '../../../src/streams/backoff/exponential-backoff.js';
import { retryBackoff } from '../../../src/streams/backoff/retry-backoff.js';
import type { RetryPolicy } from '../../../src/streams/backoff/retry-policy.js';
import { toSocketError } from '../../../src/streams/socket-error.js';
import { VirtualClock } from '../virtual-clock.js';

/** What a server fails with that asks to come back later. */
const busy = (retryAfter: string): unknown =>
  toSocketError({
    _tag: 'UpgradeRefused',
    by: 'server',
    phase: 'upgrade',
    uptime: 0,
    status: 503,
    statusText: '',
    headers: { 'retry-after': retryAfter },
    body: '',
  });

const CLIENTS = 1_000;
const DOWN = 30_000;

/** When the clients of a herd dialled, and when each was let in, in milliseconds. */
interface Herd {
  readonly dials: readonly number[];
  readonly connects: readonly number[];
}

/** Lets 1,000 clients lose their line at 0, and a server refuse them until `down`. */
function loseTheLine(
  policy: RetryPolicy,
  seed: number,
  down = DOWN,
  refusal: unknown = new Error('refused'),
): Herd {
  const random = seededRandom(seed);
  const herd = { dials: [], connects: [] };
  // They know nothing of each other, and a clock is quicker with few timers at a time.
  for (let group = 0; group < 20; group += 1) {
    watch(CLIENTS / 20, policy, random, { down, refusal }, herd);
  }
  return herd;
}

function watch(
  clients: number,
  policy: RetryPolicy,
  random: () => number,
  { down, refusal }: { readonly down: number; readonly refusal: unknown },
  { dials, connects }: { readonly dials: number[]; readonly connects: number[] },
): void {
  const scheduler = new VirtualClock();
  for (let client = 0; client < clients; client += 1) {
    let wasUp = false;
    const line = defer(() => {
      if (!wasUp) {
        wasUp = true;
        return throwError(() => new Error('lost'));
      }
      dials.push(scheduler.now());
      if (scheduler.now() < down) return throwError(() => refusal);
      connects.push(scheduler.now());
      return NEVER;
    });
    line.pipe(retryBackoff(policy, { scheduler, random })).subscribe();
  }
  scheduler.advance(120_000);
}

/** The largest share of the clients that there is in one span of time, from `start` on. */
function peak(times: readonly number[], start = 0, span = 1_000): number {
  const counts = new Map<number, number>();
  for (const time of times.filter((each) => each >= start)) {
    const index = Math.floor(time / span);
    counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values()) / CLIENTS;
}

describe('a herd of 1,000 clients', () => {
  it.each([1, 2, 3])(
    'should connect at a rate of at most a tenth a second after 30 s, by default (seed %i)',
    (seed) => {
      const { connects } = loseTheLine(exponentialBackoff(), seed);
      expect(connects).toHaveLength(CLIENTS);
      expect(peak(connects)).toBeLessThanOrEqual(0.1);
      expect(Math.max(...connects)).toBeLessThanOrEqual(DOWN + 30_000);
    },
  );

  it('should thin out while the server is down, by default', () => {
    const { dials } = loseTheLine(exponentialBackoff(), 1);
    // At most 0.2, 0.4 and 0.8 s: in the first second every client dials about three times.
    expect(peak(dials)).toBeGreaterThan(2.5);
    expect(peak(dials, 1_000)).toBeLessThanOrEqual(1);
    expect(peak(dials, 3_000)).toBeLessThanOrEqual(0.5);
    expect(peak(dials, 10_000)).toBeLessThanOrEqual(0.2);
  });

  it('should come back all in one millisecond, again and again, without jitter', () => {
    const { dials, connects } = loseTheLine(exponentialBackoff({ jitter: 'none' }), 1);
    expect([...new Set(dials)]).toEqual([200, 600, 1_400, 3_000, 6_200, 12_600, 25_400, 51_000]);
    expect(dials).toHaveLength(8 * CLIENTS);
    expect(peak(dials, 1_000)).toBe(1);
    expect(peak(connects, 0, 1)).toBe(1);
  });

  it.each([
    ['equal', 0.12],
    ['decorrelated', 0.18],
  ] as const)(
    'should connect, with %s jitter, at a rate of at most %d of it a second',
    (jitter, most) => {
      const { connects } = loseTheLine(exponentialBackoff({ jitter }), 1);
      expect(connects).toHaveLength(CLIENTS);
      expect(peak(connects)).toBeLessThanOrEqual(most);
    },
  );

  it('should not come back together when all are told the same time', () => {
    const initialDelay = 5_000;
    const { connects } = loseTheLine(exponentialBackoff({ initialDelay }), 1, DOWN, busy('60'));
    expect(connects).toHaveLength(CLIENTS);
    expect(Math.min(...connects)).toBeGreaterThanOrEqual(60_000);
    expect(peak(connects)).toBeLessThanOrEqual(0.15);
    expect(peak(connects, 0, 1)).toBeLessThanOrEqual(0.01);
  });

  it('should dial at a rate of at most 0.35 of it a second, with a first delay of up to 5 s', () => {
    // The delay that RFC 6455 section 7.2.3 calls reasonable.
    const { dials } = loseTheLine(exponentialBackoff({ initialDelay: 5_000 }), 1);
    expect(peak(dials)).toBeLessThanOrEqual(0.35);
  });

  it('should find a server that is back at once within 200 ms, or spread over 5 s', () => {
    const quick = loseTheLine(exponentialBackoff(), 1, 0);
    expect(Math.max(...quick.connects)).toBeLessThanOrEqual(200);
    const spread = loseTheLine(exponentialBackoff({ initialDelay: 5_000 }), 1, 0);
    expect(Math.max(...spread.connects)).toBeLessThanOrEqual(5_000);
    expect(peak(spread.connects)).toBeLessThanOrEqual(0.25);
  });

  it('should connect within a second by a delay that does not grow, jitter or not', () => {
    expect(peak(loseTheLine(constantBackoff(), 1, 10_000).connects)).toBe(1);
  });
});
