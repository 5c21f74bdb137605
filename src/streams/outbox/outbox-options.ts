import { checkDuration, checkKeys, checkNumber, checkOneOf } from '../../errors/option-checks.js';

/**
 * What happens when a message has to wait and there is no room for it.
 *
 * @remarks
 * - `reject`: it is not taken; `next()` throws an OutboxFullError;
 * - `drop-oldest`: those that have waited longest make room; where a connection has all of them already, the new one is
 *   dropped;
 * - `drop-newest`: it is dropped itself;
 * - `latest-by-key`: a message with a `key` takes the place of the one with the same key that waits,
 *   whether there is room or not; where there is none to replace, it is as with `reject`.
 */
export type Overflow = 'reject' | 'drop-oldest' | 'drop-newest' | 'latest-by-key';

/** How much may wait on its way out. */
export interface OutboxOptions {
  /**
   * The most messages that wait for a connection, or that it has not handed to the system yet.
   *
   * @defaultValue 10,000
   */
  readonly maxMessages?: number | undefined;
  /**
   * The most bytes of them.
   *
   * @defaultValue 16 MiB
   */
  readonly maxBytes?: number | undefined;
  /**
   * What happens when there is no room.
   *
   * @defaultValue 'reject'
   */
  readonly overflow?: Overflow | undefined;
  /**
   * How long a message may take until it is sent, in milliseconds, where it says nothing itself; then
   * it expires.
   *
   * @defaultValue Infinity for `next()`, 60,000 for `send()`
   */
  readonly ttl?: number | undefined;
  /**
   * So many bytes on their way out, and the socket is not `writable` any more, nor is it at `maxBytes` or at
   * `maxMessages`; and so many are handed to the connection, the rest waits in the outbox.
   *
   * @defaultValue 1 MiB
   */
  readonly highWaterMark?: number | undefined;
  /**
   * So few bytes, and no more than a quarter of `maxMessages`, and it is writable again.
   *
   * @defaultValue a quarter of `highWaterMark`
   */
  readonly lowWaterMark?: number | undefined;
}

/** {@link OutboxOptions} with the defaults filled in. */
export interface OutboxLimits {
  /** The most messages that wait. */
  readonly maxMessages: number;
  /** The most bytes that wait. */
  readonly maxBytes: number;
  /** What happens when there is no room. */
  readonly overflow: Overflow;
  /** How long a message may take, in milliseconds; undefined where it depends on how it was given. */
  readonly ttl: number | undefined;
  /** In bytes. */
  readonly highWaterMark: number;
  /** In bytes. */
  readonly lowWaterMark: number;
}

/** The defaults of {@link OutboxOptions}. */
export const DEFAULT_OUTBOX: OutboxLimits = Object.freeze({
  maxMessages: 10_000,
  maxBytes: 16 * 1024 * 1024,
  overflow: 'reject',
  ttl: undefined,
  highWaterMark: 1024 * 1024,
  lowWaterMark: 256 * 1024,
});

const OVERFLOWS: readonly Overflow[] = ['reject', 'drop-oldest', 'drop-newest', 'latest-by-key'];

/**
 * Checks the option, and fills in the defaults.
 *
 * @throws OptionTypeError or OptionRangeError, naming the option.
 */
export function checkOutbox(path: string, options: unknown = {}): OutboxLimits {
  checkKeys(path, options, Object.keys(DEFAULT_OUTBOX));
  const limit = (
    name: 'maxMessages' | 'maxBytes' | 'highWaterMark' | 'lowWaterMark',
    fallback: number,
    max = Infinity,
  ): number =>
    checkNumber(`${path}.${name}`, options[name], fallback, { min: 0, max, integer: true });
  const { overflow, ttl } = options;
  const highWaterMark = limit('highWaterMark', DEFAULT_OUTBOX.highWaterMark);
  const quarter = highWaterMark === Infinity ? Infinity : Math.floor(highWaterMark / 4);
  return {
    maxMessages: limit('maxMessages', DEFAULT_OUTBOX.maxMessages),
    maxBytes: limit('maxBytes', DEFAULT_OUTBOX.maxBytes),
    overflow: checkOneOf(`${path}.overflow`, overflow, DEFAULT_OUTBOX.overflow, OVERFLOWS),
    ttl: ttl === undefined ? undefined : checkDuration(`${path}.ttl`, ttl, Infinity),
    highWaterMark,
    lowWaterMark: limit('lowWaterMark', quarter, highWaterMark),
  };
}
