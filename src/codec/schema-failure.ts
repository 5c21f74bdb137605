import type * as t from 'io-ts';

import { printable } from '../errors/printable.js';
import type { MessageKind } from './codec.js';
import type { DecodeFailure, DecodeIssue } from './decode-failure.js';
import { valueText } from './value-text.js';

/** The most issues that a failure holds; an array of bad elements has one for each of them. */
export const MAX_ISSUES = 20;

/** What was read, and from which message. */
export interface Refused {
  readonly codec: string;
  readonly data: Uint8Array;
  readonly kind: MessageKind;
  readonly value: unknown;
  /** The name of the io-ts type that refused it. */
  readonly expected: string;
}

/** Says in our words what io-ts found wrong with a message. */
export function schemaFailure(refused: Refused, errors: t.Errors): DecodeFailure {
  const { codec, data, kind, value, expected } = refused;
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
  // A type may refuse without giving an error.
  if (issues.length === 0) issues.push({ path: [], expected, actual: valueText(value) });
  const omittedIssues = errors.length - MAX_ISSUES;
  return {
    _tag: 'DecodeFailure',
    phase: 'schema',
    codec,
    kind,
    data,
    issues,
    ...(omittedIssues > 0 ? { omittedIssues } : undefined),
  };
}

/** Says that the io-ts type threw instead of refusing the message. */
export function thrownFailure(refused: Refused, cause: unknown): DecodeFailure {
  const { codec, data, kind, value, expected } = refused;
  // What it threw is the program's, not the peer's: it is kept out of the report.
  const message = `the check of ${printable(expected)} threw; see cause`;
  return {
    _tag: 'DecodeFailure',
    phase: 'schema',
    codec,
    kind,
    data,
    issues: [{ path: [], expected, actual: valueText(value), message }],
    cause,
  };
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
