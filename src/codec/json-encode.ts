import { left, right, type Either } from 'fp-ts/lib/Either.js';

import type { EncodeFailure } from './encode-failure.js';
import type { Prepare } from './schema/read-outgoing.js';
import { thrownText } from './thrown-text.js';
import { valueText } from './value-text.js';
import type { JsonWriter } from './write/json-writer.js';

const FAILURE = { _tag: 'EncodeFailure', codec: 'json' } as const;

/** Writes JSON: the message through its schema, what that gives as text. */
export function createJsonEncode(
  prepare: Prepare,
  writer: JsonWriter,
): (message: unknown) => Either<EncodeFailure, string> {
  return (message) => {
    const prepared = prepare(message);
    if (prepared._tag === 'Left') return left({ ...FAILURE, ...prepared.left });
    try {
      const text = writer.write(prepared.right);
      if (text !== undefined) return right(text);
      return left({
        ...FAILURE,
        reason: `the message has no JSON form: ${valueText(prepared.right)}`,
      });
    } catch (cause) {
      const reason = `the message has no JSON form: ${thrownText(cause)}`;
      return left({ ...FAILURE, reason, cause });
    }
  };
}
