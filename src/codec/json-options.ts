import { checkKeys, checkNumber } from '../errors/option-checks.js';
import type { IncomingSchema, OutgoingSchema, SchemaOptions } from './schema/schema.js';

/** Options of {@link json}. */
export interface JsonOptions<
  D extends IncomingSchema = IncomingSchema,
  E extends OutgoingSchema = OutgoingSchema,
> extends SchemaOptions<D, E> {
  /**
   * The most levels of arrays and objects in a message; a deeper one does not decode. `Infinity` for no limit.
   *
   * @defaultValue 128
   */
  readonly maxDepth?: number | undefined;
}

/** The defaults of {@link JsonOptions}. */
export const DEFAULT_JSON_OPTIONS: { readonly maxDepth: number } = Object.freeze({ maxDepth: 128 });

/** Throws unless `options` are what {@link json} takes, but for its schemas. */
export function checkJsonOptions(options: unknown): { readonly maxDepth: number } {
  checkKeys('json', options, ['incoming', 'outgoing', 'maxDepth']);
  const { maxDepth } = options;
  return {
    maxDepth: checkNumber('json.maxDepth', maxDepth, DEFAULT_JSON_OPTIONS.maxDepth, {
      min: 0,
      integer: true,
    }),
  };
}
