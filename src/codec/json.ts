import { right } from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';

import type { Codec } from './codec.js';
import { explainable } from './explain.js';
import { createJsonDecode } from './json-decode.js';
import { createJsonEncode } from './json-encode.js';
import { checkJsonOptions } from './json-options.js';
import type { JsonOptions } from './json-options.js';
import { JsonReading } from './json-reading.js';
import { readOutgoing } from './schema/read-outgoing.js';
import { readSchema } from './schema/read-schema.js';
import type { DecodedBy, EncodedBy, IncomingSchema, OutgoingSchema } from './schema/schema.js';
import { JsonWriter } from './write/json-writer.js';

/**
 * Gives a codec for JSON: what arrives is parsed and checked against a type, what is sent goes through the
 * `encode` of one.
 *
 * @remarks
 * The two types are free to differ; leaving one out makes that side `unknown`. Only the type that checks a
 * message gives it its type, so none can be claimed unchecked. Each may be an io-ts type, a `Decoder` or `Codec` of
 * io-ts's newer modules, or a Standard Schema (zod, valibot, arktype and others); all synchronous.
 *
 * An io-ts type is compiled at the first message, and messages that are written like the first ones are read
 * straight from their bytes: `docs/codecs.md` has what is compiled, {@link explain} tells how a codec is doing. It
 * accepts, gives and reports exactly what io-ts does, provided that the predicates in it are pure.
 *
 * Binary messages are read too, when their bytes are valid UTF-8 (servers do send JSON that way);
 * what is sent always goes out as a text message. Neither function ever throws:
 *
 * - `decode` gives a failure of phase `utf-8`, `json` (a byte order mark at the start is not JSON, nor is
 *   more than `maxDepth` levels) or `schema`; the last has one issue for each error of the type, at most 20. A type that throws
 *   instead of refusing a message is a failure of phase `schema` too, with what it threw as `cause`.
 * - `encode` gives a failure when the type's `encode` throws, and when the message has no JSON form:
 *   a cycle, a bigint, a function, `undefined`. It does not check the message; TypeScript does.
 *
 * @param options - The types of the two sides, and limits.
 * @returns The codec. It keeps no message, and may serve any number of sockets.
 * @throws `OptionTypeError` or `OptionRangeError`, at once, when an option is unknown or wrong, and when a type is
 * asynchronous.
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
  D extends IncomingSchema = t.Decoder<unknown, unknown>,
  E extends OutgoingSchema = t.Encoder<unknown, unknown>,
>(options?: JsonOptions<D, E>): Codec<DecodedBy<D>, EncodedBy<E>>;
export function json(options: JsonOptions = {}): Codec<unknown, never> {
  const { maxDepth } = checkJsonOptions(options);
  const { incoming, outgoing } = options;
  const schema = incoming === undefined ? undefined : readSchema('json.incoming', incoming);
  const ordinary = createJsonDecode(schema?.check, maxDepth);
  const prepare = outgoing === undefined ? right : readOutgoing('json.outgoing', outgoing);
  const writer = new JsonWriter();
  const reading = schema?.type === undefined ? undefined : new JsonReading(schema.type, ordinary);
  const codec: Codec<unknown, unknown> = {
    name: 'json',
    decode: reading?.decode ?? ordinary,
    encode: createJsonEncode(prepare, writer),
  };
  return explainable(codec, () => ({
    incoming: reading?.explain() ?? {
      ...(schema === undefined ? undefined : { type: schema.name }),
      check: schema === undefined ? 'nothing' : 'schema',
      leftToIoTs: [],
    },
    outgoing: { writer: writer.status },
  }));
}
