import { left, type Either } from 'fp-ts/lib/Either.js';

import { checkMessage } from './check-message.js';
import type { MessageKind } from './codec.js';
import type { DecodeFailure } from './decode-failure.js';
import { hasMoreBrackets, isDeeperThan } from './json-depth.js';
import { jsonFailure, protoKeyFailure, tooDeepFailure } from './json-failure.js';
import { hasProtoKey } from './proto-key.js';
import type { SchemaCheck } from './schema/schema-check.js';
import { utf8Failure, utf8Text } from './utf8-text.js';

/** Reads one message. Never throws. */
export type JsonDecode = (data: Uint8Array, kind: MessageKind) => Either<DecodeFailure, unknown>;

/**
 * Gives the ordinary way to read a message of JSON: its text, `JSON.parse`, the check.
 *
 * @param check - What the schema makes of a value; undefined to leave it unchecked.
 * @param maxDepth - How deep arrays and objects may be nested.
 */
export function createJsonDecode(check: SchemaCheck | undefined, maxDepth: number): JsonDecode {
  return (data, kind) => {
    let text: string;
    try {
      text = utf8Text(data, kind);
    } catch (thrown) {
      return left(utf8Failure('json', data, kind, thrown));
    }
    if (hasMoreBrackets(text, maxDepth) && isDeeperThan(data, maxDepth)) {
      return left(tooDeepFailure('json', data, kind, text, maxDepth));
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (thrown) {
      return left(jsonFailure('json', data, kind, text, thrown));
    }
    const decoded = checkMessage('json', check, value, data, kind);
    if (decoded._tag === 'Left' || decoded.right === value) return decoded;
    return hasProtoKey(text, value) ? left(protoKeyFailure('json', data, kind, text)) : decoded;
  };
}
