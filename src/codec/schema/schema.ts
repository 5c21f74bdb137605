import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Either } from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import type { DecodeError } from 'io-ts/lib/Decoder.js';

/** A decoder of io-ts's newer modules: `io-ts/lib/Decoder.js`, `io-ts/lib/Codec.js`. */
export interface IoTsDecoder<A = unknown> {
  /** Gives what it makes of a value, or what it has against it. */
  readonly decode: (value: unknown) => Either<DecodeError, A>;
}

/** What may say what arrives: an io-ts type, a decoder of io-ts's newer modules, a Standard Schema. */
export type IncomingSchema = t.Decoder<unknown, unknown> | IoTsDecoder | StandardSchemaV1;

/** What may say how to write messages: anything with an `encode`, as io-ts types have, or a Standard Schema. */
export type OutgoingSchema = t.Encoder<never, unknown> | StandardSchemaV1;

/** The messages that a schema reads. */
export type DecodedBy<S extends IncomingSchema> =
  S extends t.Decoder<unknown, infer In>
    ? In
    : // Before its decode, which zod has too, and which is another.
      S extends StandardSchemaV1
      ? StandardSchemaV1.InferOutput<S>
      : S extends IoTsDecoder<infer In>
        ? In
        : never;

/** The messages that a schema writes. */
export type EncodedBy<S extends OutgoingSchema> = S extends StandardSchemaV1
  ? StandardSchemaV1.InferInput<S>
  : S extends t.Encoder<infer Out, unknown>
    ? Out
    : never;

/** The schemas of the two sides of a codec. */
export interface SchemaOptions<
  D extends IncomingSchema = IncomingSchema,
  E extends OutgoingSchema = OutgoingSchema,
> {
  /**
   * What the server sends.
   *
   * @remarks
   * It has to be synchronous. What is no io-ts type is tried with a few values when the codec is made, and refused if it
   * answers one of them with a promise. One that does so for other values makes the message a failure of phase `schema`.
   *
   * @defaultValue none: messages are not checked, and are `unknown`
   */
  readonly incoming?: D | undefined;
  /**
   * What is sent: its `encode` turns a message into what is written; a Standard Schema validates the message, and
   * what its `validate` gives is written.
   *
   * @defaultValue none: a message of any kind is written as it is
   */
  readonly outgoing?: E | undefined;
}
