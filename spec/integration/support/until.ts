import { setTimeout as pause } from 'node:timers/promises';

const DEADLINE = 3_000;

/**
 * Gives what `look` finds, as soon as it is neither undefined nor false.
 *
 * @throws Error naming `what` when it takes longer than `deadline` milliseconds.
 */
export async function until<T>(
  what: string,
  look: () => T | undefined | false,
  deadline: number = DEADLINE,
): Promise<T> {
  const end = Date.now() + deadline;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`waited ${deadline} ms in vain for ${what}`);
    await pause(1);
  }
}

/** Gives what `promise` gives, within `deadline` milliseconds. */
export async function within<T>(
  what: string,
  promise: Promise<T>,
  deadline: number = DEADLINE,
): Promise<T> {
  const controller = new AbortController();
  try {
    return await Promise.race([
      promise,
      pause(deadline, undefined, { signal: controller.signal }).then(() => {
        throw new Error(`waited ${deadline} ms in vain for ${what}`);
      }),
    ]);
  } finally {
    controller.abort();
  }
}
