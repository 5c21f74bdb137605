import { asyncScheduler, interval, map, NEVER, startWith } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';

import { checkDuration } from '../errors/option-checks.js';
import type { SocketStats } from './socket-stats.js';

/** How often the stats are told where nothing else is asked for, in milliseconds. */
export const DEFAULT_STATS_INTERVAL = 1_000;

/**
 * Gives the present stats on subscription, then again and again while subscribed.
 *
 * @remarks It never completes. Each subscription has a timer of its own, until it is unsubscribed from.
 *
 * @param read - Gives the present stats.
 * @param period - The time from one to the next, in milliseconds; with `Infinity` there is no next.
 * @defaultValue period: 1,000
 * @param scheduler - The clock.
 * @returns The stats.
 *
 * @throws OptionTypeError if the period is not a number, OptionRangeError if it is below 1 ms or longer
 * than 24.8 days and not `Infinity`.
 */
export function watchStats(
  read: () => SocketStats,
  period: number | undefined,
  scheduler: SchedulerLike = asyncScheduler,
): Observable<SocketStats> {
  const wait = checkDuration('interval', period, DEFAULT_STATS_INTERVAL, 1);
  // A timer takes Infinity for 1 ms.
  const ticks = wait === Infinity ? NEVER : interval(wait, scheduler);
  return ticks.pipe(
    startWith(0),
    map(() => read()),
  );
}
