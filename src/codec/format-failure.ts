import { bytesText } from './bytes-text.js';
import type { MessageKind } from './codec.js';
import type { DecodeFailure } from './decode-failure.js';
import { thrownText } from './thrown-text.js';
import { toBuffer } from './utf8-text.js';
import { valueText } from './value-text.js';

/** More than is shown of a text. */
const SHOWN_BYTES = 400;

/**
 * Says that the bytes of a message are not what a codec reads, from what its reading of them threw.
 *
 * @param codec - The name of the codec.
 * @param format - The name of what it reads.
 * @param data - The payload.
 * @param kind - What it arrived as.
 * @param thrown - Whose message tells what is wrong.
 */
export function formatFailure(
  codec: string,
  format: string,
  data: Uint8Array,
  kind: MessageKind,
  thrown: unknown,
): DecodeFailure {
  const actual =
    kind === 'text' ? valueText(toBuffer(data).toString('utf8', 0, SHOWN_BYTES)) : bytesText(data);
  const message = `not readable: ${thrownText(thrown)}`;
  return {
    _tag: 'DecodeFailure',
    phase: 'format',
    codec,
    kind,
    data,
    issues: [{ path: [], expected: format, actual, message }],
  };
}
