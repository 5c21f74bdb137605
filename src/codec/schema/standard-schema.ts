import type { StandardSchemaV1 } from '@standard-schema/spec';
import { left, right } from 'fp-ts/lib/Either.js';

import { printable } from '../../errors/printable.js';
import type { DecodeIssue } from '../decode-failure.js';
import { valueText } from '../value-text.js';
import { isPromise, settle } from './promise.js';
import { MAX_ISSUES, refusal, thrownRefusal } from './refusal.js';
import type { SchemaCheck, SchemaRefusal } from './schema-check.js';

/** Checks by a Standard Schema (https://standardschema.dev). */
export function fromStandardSchema(schema: StandardSchemaV1): SchemaCheck {
  const { vendor, validate } = schema['~standard'];
  const name = `the ${vendor} schema`;
  return (value) => {
    try {
      const result = validate(value);
      if (isPromise(result)) {
        settle(result);
        return left(asynchronous(name, value));
      }
      if (result.issues === undefined) return right(result.value);
      const issues = result.issues.slice(0, MAX_ISSUES);
      return left(
        refusal(
          name,
          value,
          issues.map((issue) => issueOf(name, value, issue)),
          result.issues.length,
        ),
      );
    } catch (thrown) {
      return left(thrownRefusal(name, value, thrown));
    }
  };
}

function issueOf(expected: string, value: unknown, issue: StandardSchemaV1.Issue): DecodeIssue {
  const keys = (issue.path ?? []).map((segment) =>
    typeof segment === 'object' ? segment.key : segment,
  );
  return {
    path: keys.map(String),
    expected,
    actual: valueText(at(value, keys)),
    message: printable(issue.message),
  };
}

/** What stands at a path, for the report. */
function at(value: unknown, keys: readonly PropertyKey[]): unknown {
  let found = value;
  for (const key of keys) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = Reflect.get(found, key);
  }
  return found;
}

function asynchronous(name: string, value: unknown): SchemaRefusal {
  const message = `${printable(name)} answered with a promise; only synchronous schemas can check messages`;
  return { issues: [{ path: [], expected: name, actual: valueText(value), message }] };
}
