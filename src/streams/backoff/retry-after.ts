import * as O from 'fp-ts/lib/Option.js';
import type { Option } from 'fp-ts/lib/Option.js';
import type { Ending } from '../ending.js';
import { parseHttpDate } from './http-date.js';
import { MAX_TIMER } from '../../errors/option-checks.js';

/**
 * Gives how long the server asks to wait before the next attempt: the `Retry-After` of an opening
 * handshake that was refused with HTTP status 429 or 503.
 *
 * @remarks
 * Both forms of RFC 9110 section 10.2.3 are read, a number of seconds and an HTTP-date. A date in the
 * past gives 0; a wait longer than a timer can take gives 2147483647 (24.8 days).
 *
 * A socket, `retryBackoff` and `repeatBackoff` wait that long and then the policy's delay on top of
 * it, so that its jitter keeps apart the clients that were told the same time. A server may ask for
 * any time; `limitElapsed` bounds it: a retry that would start too late is given up at once.
 *
 * @param ending - How the attempt ended.
 * @param now - The present time, in milliseconds since 1970.
 * @returns The wait in milliseconds, never negative; none when the ending is another one, or when its
 * `Retry-After` is missing or malformed.
 *
 * @example
 * ```ts
 * import * as O from 'fp-ts/lib/Option.js';
 * import { retryAfter, UpgradeRefusedError } from 'rx-wss';
 *
 * const waitAsked = (error: unknown) =>
 *   error instanceof UpgradeRefusedError ? retryAfter(error.ending, Date.now()) : O.none;
 * ```
 */
export function retryAfter(ending: Ending, now: number): Option<number> {
  if (ending._tag !== 'UpgradeRefused' || (ending.status !== 429 && ending.status !== 503)) {
    return O.none;
  }
  const header = ending.headers['retry-after'];
  // The field has one value; of several, the first is the one that Node keeps as well.
  const text = typeof header === 'string' ? header : header?.[0];
  if (text === undefined) return O.none;
  const wait = /^\d+$/.test(text)
    ? O.some(Number(text) * 1_000)
    : O.Functor.map(parseHttpDate(text, now), (date) => date - now);
  return O.Functor.map(wait, (delay) => Math.min(Math.max(0, delay), MAX_TIMER));
}
