import { bytesText } from './bytes-text.js';
import type { MessageKind } from './codec.js';
import type { DecodeFailure } from './decode-failure.js';
import { thrownText } from './thrown-text.js';

// ignoreBOM keeps a byte order mark in the text: a binary message then reads as the same text
// message would.
const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Gives the text of a message without copying its bytes first.
 *
 * @param data - The payload; the connection has checked that of a text message to be UTF-8.
 * @param kind - What it arrived as; the bytes of a binary message are checked here.
 * @throws When a binary message is not UTF-8, or the text is longer than a string can be.
 */
export function utf8Text(data: Uint8Array, kind: MessageKind): string {
  if (kind !== 'text') return STRICT_UTF8.decode(data);
  return toBuffer(data).toString();
}

/** Gives the same bytes as a Buffer. */
export function toBuffer(data: Uint8Array): Buffer {
  return Buffer.isBuffer(data) ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** Says why {@link utf8Text} threw. */
export function utf8Failure(
  codec: string,
  data: Uint8Array,
  kind: MessageKind,
  thrown: unknown,
): DecodeFailure {
  // TypeError is the decoder's word for bytes that are not UTF-8; anything else needs its own.
  const message =
    thrown instanceof TypeError ? undefined : { message: `not readable: ${thrownText(thrown)}` };
  return {
    _tag: 'DecodeFailure',
    phase: 'utf-8',
    codec,
    kind,
    data,
    issues: [{ path: [], expected: 'UTF-8', actual: bytesText(data), ...message }],
  };
}
