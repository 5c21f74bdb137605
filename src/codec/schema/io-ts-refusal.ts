import type * as t from 'io-ts';

import { printable } from '../../errors/printable.js';
import type { DecodeIssue } from '../decode-failure.js';
import { valueText } from '../value-text.js';
import { MAX_ISSUES, refusal } from './refusal.js';
import type { SchemaRefusal } from './schema-check.js';

/** Says in our words what io-ts found wrong with a value. */
export function ioTsRefusal(expected: string, value: unknown, errors: t.Errors): SchemaRefusal {
  // The members of a union all refuse the same value, which may be large: it is read once for them.
  const shown = new Map<unknown, string>();
  const issues = errors.slice(0, MAX_ISSUES).map((error): DecodeIssue => {
    const actual = shown.get(error.value) ?? valueText(error.value);
    if (typeof error.value === 'object') shown.set(error.value, actual);
    return {
      path: pathOf(error.context),
      expected: error.context.at(-1)?.type.name ?? expected,
      actual,
      ...(error.message === undefined ? undefined : { message: printable(error.message) }),
    };
  });
  return refusal(expected, value, issues, errors.length);
}

/**
 * The keys down to the value that an error is about.
 *
 * @remarks io-ts also notes the position of each member of a union or an intersection that it
 * tried. Such an entry has a number for a key and the same value as the one above it, which a key of
 * JSON never has: a value does not contain itself. (The types cannot tell: an io-ts type that wraps a
 * union hides it.)
 */
function pathOf(context: t.Context): string[] {
  const path: string[] = [];
  let above: t.ContextEntry | undefined;
  for (const entry of context) {
    if (above !== undefined && !isMember(entry, above)) path.push(entry.key);
    above = entry;
  }
  return path;
}

function isMember(entry: t.ContextEntry, above: t.ContextEntry): boolean {
  return 'actual' in entry && Object.is(entry.actual, above.actual) && /^\d+$/.test(entry.key);
}
