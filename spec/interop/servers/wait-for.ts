import { setTimeout as delay } from 'node:timers/promises';

const POLL_INTERVAL = 5;

/**
 * Waits until `find` gives something, and gives it.
 *
 * @param what - What is waited for, for the message of the error.
 * @param find - Looked at again and again; undefined and false mean not yet.
 * @param deadline - How long to wait at most, in milliseconds.
 * @returns What `find` gave.
 * @throws Error when the deadline passes, or what `find` throws.
 */
export async function waitFor<T>(
  what: string,
  find: () => T | undefined | false | Promise<T | undefined | false>,
  deadline = 10_000,
): Promise<T> {
  const end = performance.now() + deadline;
  for (;;) {
    const found = await find();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`No ${what} within ${deadline} ms`);
    await delay(POLL_INTERVAL);
  }
}
