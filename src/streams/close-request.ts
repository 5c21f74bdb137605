import { show } from '../errors/option-checks.js';
import { OptionRangeError, OptionTypeError } from '../errors/option-error.js';

/** How to close a connection. */
export interface CloseRequest {
  /** The close code: 1000 to 1003, 1007 to 1014, or 3000 to 4999 (RFC 6455 section 7.4). */
  readonly code: number;
  /**
   * The close reason, at most 123 bytes of UTF-8 (RFC 6455 section 5.5).
   *
   * @defaultValue `''`
   */
  readonly reason?: string | undefined;
}

/** A {@link CloseRequest} that was checked, and why it was made. */
export interface CloseOrder {
  readonly code: number;
  readonly reason: string;
  /** The error of the source that was piped into the socket, where that is why. */
  readonly cause?: unknown;
}

/** What `complete()` and the last unsubscribe close with. */
export const NORMAL_CLOSE: CloseOrder = { code: 1000, reason: '' };

const UPSTREAM_FAILED_CODE = 1011;
const MAX_REASON = 123;

/**
 * Reads what `socket.error()` was given: a {@link CloseRequest}, or else the error of a source that
 * was piped into the socket, for which the connection is closed with 1011.
 *
 * @throws OptionTypeError or OptionRangeError if it is a request that the protocol does not allow.
 */
export function toCloseOrder(value: unknown): CloseOrder {
  if (isCloseRequest(value)) return checkCloseRequest('error', value);
  const cause = value ?? new Error(`The source failed with ${String(value)}`);
  return { code: UPSTREAM_FAILED_CODE, reason: '', cause };
}

/**
 * Reads what `socket.reconnect()` was given: a close reason, or a {@link CloseRequest}, or nothing.
 *
 * @throws OptionTypeError or OptionRangeError if the protocol does not allow it.
 */
export function toReconnectOrder(value: unknown, byDefault: CloseOrder): CloseOrder {
  if (value === undefined) return byDefault;
  if (isCloseRequest(value)) return checkCloseRequest('reconnect', value);
  return checkCloseRequest('reconnect', { code: byDefault.code, reason: value });
}

/** Tells whether a value is meant as a {@link CloseRequest}; an error with a code is not. */
export function isCloseRequest(value: unknown): value is { code: unknown; reason?: unknown } {
  return (
    typeof value === 'object' && value !== null && !(value instanceof Error) && 'code' in value
  );
}

/**
 * Checks a {@link CloseRequest}.
 *
 * @param path - Where it was given, for errors.
 * @throws OptionTypeError or OptionRangeError if the protocol does not allow it.
 */
export function checkCloseRequest(
  path: string,
  { code, reason = '' }: { code: unknown; reason?: unknown },
): CloseOrder {
  if (typeof code !== 'number') {
    throw new OptionTypeError(`${path}.code`, `must be a number, got ${show(code)}`);
  }
  if (!isSendable(code)) {
    throw new OptionRangeError(
      `${path}.code`,
      `must be 1000 to 1003, 1007 to 1014 or 3000 to 4999, got ${code}`,
    );
  }
  if (typeof reason !== 'string') {
    throw new OptionTypeError(`${path}.reason`, `must be a string, got ${show(reason)}`);
  }
  const bytes = Buffer.byteLength(reason);
  if (bytes > MAX_REASON) {
    throw new OptionRangeError(
      `${path}.reason`,
      `must be at most ${MAX_REASON} bytes of UTF-8, got ${bytes}`,
    );
  }
  return { code, reason };
}

function isSendable(code: number): boolean {
  return (
    Number.isInteger(code) &&
    ((code >= 1000 && code <= 1003) ||
      (code >= 1007 && code <= 1014) ||
      (code >= 3000 && code <= 4999))
  );
}
