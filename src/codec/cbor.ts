import { Decoder, Encoder } from 'cbor-x/index-no-eval';
import type * as t from 'io-ts';

import { binaryCodec } from './binary/binary-codec.js';
import { knownTags } from './binary/cbor-tags.js';
import { decoderSource } from './binary/decoder-source.js';
import { refuseFormless } from './binary/refuse-formless.js';
import { safeIntegers } from './binary/safe-integers.js';
import { scanCbor } from './binary/scan-cbor.js';
import { checkCborOptions } from './cbor-options.js';
import type { CborOptions } from './cbor-options.js';
import type { Codec } from './codec.js';
import type { DecodedBy, EncodedBy, IncomingSchema, OutgoingSchema } from './schema/schema.js';

export { DEFAULT_CBOR_OPTIONS } from './cbor-options.js';
export type { CborOptions } from './cbor-options.js';

/**
 * Gives a codec for CBOR (RFC 8949), in binary messages, checked as by `json`.
 *
 * @remarks
 * It stands on `cbor-x`, an optional peer: `npm install cbor-x`. Of that it takes the build that generates no code and
 * loads no native addon; what a program registers with `addExtension` does not reach it. Neither function ever throws:
 *
 * - `decode` gives a failure of phase `kind` (a text message), `format` or `schema`. Before anything is made of the
 *   bytes, they are gone through: what is cut off, goes on after its end, is nested deeper than `maxDepth`, has a
 *   string that is not UTF-8, a key `__proto__`, a number of more than 1,024 bits, or a tag other than those below is a
 *   failure of phase `format`; so are strings of indefinite length.
 * - `encode` gives a failure when the type's `encode` throws or refuses, and when the message has no CBOR form: a
 *   function, an `Error`, a `RegExp`, an unpaired surrogate, a cycle. It writes the shortest form of each number of up
 *   to 32 bits, larger ones as floating-point numbers, and a `Map` as a map.
 *
 * What is read of what: maps as objects, bytes as `Uint8Array`s on a copy and never on the received buffer; tags 0 and 1
 * as `Date`, 2 and 3 as whole numbers, 4 and 5 as numbers, 64 to 87 as typed arrays, 258 as `Set`, 259 as `Map`; 55799
 * is passed over. Further tags can be let through with `tags`.
 *
 * @param options - The types of the two sides, and limits.
 * @returns The codec. It has no state and may serve any number of sockets.
 * @throws `OptionTypeError` or `OptionRangeError`, at once, when an option is unknown or wrong, and when a type is
 * asynchronous.
 *
 * @example
 * ```ts
 * import * as t from 'io-ts';
 * import { cbor } from 'rx-wss/cbor';
 *
 * const Tick = t.type({ symbol: t.string, price: t.number });
 * const codec = cbor({ incoming: Tick, outgoing: t.type({ subscribe: t.string }) });
 * codec.encode({ subscribe: 'ADA' }); // right(<Buffer a1 69 …>)
 * codec.decode(Uint8Array.of(0x83, 1, 2, 3), 'binary'); // left({ phase: 'schema', … })
 * ```
 */
export function cbor<
  D extends IncomingSchema = t.Decoder<unknown, unknown>,
  E extends OutgoingSchema = t.Encoder<unknown, unknown>,
>(options?: CborOptions<D, E>): Codec<DecodedBy<D>, EncodedBy<E>>;
export function cbor(options: CborOptions = {}): Codec<unknown, never> {
  const { schemas, maxDepth, useBigInt64, tags } = checkCborOptions(options);
  const plain = { useRecords: false, mapsAsObjects: true };
  const decoder = new Decoder(plain);
  const encoder = new Encoder({
    ...plain,
    variableMapSize: true,
    tagUint8Array: false,
    ...WITHOUT_TAG_259,
  });
  const limits = { maxDepth, isKnownTag: knownTags(decoder, tags) };
  const forms = { maxDepth, hasFormFor: hasForm };
  return binaryCodec(
    {
      codec: 'cbor',
      format: 'CBOR',
      decode: (data) => {
        const { hasBytes, hasBigInts } = scanCbor(data, limits);
        const value: unknown = decoder.decode(decoderSource(data, hasBytes));
        return hasBigInts && !useBigInt64 ? safeIntegers(value) : value;
      },
      encode: (message) => {
        refuseFormless(message, forms);
        return encoder.encode(message);
      },
    },
    schemas,
  );
}

/** Known to the package, but not to its types. */
const WITHOUT_TAG_259: object = { useTag259ForMaps: false };

function hasForm(object: object): boolean {
  return (
    object instanceof Date ||
    object instanceof Map ||
    object instanceof Set ||
    ArrayBuffer.isView(object)
  );
}
