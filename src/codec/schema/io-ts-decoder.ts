import { left } from 'fp-ts/lib/Either.js';
import type { DecodeError } from 'io-ts/lib/Decoder.js';

import { printable } from '../../errors/printable.js';
import type { DecodeIssue } from '../decode-failure.js';
import { valueText } from '../value-text.js';
import type { IoTsDecoder } from './schema.js';
import { MAX_ISSUES, refusal, thrownRefusal } from './refusal.js';
import type { SchemaCheck } from './schema-check.js';

const NAME = 'the decoder';

/** Checks by a decoder of io-ts's newer modules. */
export function fromIoTsDecoder(decoder: IoTsDecoder): SchemaCheck {
  return (value) => {
    try {
      const decoded = decoder.decode(value);
      if (decoded._tag === 'Right') return decoded;
      const issues = issuesOf(decoded.left, [], NAME);
      return left(refusal(NAME, value, issues.slice(0, MAX_ISSUES), issues.length));
    } catch (thrown) {
      return left(thrownRefusal(NAME, value, thrown));
    }
  };
}

/** What is wrong, from left to right; `expected` is the name of what surrounds it. */
function issuesOf(
  error: DecodeError,
  path: readonly string[],
  expected: string,
): readonly DecodeIssue[] {
  if (error._tag === 'Concat') {
    return [...issuesOf(error.left, path, expected), ...issuesOf(error.right, path, expected)];
  }
  const { value } = error;
  switch (value._tag) {
    case 'Leaf':
      return [{ path, expected: printable(value.error), actual: valueText(value.actual) }];
    case 'Key':
      return issuesOf(value.errors, [...path, value.key], expected);
    case 'Index':
      return issuesOf(value.errors, [...path, String(value.index)], expected);
    case 'Member':
    case 'Lazy':
      return issuesOf(value.errors, path, expected);
    case 'Wrap':
      return issuesOf(value.errors, path, value.error);
  }
}
