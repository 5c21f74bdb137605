import * as O from 'fp-ts/lib/Option.js';

import type { DecodeFailure } from '../codec/decode-failure.js';
import { checkKeys, checkNumber, show } from '../errors/option-checks.js';
import { OptionTypeError } from '../errors/option-error.js';
import { checkGiven } from './backoff/check-given.js';
import { checkCloseRequest, isCloseRequest } from './close-request.js';
import type { CloseOrder, CloseRequest } from './close-request.js';
import { ignoreRejection } from './ignore-rejection.js';
import { rejectionCode } from './rejection-code.js';
import { createRejectionWindow } from './rejection-window.js';

/** How many bad messages a connection may bring. */
export interface RejectionLimit {
  /** The most messages that may be rejected within `interval`; one more ends the connection. */
  readonly maxRejected: number;
  /** The length of the sliding window, in milliseconds; `Infinity` for the whole connection. */
  readonly interval: number;
  /**
   * The close code to end it with: 1007, the data is not what it should be, or 1008, it breaks the
   * rules (RFC 6455 section 7.4.1).
   *
   * @defaultValue 1008
   */
  readonly code?: 1007 | 1008 | undefined;
  /**
   * The close reason, at most 123 bytes of UTF-8. The server gets to see it.
   *
   * @defaultValue `''`
   */
  readonly reason?: string | undefined;
}

/**
 * What becomes of the connection that a rejected message came on: `report` leaves it alone, `fail`
 * ends it with the close code that fits what is wrong (1003, 1007 or 1008), and a close request
 * ends it with a code and a reason of your own.
 */
export type RejectionVerdict = 'report' | 'fail' | CloseRequest;

/**
 * What the option `onRejected` may be: the same verdict for all rejected messages, a limit on how
 * many of them there may be, or a function that decides about each.
 *
 * @remarks
 * The function is called once the message was told on `rejected`, `decoded` and the diagnostics
 * channel. When it throws, or gives anything but a verdict, the connection is closed with 1011 and
 * the stream fails with that error.
 *
 * @example Ends a connection that brings more than 10 bad messages in a minute.
 * ```ts
 * import { webSocket } from 'rx-wss';
 *
 * const socket = webSocket({
 *   url: 'wss://feed.example.com/v1',
 *   onRejected: { maxRejected: 10, interval: 60_000 },
 * });
 * ```
 *
 * @example Ends it with the first message that is no JSON, and puts up with all others.
 * ```ts
 * import { webSocket } from 'rx-wss';
 *
 * const socket = webSocket({
 *   url: 'wss://feed.example.com/v1',
 *   onRejected: ({ phase }) => (phase === 'json' ? 'fail' : 'report'),
 * });
 * ```
 */
export type RejectionRule =
  'report' | 'fail' | RejectionLimit | ((failure: DecodeFailure) => RejectionVerdict);

/**
 * Decides about one rejected message after the other, for the time of one connection: gives how to
 * close it, or none to leave it open. Throws what a function among the options throws.
 */
export type RejectionJudge = (failure: DecodeFailure, now: number) => O.Option<CloseOrder>;

/** The most that `maxRejected` may be: so many times are remembered, at 8 bytes each. */
export const MAX_REJECTED = 1_000_000;

/**
 * Checks the option, and gives a function that makes a judge for each connection.
 *
 * @throws OptionTypeError or OptionRangeError, naming the option.
 */
export function checkRejectionRule(path: string, rule: unknown): () => RejectionJudge {
  if (rule === 'report') return () => () => O.none;
  if (rule === 'fail') return () => (failure) => O.some(failing(failure));
  if (typeof rule === 'function') {
    const decide = rule as (failure: DecodeFailure) => unknown;
    return () => (failure) => toOrder(path, decide(failure), failure);
  }
  if (typeof rule !== 'object' || rule === null) {
    throw new OptionTypeError(
      path,
      `must be 'report', 'fail', an object or a function, got ${show(rule)}`,
    );
  }
  return checkLimit(path, rule);
}

function checkLimit(path: string, limit: object): () => RejectionJudge {
  checkKeys(path, limit, ['maxRejected', 'interval', 'code', 'reason']);
  const { code, reason } = limit;
  const number = (name: string, range: Parameters<typeof checkNumber>[3]): number => {
    checkGiven(`${path}.${name}`, limit[name]);
    return checkNumber(`${path}.${name}`, limit[name], 0, range);
  };
  const maxRejected = number('maxRejected', { min: 0, max: MAX_REJECTED, integer: true });
  const interval = number('interval', { min: 1 });
  const given = checkNumber(`${path}.code`, code, 1008, { min: 1007, max: 1008, integer: true });
  const order = O.some(checkCloseRequest(path, { code: given, reason }));
  return () => {
    const isTooMany = createRejectionWindow(maxRejected, interval);
    return (_failure, now) => (isTooMany(now) ? order : O.none);
  };
}

function toOrder(path: string, verdict: unknown, failure: DecodeFailure): O.Option<CloseOrder> {
  if (verdict === 'report') return O.none;
  if (verdict === 'fail') return O.some(failing(failure));
  if (isCloseRequest(verdict)) return O.some(checkCloseRequest(path, verdict));
  ignoreRejection(verdict);
  throw new OptionTypeError(
    path,
    `must give 'report', 'fail' or { code, reason }, at once, got ${show(verdict)}`,
  );
}

function failing(failure: DecodeFailure): CloseOrder {
  return { code: rejectionCode(failure), reason: '' };
}
