import { left, right, type Either } from 'fp-ts/lib/Either.js';

import type { MessageKind } from './codec.js';
import type { DecodeFailure } from './decode-failure.js';
import type { SchemaCheck } from './schema/schema-check.js';
import { schemaFailure } from './schema-failure.js';

/** Gives what a schema, if there is one, makes of what was read from a message. */
export function checkMessage(
  codec: string,
  check: SchemaCheck | undefined,
  value: unknown,
  data: Uint8Array,
  kind: MessageKind,
): Either<DecodeFailure, unknown> {
  if (check === undefined) return right(value);
  const checked = check(value);
  return checked._tag === 'Right' ? checked : left(schemaFailure(codec, data, kind, checked.left));
}
