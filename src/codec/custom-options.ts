import { checkKeys, show } from '../errors/option-checks.js';
import { OptionTypeError } from '../errors/option-error.js';
import type { MessageKind, Payload } from './codec.js';
import { readSchema } from './schema/read-schema.js';
import type { IncomingSchema } from './schema/schema.js';
import type { SchemaCheck } from './schema/schema-check.js';

/** Options of {@link custom}. */
export interface CustomOptions<In, Out, S extends IncomingSchema | undefined = undefined> {
  /** A short name for the format, for reports. */
  readonly name: string;
  /**
   * Reads one whole message and gives what is in it, or throws.
   *
   * @param data - The payload; valid UTF-8 when `kind` is `text`. May be a view on a larger buffer.
   * @param kind - Whether it came as a text or as a binary message.
   */
  readonly decode: (data: Uint8Array, kind: MessageKind) => In;
  /** Writes one message, as a text message (a string) or a binary one (bytes), or throws. */
  readonly encode: (message: Out) => Payload;
  /**
   * What `decode` has to give: an io-ts type, a decoder of io-ts's newer modules, or a Standard Schema.
   *
   * @defaultValue none: what it gives is not checked
   */
  readonly incoming?: S | undefined;
}

/** The options of {@link custom}, checked. */
export interface CustomSettings {
  readonly name: string;
  readonly decode: (data: Uint8Array, kind: MessageKind) => unknown;
  readonly encode: (message: unknown) => unknown;
  readonly check: SchemaCheck | undefined;
}

/** Throws unless `options` are what {@link custom} takes. */
export function checkCustomOptions(options: unknown): CustomSettings {
  checkKeys('custom', options, ['name', 'decode', 'encode', 'incoming']);
  const { name, decode, encode, incoming } = options;
  if (typeof name !== 'string' || name === '') {
    throw new OptionTypeError('custom.name', `must be a string, and not empty, got ${show(name)}`);
  }
  return {
    name,
    decode: required('custom.decode', decode),
    encode: required('custom.encode', encode),
    check: incoming === undefined ? undefined : readSchema('custom.incoming', incoming).check,
  };
}

function required(path: string, value: unknown): (...args: readonly unknown[]) => unknown {
  if (!isFunction(value)) {
    throw new OptionTypeError(path, `must be a function, got ${show(value)}`);
  }
  return value;
}

function isFunction(value: unknown): value is (...args: readonly unknown[]) => unknown {
  return typeof value === 'function';
}
