/** A rule of the protocol that the server broke, and the close code that answers it. */
export interface Violation {
  readonly code: number;
  readonly violation: string;
  readonly cause: unknown;
}

const PREFIX = 'WS_ERR_';
const ZLIB_PREFIX = 'Z_';
const PROTOCOL_ERROR = 1002;
const INVALID_DATA = 1007;

// The close codes of RFC 6455 section 7.4.1, by ws's error codes; 1002 for all others.
const CODES: Readonly<Record<string, number>> = {
  WS_ERR_INVALID_UTF8: INVALID_DATA,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 1008,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: 1009,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
};

/** Reads the error of a receiver as a violation; gives undefined when it is another error. */
export function violationOf(error: Error | undefined): Violation | undefined {
  if (error === undefined || !('code' in error) || typeof error.code !== 'string') return undefined;
  if (error.code.startsWith(ZLIB_PREFIX)) {
    return { code: INVALID_DATA, violation: 'INVALID_COMPRESSION', cause: error };
  }
  if (!error.code.startsWith(PREFIX)) return undefined;
  return {
    code: CODES[error.code] ?? PROTOCOL_ERROR,
    violation: error.code.slice(PREFIX.length),
    cause: error,
  };
}
