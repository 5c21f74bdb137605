import { validateHeaderName, validateHeaderValue } from 'node:http';

import { show } from '../errors/option-checks.js';
import { OptionRangeError, OptionTypeError } from '../errors/option-error.js';

/** Headers of the opening handshake. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[]>>;

// What the opening handshake is made of (RFC 6455 section 4.1).
const RESERVED: ReadonlyMap<string, string> = new Map([
  ['connection', 'is set by the opening handshake'],
  ['upgrade', 'is set by the opening handshake'],
  ['sec-websocket-key', 'is set by the opening handshake'],
  ['sec-websocket-version', 'is set by the opening handshake'],
  ['sec-websocket-accept', "is the server's to set"],
  ['sec-websocket-protocol', 'is set through the option protocols'],
  ['sec-websocket-extensions', 'is set through the option perMessageDeflate'],
  ['content-length', 'belongs to a body, and the opening handshake has none'],
  ['transfer-encoding', 'belongs to a body, and the opening handshake has none'],
  ['trailer', 'belongs to a body, and the opening handshake has none'],
]);

/**
 * Checks the headers for an opening handshake.
 *
 * @throws OptionTypeError or OptionRangeError naming the header, never showing its value.
 */
export function checkHeaders(option: string, headers: unknown): Record<string, string | string[]> {
  if (typeof headers !== 'object' || headers === null || Symbol.iterator in headers) {
    throw new OptionTypeError(
      option,
      `must be a plain object of names and values, got ${show(headers)}`,
    );
  }
  const seen = new Set<string>();
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      checkName(option, name, seen);
      const path = `${option}.${name}`;
      return [
        name,
        Array.isArray(value)
          ? value.map((each: unknown) => checkValue(path, name, each))
          : checkValue(path, name, value),
      ];
    }),
  );
}

/** Checks the value of the header `name`, given as `option`. */
export function checkValue(option: string, name: string, value: unknown): string {
  if (typeof value !== 'string') {
    throw new OptionTypeError(option, `must be a string, got ${typeof value}`);
  }
  try {
    validateHeaderValue(name, value);
  } catch (cause) {
    throw new OptionRangeError(
      option,
      'has a character that no header may hold, such as a line break (RFC 9110 section 5.5)',
      { cause },
    );
  }
  return value;
}

function checkName(option: string, name: string, seen: Set<string>): void {
  try {
    validateHeaderName(name);
  } catch {
    throw new OptionRangeError(option, `${show(name)} is not a header name (RFC 9110 section 5.1)`);
  }
  const lowerCase = name.toLowerCase();
  if (seen.has(lowerCase)) {
    throw new OptionRangeError(`${option}.${name}`, 'is given twice, in different spellings');
  }
  seen.add(lowerCase);
  const reserved = RESERVED.get(lowerCase);
  if (reserved !== undefined) throw new OptionRangeError(`${option}.${name}`, reserved);
}
