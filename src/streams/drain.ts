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
 * @throws OptionTypeError or OptionRangeError if an option is wrong.
 */
export async function drain(
  socket: Drainable,
  options: DrainOptions,
  scheduler: SchedulerLike,
): Promise<Ending> {
  const given: unknown = options;
  checkKeys('drain', given, ['timeout', 'signal']);
  const timeout = checkDuration('drain.timeout', options.timeout, Infinity);
  const signal = checkSignal('drain.signal', options.signal);
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
