import { left, right, type Either } from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';

import type { Codec, MessageKind } from './codec.js';
import type { DecodeFailure } from './decode-failure.js';
import type { EncodeFailure } from './encode-failure.js';
import { jsonFailure } from './json-failure.js';
import {
  checkJsonOptions,
  type DecodedBy,
  type EncodedBy,
  type JsonDecoder,
  type JsonEncoder,
  type JsonOptions,
} from './json-options.js';
import { schemaFailure, thrownFailure } from './schema-failure.js';
import { thrownText } from './thrown-text.js';
import { utf8Failure, utf8Text } from './utf8-text.js';
import { valueText } from './value-text.js';

/**
 * Gives a codec for JSON: what arrives is parsed and checked against an io-ts type, what is sent goes
 * through the `encode` of one.
 *
 * @remarks
 * The two types are free to differ; leaving one out makes that side `unknown`. Only the io-ts type
 * that checks a message gives it its type, so none can be claimed unchecked.
 *
 * Binary messages are read too, when their bytes are valid UTF-8 (servers do send JSON that way);
 * what is sent always goes out as a text message. Neither function ever throws:
 *
 * - `decode` gives a failure of phase `utf-8`, `json` (a byte order mark at the start is not JSON) or
 *   `schema`; the last has one issue for each error of io-ts, at most 20. A type that throws
 *   instead of refusing a message is a failure of phase `schema` too, with what it threw as `cause`.
 * - `encode` gives a failure when the type's `encode` throws, and when the message has no JSON form:
 *   a cycle, a bigint, a function, `undefined`. It does not check the message; TypeScript does.
 *
 * @param options - The io-ts types of the two sides.
 * @returns The codec. It has no state and may serve any number of sockets.
 * @throws `OptionTypeError`, at once, when an option is unknown, when `incoming` is not an io-ts type,
 * and when `outgoing` has no `encode`.
 *
 * @example
 * ```ts
 * import * as t from 'io-ts';
 * import { json } from 'rx-wss';
 *
 * const Tick = t.type({ symbol: t.string, price: t.number });
 * const Command = t.type({ subscribe: t.string });
 *
 * const codec = json({ incoming: Tick, outgoing: Command });
 * codec.decode(Buffer.from('{"symbol":"ADA","price":1.5}'), 'text'); // right({ symbol: 'ADA', price: 1.5 })
 * codec.encode({ subscribe: 'ADA' }); // right('{"subscribe":"ADA"}')
 * ```
 */
export function json<
  D extends JsonDecoder = t.Decoder<unknown, unknown>,
  E extends JsonEncoder = t.Encoder<unknown, unknown>,
>(options?: JsonOptions<D, E>): Codec<DecodedBy<D>, EncodedBy<E>>;
export function json(options: JsonOptions = {}): Codec<unknown, never> {
  checkJsonOptions(options);
  const { incoming, outgoing } = options;
  return {
    name: 'json',
    decode: (data, kind) => {
      let text: string;
      try {
        text = utf8Text(data, kind);
      } catch (thrown) {
        return left(utf8Failure('json', data, kind, thrown));
      }
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch (thrown) {
        return left(jsonFailure('json', data, kind, text, thrown));
      }
      return incoming === undefined ? right(value) : check(incoming, value, data, kind);
    },
    encode: (message) => {
      let encoded: unknown;
      try {
        encoded = outgoing === undefined ? message : outgoing.encode(message);
      } catch (cause) {
        return left(encodeFailure(`the encode of its type threw: ${thrownText(cause)}`, { cause }));
      }
      return stringify(encoded);
    },
  };
}

function check(
  incoming: JsonDecoder,
  value: unknown,
  data: Uint8Array,
  kind: MessageKind,
): Either<DecodeFailure, unknown> {
  try {
    const decoded = incoming.decode(value);
    if (decoded._tag === 'Right') return decoded;
    const refused = { codec: 'json', data, kind, value, expected: incoming.name };
    return left(schemaFailure(refused, decoded.left));
  } catch (thrown) {
    const refused = { codec: 'json', data, kind, value, expected: incoming.name };
    return left(thrownFailure(refused, thrown));
  }
}

function stringify(encoded: unknown): Either<EncodeFailure, string> {
  try {
    // Its declared type leaves out that it gives undefined for what JSON has no word for.
    const text: unknown = JSON.stringify(encoded);
    return typeof text === 'string'
      ? right(text)
      : left(encodeFailure(`the message has no JSON form: ${valueText(encoded)}`));
  } catch (cause) {
    return left(encodeFailure(`the message has no JSON form: ${thrownText(cause)}`, { cause }));
  }
}

function encodeFailure(reason: string, thrown?: { readonly cause: unknown }): EncodeFailure {
  return { _tag: 'EncodeFailure', codec: 'json', reason, ...thrown };
}
