import { checkBoolean, checkKeys, checkMethods, checkNumber } from '../errors/option-checks.js';
import type { GivenSchemas } from './binary/binary-codec.js';
import type { IncomingSchema, OutgoingSchema, SchemaOptions } from './schema/schema.js';

/** An extension, as it is written. */
export interface MsgpackExtension {
  /** Its number, from 0 to 127. */
  readonly type: number;
  /** Its bytes, or what gives them for the place they will be at. */
  readonly data: Uint8Array | ((position: number) => Uint8Array);
}

/** How values are written as extensions and read from them: an `ExtensionCodec` of `@msgpack/msgpack` is one. */
export interface MsgpackExtensionCodec {
  /** Gives an object as an extension; null to have it written otherwise. */
  tryToEncode(object: unknown, context: undefined): MsgpackExtension | null;
  /** Reads an extension. */
  decode(data: Uint8Array, type: number, context: undefined): unknown;
}

/** Options of {@link msgpack}. */
export interface MsgpackOptions<
  D extends IncomingSchema = IncomingSchema,
  E extends OutgoingSchema = OutgoingSchema,
> extends SchemaOptions<D, E> {
  /**
   * The most levels of arrays and maps in a message; a deeper one neither decodes nor encodes. `Infinity` for no limit.
   *
   * @defaultValue 128
   */
  readonly maxDepth?: number | undefined;
  /**
   * Whether whole numbers that are written in 64 bits are read as bigints, and bigints are written so; otherwise
   * such numbers are rounded to the next number that there is, and a bigint does not encode.
   *
   * @defaultValue false
   */
  readonly useBigInt64?: boolean | undefined;
  /**
   * Whether keys that are `undefined` are left out, as from JSON, and not written as nil.
   *
   * @defaultValue true
   */
  readonly ignoreUndefined?: boolean | undefined;
  /**
   * How values of your own are written and read.
   *
   * @defaultValue that of the package: a `Date` is written as a timestamp and read from one; other extensions are read
   * as objects with `type` and `data`
   */
  readonly extensionCodec?: MsgpackExtensionCodec | undefined;
}

/** The defaults of {@link MsgpackOptions}. */
export const DEFAULT_MSGPACK_OPTIONS: {
  readonly maxDepth: number;
  readonly useBigInt64: boolean;
  readonly ignoreUndefined: boolean;
} = Object.freeze({ maxDepth: 128, useBigInt64: false, ignoreUndefined: true });

/** The options of {@link msgpack}, checked but for its schemas. */
export interface MsgpackSettings {
  readonly schemas: GivenSchemas;
  readonly maxDepth: number;
  readonly useBigInt64: boolean;
  readonly ignoreUndefined: boolean;
  readonly extensionCodec: MsgpackExtensionCodec | undefined;
}

/** Throws unless `options` are what {@link msgpack} takes. */
export function checkMsgpackOptions(options: MsgpackOptions): MsgpackSettings {
  const known = ['incoming', 'outgoing', ...Object.keys(DEFAULT_MSGPACK_OPTIONS), 'extensionCodec'];
  const given: unknown = options;
  checkKeys('msgpack', given, known);
  const { maxDepth, useBigInt64, ignoreUndefined } = DEFAULT_MSGPACK_OPTIONS;
  const { extensionCodec } = options;
  if (extensionCodec !== undefined) {
    checkMethods('msgpack.extensionCodec', extensionCodec, ['tryToEncode', 'decode']);
  }
  return {
    schemas: options,
    maxDepth: checkNumber('msgpack.maxDepth', options.maxDepth, maxDepth, {
      min: 0,
      integer: true,
    }),
    useBigInt64: checkBoolean('msgpack.useBigInt64', options.useBigInt64, useBigInt64),
    ignoreUndefined: checkBoolean(
      'msgpack.ignoreUndefined',
      options.ignoreUndefined,
      ignoreUndefined,
    ),
    extensionCodec,
  };
}
