import { MAX_TIMER } from '../errors/option-checks.js';

/**
 * Calls `ring` once, at the time `at` or later. Timers of Node may fire a fraction of a millisecond
 * early; this one does not.
 *
 * @param at - The time by `performance.now()`; `Infinity` for never.
 * @returns A function that calls it off.
 */
export function setAlarm(at: number, ring: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const arm = (): void => {
    const left = Math.ceil(at - performance.now());
    timer = setTimeout(check, Math.min(Math.max(left, 0), MAX_TIMER));
  };
  const check = (): void => {
    if (performance.now() < at) arm();
    else ring();
  };
  if (at !== Infinity) arm();
  return () => {
    clearTimeout(timer);
  };
}
