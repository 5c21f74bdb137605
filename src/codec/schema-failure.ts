import type { MessageKind } from './codec.js';
import type { DecodeFailure } from './decode-failure.js';
import type { SchemaRefusal } from './schema/schema-check.js';

/** Says that a message was read, but that its schema does not take what is in it. */
export function schemaFailure(
  codec: string,
  data: Uint8Array,
  kind: MessageKind,
  refusal: SchemaRefusal,
): DecodeFailure {
  return { _tag: 'DecodeFailure', phase: 'schema', codec, kind, data, ...refusal };
}
