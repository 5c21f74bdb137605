import { printable } from '../errors/printable.js';
import type { DecodeIssue } from './decode-failure.js';

const MAX_KEYS = 12;
const MAX_KEY_LENGTH = 60;

/** Says in a few words what is wrong with a message, and where. */
export function describeIssue(issue: DecodeIssue): string {
  const place = issue.path.length === 0 ? '' : `at ${placeOf(issue.path)}`;
  if (issue.message === undefined) return `${place} ${expectation(issue)}`.trimStart();
  const message = printable(issue.message);
  return place === '' ? message : `${place}: ${message}`;
}

/** The same, and what was expected beside the message that a type has of its own. */
export function describeIssueFully(issue: DecodeIssue): string {
  const more = issue.message === undefined ? '' : ` (${expectation(issue)})`;
  return `${describeIssue(issue)}${more}`;
}

function expectation({ expected, actual }: DecodeIssue): string {
  return `expected ${printable(expected)}, got ${printable(actual)}`;
}

function placeOf(path: readonly string[]): string {
  const half = MAX_KEYS / 2;
  return path.length > MAX_KEYS
    ? [...path.slice(0, half).map(keyText), '…', ...path.slice(-half).map(keyText)].join('.')
    : path.map(keyText).join('.');
}

function keyText(key: string): string {
  if (/^[\w$-]{1,60}$/.test(key)) return key;
  return printable(JSON.stringify(key.slice(0, MAX_KEY_LENGTH + 1)), MAX_KEY_LENGTH);
}
