import { Decoder, Encoder } from '@msgpack/msgpack';
import type * as t from 'io-ts';

import { binaryCodec } from './binary/binary-codec.js';
import { decoderSource } from './binary/decoder-source.js';
import { refuseFormless } from './binary/refuse-formless.js';
import { scanMsgpack } from './binary/scan-msgpack.js';
import type { Codec } from './codec.js';
import { isBytes } from './is-bytes.js';
import { checkMsgpackOptions } from './msgpack-options.js';
import type { MsgpackOptions } from './msgpack-options.js';
import type { DecodedBy, EncodedBy, IncomingSchema, OutgoingSchema } from './schema/schema.js';

export { DEFAULT_MSGPACK_OPTIONS } from './msgpack-options.js';
export type { MsgpackExtension, MsgpackExtensionCodec, MsgpackOptions } from './msgpack-options.js';

/**
 * Gives a codec for MessagePack, in binary messages, checked as by `json`.
 *
 * @remarks
 * It stands on `@msgpack/msgpack`, an optional peer: `npm install @msgpack/msgpack`. Neither function ever throws:
 *
 * - `decode` gives a failure of phase `kind` (a text message), `format` or `schema`. Before anything is made of the
 *   bytes, they are gone through: what is cut off, goes on after its end, is nested deeper than `maxDepth`, has a
 *   string that is not UTF-8 or a key `__proto__` is a failure of phase `format`. Bytes and extensions are read as
 *   `Uint8Array`s on a copy, never on the received buffer.
 * - `encode` gives a failure when the type's `encode` throws or refuses, and when the message has no MessagePack form: a
 *   function, a `Map`, an array of 16-bit numbers, a bigint (but for `useBigInt64`), an unpaired surrogate, `undefined`, a cycle.
 *
 * @param options - The types of the two sides, limits, and options of the package.
 * @returns The codec. It has no state and may serve any number of sockets.
 * @throws `OptionTypeError` or `OptionRangeError`, at once, when an option is unknown or wrong, and when a type is
 * asynchronous.
 *
 * @example
 * ```ts
 * import * as t from 'io-ts';
 * import { msgpack } from 'rx-wss/msgpack';
 *
 * const Tick = t.type({ symbol: t.string, price: t.number });
 * const codec = msgpack({ incoming: Tick, outgoing: t.type({ subscribe: t.string }) });
 * codec.encode({ subscribe: 'ADA' }); // right(Uint8Array [129, 169, …])
 * codec.decode(Uint8Array.of(0x93, 1, 2, 3), 'binary'); // left({ phase: 'schema', … })
 * ```
 */
export function msgpack<
  D extends IncomingSchema = t.Decoder<unknown, unknown>,
  E extends OutgoingSchema = t.Encoder<unknown, unknown>,
>(options?: MsgpackOptions<D, E>): Codec<DecodedBy<D>, EncodedBy<E>>;
export function msgpack(options: MsgpackOptions = {}): Codec<unknown, never> {
  const { schemas, maxDepth, useBigInt64, ignoreUndefined, extensionCodec } =
    checkMsgpackOptions(options);
  const shared = { useBigInt64, ...(extensionCodec === undefined ? {} : { extensionCodec }) };
  const decoder = new Decoder(shared);
  // How deep a message may be is seen before, and the package counts scalars as well.
  const encoder = new Encoder({ ...shared, ignoreUndefined, maxDepth: Infinity });
  const forms = { maxDepth, hasFormFor: extensionCodec === undefined ? hasForm : () => true };
  return binaryCodec(
    {
      codec: 'msgpack',
      format: 'MessagePack',
      decode: (data) => decoder.decode(decoderSource(data, scanMsgpack(data, maxDepth))),
      encode: (message) => {
        if (message === undefined) throw new TypeError('undefined');
        refuseFormless(message, forms);
        return encoder.encode(message);
      },
    },
    schemas,
  );
}

function hasForm(object: object): boolean {
  return object instanceof Date || isBytes(object);
}
