import { vi } from 'vitest';

/**
 * Waits until `check` does not throw, and gives what it gives: for what a socket brings about in its
 * own time. It looks often, and long enough for a machine that is busy.
 */
export function until<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { interval: 2, timeout: 4_500 });
}
