import { left, right } from 'fp-ts/lib/Either.js';

import type { Codec } from './codec.js';
import { utf8Failure, utf8Text } from './utf8-text.js';
import { valueText } from './value-text.js';
import { wrongKind } from './wrong-kind.js';

const TEXT: Codec<string, string> = Object.freeze<Codec<string, string>>({
  name: 'text',
  decode: (data, kind) => {
    if (kind !== 'text') return left(wrongKind('text', data, kind));
    try {
      return right(utf8Text(data, kind));
    } catch (thrown) {
      return left(utf8Failure('text', data, kind, thrown));
    }
  },
  encode: (message: unknown) =>
    typeof message === 'string'
      ? right(message)
      : left({
          _tag: 'EncodeFailure',
          codec: 'text',
          reason: `the message must be a string, got ${valueText(message)}`,
        }),
});

/**
 * Gives a codec for plain text: strings in, strings out, as text messages.
 *
 * @remarks
 * Use it for protocols that are text but not JSON. A binary message does not decode (phase `kind`).
 * A byte order mark at the start is kept. An unpaired surrogate in an outgoing string cannot be
 * written in UTF-8 and reaches the server as U+FFFD, as a browser would send it; a message that is
 * not a string is an encode failure.
 *
 * @returns The codec; the same one at every call, as it has no state.
 *
 * @example
 * ```ts
 * import { text } from 'rx-wss';
 *
 * const codec = text();
 * codec.decode(Buffer.from('héllo'), 'text'); // right('héllo')
 * codec.encode('bye'); // right('bye')
 * ```
 */
export function text(): Codec<string, string> {
  return TEXT;
}
