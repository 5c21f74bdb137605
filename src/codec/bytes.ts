import { left, right } from 'fp-ts/lib/Either.js';

import type { Codec } from './codec.js';
import { isBytes } from './is-bytes.js';
import { valueText } from './value-text.js';
import { wrongKind } from './wrong-kind.js';

const BYTES: Codec<Uint8Array, Uint8Array> = Object.freeze<Codec<Uint8Array, Uint8Array>>({
  name: 'bytes',
  decode: (data, kind) => (kind === 'binary' ? right(data) : left(wrongKind('bytes', data, kind))),
  encode: (message: unknown) =>
    isBytes(message)
      ? right(message)
      : left({
          _tag: 'EncodeFailure',
          codec: 'bytes',
          reason: `the message must be a Uint8Array, got ${valueText(message)}`,
        }),
});

/**
 * Gives a codec that leaves bytes as they are, as binary messages.
 *
 * @remarks
 * Use it for protocols with their own binary format. A text message does not decode (phase `kind`);
 * its bytes are in the failure's `data`.
 *
 * What decodes is the received payload itself and no copy: it may be a `Buffer`, and a view on a
 * larger buffer, so mind `byteOffset` when you read through `.buffer`, and copy what you keep for
 * long. What is sent may be any `Uint8Array`, a `Buffer` or a subarray included, and must not be
 * changed until it has been written. Anything else is an encode failure: wrap an `ArrayBuffer` or
 * another view with `new Uint8Array(…)` first.
 *
 * @returns The codec; the same one at every call, as it has no state.
 *
 * @example
 * ```ts
 * import { bytes } from 'rx-wss';
 *
 * const codec = bytes();
 * codec.decode(Uint8Array.of(1, 2, 3), 'binary'); // right(Uint8Array [1, 2, 3])
 * codec.encode(Buffer.from('cafe', 'hex')); // right(<Buffer ca fe>)
 * ```
 */
export function bytes(): Codec<Uint8Array, Uint8Array> {
  return BYTES;
}
