import { asyncScheduler, take } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it, vi } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import { SocketCounters } from '../../src/streams/socket-stats.js';
import type { SocketStats } from '../../src/streams/socket-stats.js';
import { DEFAULT_STATS_INTERVAL, watchStats } from '../../src/streams/watch-stats.js';
import { VirtualClock } from './virtual-clock.js';

const IDLE = { queuedMessages: 0, queuedBytes: 0, bufferedAmount: 0, since: undefined };

function scheduler(): TestScheduler {
  return new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
}

/** Stats with one more message each time they are read. */
function reader(): () => SocketStats {
  const counters = new SocketCounters();
  return () => {
    counters.received(1);
    return counters.snapshot(0, IDLE);
  };
}

/** The n-th stats of such a reader. */
function stats(count: number): SocketStats {
  const read = reader();
  for (let index = 1; index < count; index += 1) read();
  return read();
}

const VALUES = { a: stats(1), b: stats(2), c: stats(3), d: stats(4) };

describe('watchStats', () => {
  it('should tell the present stats at once, then again every interval', () => {
    scheduler().run(({ expectObservable }) => {
      const watched = watchStats(reader(), 5, asyncScheduler);
      expectObservable(watched, '^---------------!').toBe('a----b----c----d', VALUES);
    });
  });

  it('should tell of every second where no interval is given', () => {
    expect(DEFAULT_STATS_INTERVAL).toBe(1_000);
    scheduler().run(({ expectObservable }) => {
      const watched = watchStats(reader(), undefined, asyncScheduler);
      expectObservable(watched, '^ 2s !').toBe('a 999ms b 999ms c', VALUES);
    });
  });

  it('should tell the present stats only when the interval is Infinity', () => {
    scheduler().run(({ expectObservable }) => {
      const watched = watchStats(reader(), Infinity, asyncScheduler);
      expectObservable(watched, '^ 60s !').toBe('a', VALUES);
    });
  });

  it('should read only while subscribed, and hold a timer only then', () => {
    const clock = new VirtualClock();
    const read = vi.fn(reader());
    const watched = watchStats(read, 10, clock);
    expect([read.mock.calls.length, clock.pending]).toEqual([0, 0]);
    const seen: number[] = [];
    const subscription = watched.subscribe((each) => seen.push(each.messagesReceived));
    expect([seen, clock.pending]).toEqual([[1], 1]);
    clock.advance(25);
    expect(seen).toEqual([1, 2, 3]);
    subscription.unsubscribe();
    expect(clock.pending).toBe(0);
    clock.advance(100);
    expect(read).toHaveBeenCalledTimes(3);
  });

  it('should give each subscription its own time', () => {
    scheduler().run(({ expectObservable }) => {
      const watched = watchStats(() => VALUES.a, 4, asyncScheduler);
      expectObservable(watched, '^------!').toBe('a---a---', VALUES);
      expectObservable(watched, '--^------!').toBe('--a---a---', VALUES);
    });
  });

  it('should set no timer when the first stats are enough', () => {
    const clock = new VirtualClock();
    const schedule = vi.spyOn(clock, 'schedule');
    watchStats(reader(), 10, clock).pipe(take(1)).subscribe();
    expect(schedule).not.toHaveBeenCalled();
  });

  it('should fail with what the reader throws', () => {
    const fault = new Error('of the reader');
    scheduler().run(({ expectObservable }) => {
      const watched = watchStats(
        () => {
          throw fault;
        },
        5,
        asyncScheduler,
      );
      expectObservable(watched).toBe('#', undefined, fault);
    });
  });

  it('should run by the clock of the process unless told otherwise', () => {
    vi.useFakeTimers();
    try {
      const seen: SocketStats[] = [];
      const subscription = watchStats(reader(), 10).subscribe((each) => seen.push(each));
      vi.advanceTimersByTime(20);
      expect(seen).toEqual([VALUES.a, VALUES.b, VALUES.c]);
      subscription.unsubscribe();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('should not take Infinity for the shortest time, as timers do', () => {
    vi.useFakeTimers();
    try {
      const seen: SocketStats[] = [];
      const subscription = watchStats(reader(), Infinity).subscribe((each) => seen.push(each));
      vi.advanceTimersByTime(1_000);
      expect(seen).toEqual([VALUES.a]);
      subscription.unsubscribe();
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([0, 0.5, -1, -Infinity, 2 ** 31])(
    'should throw at once for the interval %d',
    (period) => {
      const call = (): unknown => watchStats(reader(), period, asyncScheduler);
      expect(call).toThrow(OptionRangeError);
      expect(call).toThrow(/^interval: must be /);
    },
  );

  it.each([NaN, '10', null])('should throw at once for the interval %o', (period) => {
    expect(() => watchStats(reader(), period as never, asyncScheduler)).toThrow(OptionTypeError);
  });
});
