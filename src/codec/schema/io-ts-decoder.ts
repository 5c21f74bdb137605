import { left } from 'fp-ts/lib/Either.js';
import type { DecodeError } from 'io-ts/lib/Decoder.js';

import { printable } from '../../errors/printable.js';
import type { DecodeIssue } from '../decode-failure.js';
import { valueText } from '../value-text.js';
import { isPromise, settle } from './promise.js';
import { asynchronousRefusal, MAX_ISSUES, refusal, thrownRefusal } from './refusal.js';
import type { IoTsDecoder } from './schema.js';
import type { SchemaCheck, SchemaRefusal } from './schema-check.js';

const NAME = 'the decoder';

/** Checks by a decoder of io-ts's newer modules. */
export function fromIoTsDecoder(decoder: IoTsDecoder): SchemaCheck {
  return (value) => {
    try {
      const decoded = decoder.decode(value);
      if (decoded._tag === 'Right') return decoded;
      if (isPromise(decoded)) {
        settle(decoded);
        return left(asynchronousRefusal(NAME, value));
      }
      return left(decoderRefusal(value, decoded.left));
    } catch (thrown) {
      return left(thrownRefusal(NAME, value, thrown));
    }
  };
}

/** A part of an error, and what is above it. */
interface Part {
  readonly error: DecodeError;
  readonly path: readonly string[];
  /** The message of the program's own, given by `withMessage`. */
  readonly message?: string;
}

/**
 * Says in our words what a decoder found wrong, from left to right.
 *
 * @remarks The errors of a long array are a tree as deep as there are of them, so that recursion would not do.
 */
function decoderRefusal(value: unknown, error: DecodeError): SchemaRefusal {
  const issues: DecodeIssue[] = [];
  let count = 0;
  const parts: Part[] = [{ error, path: [] }];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    if (part.error._tag === 'Concat') {
      parts.push({ ...part, error: part.error.right }, { ...part, error: part.error.left });
      continue;
    }
    const { value: node } = part.error;
    if (node._tag === 'Leaf') {
      count += 1;
      if (count <= MAX_ISSUES) issues.push(issueOf(node, part));
      continue;
    }
    const inner = { ...part, error: node.errors };
    if (node._tag === 'Key') parts.push({ ...inner, path: [...part.path, node.key] });
    else if (node._tag === 'Index') parts.push({ ...inner, path: [...part.path, `${node.index}`] });
    else if (node._tag === 'Wrap') parts.push({ ...inner, message: node.error });
    // The members of a union or an intersection, and lazy decoders, are about the same value.
    else parts.push(inner);
  }
  return refusal(NAME, value, issues, count);
}

function issueOf(
  leaf: { readonly actual: unknown; readonly error: string },
  { path, message }: Part,
): DecodeIssue {
  const issue = { path, expected: printable(leaf.error), actual: valueText(leaf.actual) };
  return message === undefined ? issue : { ...issue, message: printable(message) };
}
