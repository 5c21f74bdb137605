import type { SchedulerLike } from 'rxjs';

import { checkDuration, checkKeys } from '../errors/option-checks.js';
import { checkSignal } from './check-signal.js';
import type { Ending } from './ending.js';
import { onAbort } from './on-abort.js';

/** How long to wait for the end of a socket. */
export interface DrainOptions {
  /**
   * The time limit, in milliseconds; `Infinity` for none.
   *
   * @defaultValue Infinity
   */
  readonly timeout?: number | undefined;
  /** Ends the wait when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** {@link DrainOptions}, checked and with the defaults filled in. */
export interface DrainLimits {
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Checks the options, and fills in the defaults.
 *
 * @throws OptionTypeError or OptionRangeError, naming the option.
 */
export function checkDrain(options: DrainOptions): DrainLimits {
  // Checked as unknown: the assertion would take the types of the options away.
  const given: unknown = options;
  checkKeys('drain', given, ['timeout', 'signal']);
  return {
    timeout: checkDuration('drain.timeout', options.timeout, Infinity),
    signal: checkSignal('drain.signal', options.signal),
  };
}

/** What is drained. */
export interface Drainable {
  readonly closed: Promise<Ending>;
  complete(): void;
  terminate(): void;
}

/**
 * Closes, and waits until it is over; tears it down when that takes too long.
 *
 * @returns How it ended.
 */
export async function drain(
  socket: Drainable,
  { timeout, signal }: DrainLimits,
  scheduler: SchedulerLike,
): Promise<Ending> {
  const terminate = (): void => {
    socket.terminate();
  };
  const { closed } = socket;
  const timer = timeout === Infinity ? undefined : scheduler.schedule(terminate, timeout);
  if (signal !== undefined) onAbort(signal, terminate);
  socket.complete();
  if (signal?.aborted === true) terminate();
  try {
    return await closed;
  } finally {
    timer?.unsubscribe();
    signal?.removeEventListener('abort', terminate);
  }
}
