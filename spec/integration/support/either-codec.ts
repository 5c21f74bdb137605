import * as E from 'fp-ts/lib/Either.js';

import type { Codec } from '../../../src/index.js';

/** A codec that takes text as strings and binary as bytes, both ways. */
export const eitherCodec: Codec<string | Uint8Array, string | Uint8Array> = {
  name: 'either',
  decode: (data, kind) => E.right(kind === 'text' ? Buffer.from(data).toString() : data),
  encode: (message) => E.right(message),
};
