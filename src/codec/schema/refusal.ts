import { printable } from '../../errors/printable.js';
import type { DecodeIssue } from '../decode-failure.js';
import { valueText } from '../value-text.js';
import type { SchemaRefusal } from './schema-check.js';

/** The most issues that a refusal holds; an array of bad elements has one for each of them. */
export const MAX_ISSUES = 20;

/**
 * Makes the refusal of a value out of the first issues that a schema found with it.
 *
 * @param expected - The name of the schema.
 * @param value - What it refused.
 * @param found - The first issues, at most {@link MAX_ISSUES}; a schema may also refuse without a word.
 * @param count - How many issues there are altogether.
 */
export function refusal(
  expected: string,
  value: unknown,
  found: readonly DecodeIssue[],
  count: number,
): SchemaRefusal {
  const issues = found.length > 0 ? found : [{ path: [], expected, actual: valueText(value) }];
  const omittedIssues = count - found.length;
  return omittedIssues > 0 ? { issues, omittedIssues } : { issues };
}

/** Says that a schema threw instead of refusing the value. */
export function thrownRefusal(expected: string, value: unknown, cause: unknown): SchemaRefusal {
  // What it threw is the program's, not the peer's: it is kept out of the report.
  const message = `the check of ${printable(expected)} threw; see cause`;
  return { issues: [{ path: [], expected, actual: valueText(value), message }], cause };
}

/** Says that a schema answered with a promise, of which nothing more will be heard. */
export function asynchronousRefusal(expected: string, value: unknown): SchemaRefusal {
  const message = `${printable(expected)} answered with a promise; only synchronous schemas can check messages`;
  return { issues: [{ path: [], expected, actual: valueText(value), message }] };
}
