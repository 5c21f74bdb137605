import type * as t from 'io-ts';

import { checkKeys, show } from '../errors/option-checks.js';
import { OptionTypeError } from '../errors/option-error.js';

/** Any io-ts type that reads a value of unknown type. */
export type JsonDecoder = t.Decoder<unknown, unknown>;

/** Any io-ts type, or other object with an `encode`, that writes messages. */
export type JsonEncoder = t.Encoder<never, unknown>;

/** The messages that an io-ts type reads: `t.TypeOf`, for all that {@link JsonDecoder} covers. */
export type DecodedBy<D extends JsonDecoder> = D extends t.Decoder<unknown, infer In> ? In : never;

/** The messages that an io-ts type writes: `t.TypeOf`, for all that {@link JsonEncoder} covers. */
export type EncodedBy<E extends JsonEncoder> =
  E extends t.Encoder<infer Out, unknown> ? Out : never;

/** Options of {@link json}. */
export interface JsonOptions<
  D extends JsonDecoder = JsonDecoder,
  E extends JsonEncoder = JsonEncoder,
> {
  /**
   * The io-ts type of what the server sends.
   *
   * @defaultValue none: messages are parsed but not checked, and are `unknown`
   */
  readonly incoming?: D | undefined;
  /**
   * The io-ts type whose `encode` turns a message into what is written as JSON.
   *
   * @defaultValue none: a message of any kind is written as it is
   */
  readonly outgoing?: E | undefined;
}

/** Throws unless `options` are what {@link json} takes. */
export function checkJsonOptions(options: unknown): void {
  checkKeys('json', options, ['incoming', 'outgoing']);
  const { incoming, outgoing } = options;
  if (incoming !== undefined && !isIoTsType(incoming)) {
    throw new OptionTypeError('json.incoming', `must be an io-ts type, got ${show(incoming)}`);
  }
  if (outgoing !== undefined && typeOfMember(outgoing, 'encode') !== 'function') {
    throw new OptionTypeError(
      'json.outgoing',
      `must be an io-ts type or have an encode function, got ${show(outgoing)}`,
    );
  }
}

/** `validate` tells io-ts types from the decoders of io-ts's newer modules, which report otherwise. */
function isIoTsType(value: unknown): boolean {
  return (
    typeOfMember(value, 'decode') === 'function' &&
    typeOfMember(value, 'validate') === 'function' &&
    typeOfMember(value, 'name') === 'string'
  );
}

/** The `typeof` of a member of an object. */
function typeOfMember(value: unknown, name: string): string {
  return typeof value === 'object' && value !== null
    ? typeof Reflect.get(value, name)
    : 'undefined';
}
