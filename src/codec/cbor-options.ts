import { checkBoolean, checkKeys, checkNumber, show } from '../errors/option-checks.js';
import { OptionTypeError } from '../errors/option-error.js';
import type { GivenSchemas } from './binary/binary-codec.js';
import type { IncomingSchema, OutgoingSchema, SchemaOptions } from './schema/schema.js';

/** Options of {@link cbor}. */
export interface CborOptions<
  D extends IncomingSchema = IncomingSchema,
  E extends OutgoingSchema = OutgoingSchema,
> extends SchemaOptions<D, E> {
  /**
   * The most levels of arrays, maps and tags in a message; a deeper one neither decodes nor encodes. `Infinity` for no
   * limit.
   *
   * @defaultValue 128
   */
  readonly maxDepth?: number | undefined;
  /**
   * Whether all whole numbers that are written in 64 bits, and all bignums, are read as bigints; otherwise those that
   * fit are read as numbers, and only larger ones as bigints.
   *
   * @defaultValue false
   */
  readonly useBigInt64?: boolean | undefined;
  /**
   * Further tags to let through; what is under such a tag is read as an object with `tag` and `value`.
   *
   * @defaultValue none
   */
  readonly tags?: readonly number[] | undefined;
}

/** The defaults of {@link CborOptions}. */
export const DEFAULT_CBOR_OPTIONS: {
  readonly maxDepth: number;
  readonly useBigInt64: boolean;
  readonly tags: readonly number[];
} = Object.freeze({ maxDepth: 128, useBigInt64: false, tags: Object.freeze([]) });

/** The options of {@link cbor}, checked but for its schemas. */
export interface CborSettings {
  readonly schemas: GivenSchemas;
  readonly maxDepth: number;
  readonly useBigInt64: boolean;
  readonly tags: readonly number[];
}

/** Throws unless `options` are what {@link cbor} takes. */
export function checkCborOptions(options: CborOptions): CborSettings {
  const given: unknown = options;
  checkKeys('cbor', given, ['incoming', 'outgoing', ...Object.keys(DEFAULT_CBOR_OPTIONS)]);
  const { maxDepth, useBigInt64 } = DEFAULT_CBOR_OPTIONS;
  return {
    schemas: options,
    maxDepth: checkNumber('cbor.maxDepth', options.maxDepth, maxDepth, { min: 0, integer: true }),
    useBigInt64: checkBoolean('cbor.useBigInt64', options.useBigInt64, useBigInt64),
    tags: checkTags(options.tags),
  };
}

function checkTags(tags: unknown = DEFAULT_CBOR_OPTIONS.tags): readonly number[] {
  if (!Array.isArray(tags)) {
    throw new OptionTypeError('cbor.tags', `must be an array of tags, got ${show(tags)}`);
  }
  return tags.map((tag: unknown, index) =>
    checkNumber(`cbor.tags[${index}]`, tag ?? null, 0, {
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
      integer: true,
    }),
  );
}
