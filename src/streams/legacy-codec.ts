import { isAnyArrayBuffer } from 'node:util/types';

import * as E from 'fp-ts/lib/Either.js';

import type { Codec, MessageKind } from '../codec/codec.js';
import type { DecodeFailure } from '../codec/decode-failure.js';
import type { EncodeFailure } from '../codec/encode-failure.js';
import { formatFailure } from '../codec/format-failure.js';
import { json } from '../codec/json.js';
import { isPromise, settle } from '../codec/schema/promise.js';
import { thrownText } from '../codec/thrown-text.js';
import { toBuffer } from '../codec/utf8-text.js';
import { valueText } from '../codec/value-text.js';
import { checkFunction, checkOneOf } from '../errors/option-checks.js';

/** What a {@link LegacyCodecOptions.deserializer} is given: as much of a DOM `MessageEvent` as it needs. */
export interface LegacyMessageEvent {
  /** Always `message`; optional, for functions that ask for the data alone. */
  readonly type?: string;
  /**
   * A string for a text message; for a binary one a `Buffer`, which is the received payload and no copy, or an
   * `ArrayBuffer` where `binaryType` asks for that.
   */
  readonly data: string | Buffer | ArrayBuffer;
}

/**
 * Reads one message.
 *
 * @remarks It may also be a function of a DOM `MessageEvent`, or of `{ data: string }`.
 */
// The parameter of a method may be narrower.
export type LegacyDeserializer<In> = { read(event: LegacyMessageEvent): In }['read'];

/** How messages are read and written in the spelling of rxjs's `webSocket`. */
export interface LegacyCodecOptions<In, Out> {
  /**
   * Writes one message: a string goes out as a text message, bytes as a binary one.
   *
   * @defaultValue `JSON.stringify`
   */
  readonly serializer?: ((value: Out) => string | ArrayBuffer | ArrayBufferView) | undefined;
  /**
   * Reads one message.
   *
   * @defaultValue `JSON.parse` of the data, also where it came as a binary message
   */
  readonly deserializer?: LegacyDeserializer<In> | undefined;
  /**
   * What the `data` of a binary message is.
   *
   * @defaultValue `'nodebuffer'`
   */
  readonly binaryType?: 'nodebuffer' | 'arraybuffer' | undefined;
}

const NAME = 'legacy';
const BINARY_TYPES = ['nodebuffer', 'arraybuffer'] as const;

/**
 * Gives a codec that reads and writes by the `serializer` and the `deserializer` of a program that comes from rxjs's
 * `webSocket`.
 *
 * @remarks
 * What they throw becomes a failure, with what was thrown as its cause, and so does a promise: a message that does
 * not decode no longer ends the stream. Where one of the two is left out, `json()` stands for it.
 *
 * @param options - The two functions, and what binary messages are given as.
 * @returns The codec.
 * @throws OptionTypeError at once when an option is wrong.
 *
 * @example
 * ```ts
 * import { webSocket } from 'rx-wss';
 *
 * const socket = webSocket({
 *   url: 'wss://feed.example.com/v1',
 *   serializer: (line: string) => `${line}\n`,
 *   deserializer: ({ data }) => String(data).trim(),
 * });
 * ```
 */
export function legacyCodec<In, Out>(options: LegacyCodecOptions<In, Out>): Codec<In, Out> {
  const { serializer, deserializer, binaryType } = options;
  checkFunction('serializer', serializer);
  checkFunction('deserializer', deserializer);
  const isCopied =
    checkOneOf('binaryType', binaryType, 'nodebuffer', BINARY_TYPES) === 'arraybuffer';
  // As without a codec, nothing checks what JSON.parse gives.
  const byDefault = json() as Codec<In, Out>;
  return {
    name: NAME,
    decode: deserializer === undefined ? byDefault.decode : decodeBy(deserializer, isCopied),
    encode: serializer === undefined ? byDefault.encode : encodeBy(serializer),
  };
}

function decodeBy<In>(
  deserializer: (event: LegacyMessageEvent) => In,
  isCopied: boolean,
): Codec<In, never>['decode'] {
  const dataOf = (data: Uint8Array, kind: MessageKind): LegacyMessageEvent['data'] => {
    if (kind === 'text') return toBuffer(data).toString();
    return isCopied ? toArrayBuffer(data) : toBuffer(data);
  };
  return (data, kind): E.Either<DecodeFailure, In> => {
    try {
      const message = deserializer({ type: 'message', data: dataOf(data, kind) });
      return E.right(refusePromise(message));
    } catch (cause) {
      const failure = formatFailure(NAME, 'what the deserializer reads', data, kind, cause);
      return E.left({ ...failure, cause });
    }
  };
}

function encodeBy<Out>(serializer: (value: Out) => unknown): Codec<never, Out>['encode'] {
  return (message) => {
    try {
      const given = refusePromise(serializer(message));
      if (typeof given === 'string') return E.right(given);
      if (isAnyArrayBuffer(given)) return E.right(new Uint8Array(given));
      if (ArrayBuffer.isView(given)) {
        return E.right(new Uint8Array(given.buffer, given.byteOffset, given.byteLength));
      }
      return E.left(failure(refusalOf(given)));
    } catch (cause) {
      return E.left({ ...failure(`the serializer threw: ${thrownText(cause)}`), cause });
    }
  };
}

function refusalOf(given: unknown): string {
  return given instanceof Blob
    ? 'the serializer gave a Blob, whose bytes cannot be had at once; give an ArrayBuffer or a view of one'
    : `the serializer must give a string, an ArrayBuffer or a view of one, gave ${valueText(given)}`;
}

function refusePromise<T>(given: T): T {
  if (!isPromise(given)) return given;
  settle(given);
  throw new TypeError('it gave a promise, but a codec is synchronous');
}

/** The bytes alone, as an ArrayBuffer: a message that came in may be a view on a larger one. */
function toArrayBuffer({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer {
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}

function failure(reason: string): EncodeFailure {
  return { _tag: 'EncodeFailure', codec: NAME, reason };
}
