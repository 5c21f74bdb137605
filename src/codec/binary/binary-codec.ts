import { left, right } from 'fp-ts/lib/Either.js';

import { checkMessage } from '../check-message.js';
import type { Codec } from '../codec.js';
import type { EncodeFailure } from '../encode-failure.js';
import { formatFailure } from '../format-failure.js';
import { readOutgoing, type Prepare } from '../schema/read-outgoing.js';
import { readSchema } from '../schema/read-schema.js';
import { thrownText } from '../thrown-text.js';
import { wrongKind } from '../wrong-kind.js';

/** How the messages of a binary format are read and written. */
export interface BinaryFormat {
  /** The name of the codec, which is also the path of its options. */
  readonly codec: string;
  /** The name of the format. */
  readonly format: string;
  /** Reads a message, or throws. */
  readonly decode: (data: Uint8Array) => unknown;
  /** Writes a message, or throws. */
  readonly encode: (message: unknown) => Uint8Array;
}

/** The schemas of the two sides, not yet checked. */
export interface GivenSchemas {
  readonly incoming?: unknown;
  readonly outgoing?: unknown;
}

/**
 * Makes a codec for binary messages of a format.
 *
 * @throws `OptionTypeError` when a schema is none.
 */
export function binaryCodec(
  { codec, format, decode, encode }: BinaryFormat,
  { incoming, outgoing }: GivenSchemas,
): Codec<unknown, unknown> {
  const check =
    incoming === undefined ? undefined : readSchema(`${codec}.incoming`, incoming).check;
  const prepare: Prepare =
    outgoing === undefined ? right : readOutgoing(`${codec}.outgoing`, outgoing);
  return {
    name: codec,
    decode: (data, kind) => {
      if (kind !== 'binary') return left(wrongKind(codec, data, kind));
      let value: unknown;
      try {
        value = decode(data);
      } catch (thrown) {
        return left(formatFailure(codec, format, data, kind, thrown));
      }
      return checkMessage(codec, check, value, data, kind);
    },
    encode: (message) => {
      const prepared = prepare(message);
      if (prepared._tag === 'Left') return left(failure(codec, prepared.left));
      try {
        return right(encode(prepared.right));
      } catch (cause) {
        const reason = `the message has no ${format} form: ${thrownText(cause)}`;
        return left(failure(codec, { reason, cause }));
      }
    },
  };
}

function failure(
  codec: string,
  why: { readonly reason: string; readonly cause?: unknown },
): EncodeFailure {
  return { _tag: 'EncodeFailure', codec, ...why };
}
