import type { StandardSchemaV1 } from '@standard-schema/spec';
import { left, right } from 'fp-ts/lib/Either.js';

import { printable } from '../../errors/printable.js';
import type { DecodeIssue } from '../decode-failure.js';
import { valueText } from '../value-text.js';
import { isPromise } from './promise.js';
import { asynchronousRefusal, MAX_ISSUES, refusal, thrownRefusal } from './refusal.js';
import type { SchemaCheck } from './schema-check.js';
import { validateNow } from './validate-now.js';

/** Checks by a Standard Schema (https://standardschema.dev). */
export function fromStandardSchema(schema: StandardSchemaV1): SchemaCheck {
  const name = `the ${printable(schema['~standard'].vendor)} schema`;
  return (value) => {
    try {
      const result = validateNow(schema, value);
      if (isPromise(result)) return left(asynchronousRefusal(name, value));
      // Anything that is not truthy means that there are none.
      if (!result.issues) return right(result.value);
      // By index, as arktype's are an array of its own kind, which methods would make more of.
      const count = result.issues.length;
      const issues = Array.from({ length: Math.min(count, MAX_ISSUES) }, (_, at) =>
        issueOf(name, value, result.issues[at]),
      );
      return left(refusal(name, value, issues, count));
    } catch (thrown) {
      return left(thrownRefusal(name, value, thrown));
    }
  };
}

function issueOf(
  expected: string,
  value: unknown,
  issue: StandardSchemaV1.Issue | undefined,
): DecodeIssue {
  const keys = Array.from(issue?.path ?? [], (segment) =>
    typeof segment === 'object' ? segment.key : segment,
  );
  return {
    path: keys.map(String),
    expected,
    actual: valueText(valueAt(value, keys)),
    message: printable(String(issue?.message)),
  };
}

/** What stands at a path, for the report; undefined when nothing of the message's own does. */
function valueAt(value: unknown, keys: readonly PropertyKey[]): unknown {
  let found = value;
  for (const key of keys) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = Reflect.get(found, key);
  }
  return found;
}
