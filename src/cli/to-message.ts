import * as E from 'fp-ts/lib/Either.js';

import type { Payload } from '../index.js';

/**
 * Makes a message of a line: a text message of it as it is, or a binary one of the bytes that it
 * holds in base64 (RFC 4648 section 4), with or without the prefix `base64:` of the output.
 *
 * @param line - The line.
 * @param isBinary - Whether it is base64.
 * @returns The message; left with what is wrong with the line.
 */
export function toMessage(line: string, isBinary: boolean): E.Either<string, Payload> {
  if (!isBinary) return E.right(line);
  const base64 = line.replace(/^base64:/, '').trim();
  // Buffer skips whatever is not base64.
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64)
    ? E.right(Buffer.from(base64, 'base64'))
    : E.left('is not base64');
}
