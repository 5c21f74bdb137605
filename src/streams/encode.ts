import * as E from 'fp-ts/lib/Either.js';

import type { Payload } from '../codec/codec.js';
import { EncodeError } from './encode-error.js';
import { guardedEncode } from './guarded-encode.js';
import type { UncheckedEncoder } from './guarded-encode.js';

/**
 * Writes a message, whatever the codec does.
 *
 * @throws EncodeError if the codec cannot encode it, or is at fault itself.
 */
export function encode<Out>(codec: UncheckedEncoder<Out>, message: Out): Payload {
  const encoded = guardedEncode(codec, message);
  if (E.isLeft(encoded)) throw new EncodeError(encoded.left);
  return encoded.right;
}
