import { left, right } from 'fp-ts/lib/Either.js';

import { checkMessage } from './check-message.js';
import type { Codec, Payload } from './codec.js';
import { checkCustomOptions } from './custom-options.js';
import type { CustomOptions } from './custom-options.js';
import type { EncodeFailure } from './encode-failure.js';
import { formatFailure } from './format-failure.js';
import { isBytes } from './is-bytes.js';
import { isPromise, settle } from './schema/promise.js';
import type { DecodedBy, IncomingSchema } from './schema/schema.js';
import { thrownText } from './thrown-text.js';
import { valueText } from './value-text.js';

/**
 * Gives a codec for a format of your own, out of one function that reads and one that writes.
 *
 * @remarks
 * The functions give their result or throw, as parsers do (protobuf, CSV, a vendor's SDK), so that most can be passed
 * as they are; what they throw becomes a failure. To make failures of your own, with paths, write a {@link Codec}
 * instead: it is an object of three members.
 *
 * - `decode` throws: a failure of phase `format`, whose report has the message of what was thrown, with it as
 *   `cause`. So a message must not quote anything secret.
 * - `incoming` does not take what `decode` gave: a failure of phase `schema`, as from {@link json}. Without it, the
 *   message is of whatever type `decode` says it gives; nothing checks that.
 * - `encode` throws, or gives something other than a string or a `Uint8Array`: an encode failure.
 * - either one gives a promise: a failure, as a codec is synchronous.
 *
 * The payload that `decode` is given is the received one and no copy; see {@link bytes}.
 *
 * @param options - The two functions, and how to check what comes of the first.
 * @returns The codec.
 * @throws `OptionTypeError`, at once, when an option is unknown or wrong.
 *
 * @example
 * ```ts
 * import * as t from 'io-ts';
 * import { custom } from 'rx-wss';
 *
 * const codec = custom({
 *   name: 'query',
 *   decode: (data) => Object.fromEntries(new URLSearchParams(Buffer.from(data).toString())),
 *   encode: (command: { subscribe: string }) => new URLSearchParams(command).toString(),
 *   incoming: t.type({ symbol: t.string }),
 * });
 * codec.decode(Buffer.from('symbol=ADA'), 'text'); // right({ symbol: 'ADA' })
 * codec.encode({ subscribe: 'ADA' }); // right('subscribe=ADA')
 * ```
 */
export function custom<In, Out, S extends IncomingSchema | undefined = undefined>(
  options: CustomOptions<In, Out, S>,
): Codec<S extends IncomingSchema ? DecodedBy<S> : In, Out>;
export function custom(
  options: CustomOptions<unknown, never, IncomingSchema | undefined>,
): Codec<unknown, never> {
  const { name, decode, encode, check } = checkCustomOptions(options);
  return {
    name,
    decode: (data, kind) => {
      let message: unknown;
      try {
        message = refusePromise('decode', decode(data, kind));
      } catch (cause) {
        return left({ ...formatFailure(name, name, data, kind, cause), cause });
      }
      return checkMessage(name, check, message, data, kind);
    },
    encode: (message) => {
      try {
        const payload = refusePromise('encode', encode(message));
        return isPayload(payload)
          ? right(payload)
          : left(
              failure(
                name,
                `encode must give a string or a Uint8Array, gave ${valueText(payload)}`,
              ),
            );
      } catch (cause) {
        return left({ ...failure(name, `encode threw: ${thrownText(cause)}`), cause });
      }
    },
  };
}

function refusePromise(what: string, given: unknown): unknown {
  if (!isPromise(given)) return given;
  settle(given);
  throw new TypeError(`${what} gave a promise, but a codec is synchronous`);
}

function isPayload(value: unknown): value is Payload {
  return typeof value === 'string' || isBytes(value);
}

function failure(codec: string, reason: string): EncodeFailure {
  return { _tag: 'EncodeFailure', codec, reason };
}
