import { printable } from '../errors/printable.js';

const MAX_LENGTH = 80;
const MAX_ENTRIES = 8;
const MAX_DEPTH = 2;

/**
 * Shows any value in a report: JSON-like, on one line, cut short.
 *
 * @remarks Never throws, takes a bounded number of steps through deep and cyclic values, and calls
 * no `toJSON` or `toString` of the value.
 */
export function valueText(value: unknown): string {
  try {
    return printable(sketch(value, MAX_DEPTH), MAX_LENGTH);
  } catch {
    // A getter or a proxy's trap threw.
    return 'a value that cannot be shown';
  }
}

function sketch(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      // One more than is shown, so that the cut is seen.
      return JSON.stringify(value.slice(0, MAX_LENGTH + 1));
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      // Writing out a huge one takes time that grows with the square of its length.
      return BigInt.asIntN(128, value) === value ? `${value}n` : 'a huge bigint';
    case 'function':
      return 'a function';
    case 'object':
      return value === null ? 'null' : sketchObject(value, depth);
    default:
      return String(value);
  }
}

function sketchObject(value: object, depth: number): string {
  if (Array.isArray(value)) {
    if (depth === 0 && value.length > 0) return '[…]';
    const items = value.slice(0, MAX_ENTRIES).map((item) => sketch(item, depth - 1));
    return `[${withEllipsis(items, value.length)}]`;
  }
  const tag = Object.prototype.toString.call(value);
  if (tag !== '[object Object]') return tag;
  const keys = Object.keys(value);
  if (depth === 0 && keys.length > 0) return '{…}';
  const entries = keys
    .slice(0, MAX_ENTRIES)
    .map((key) => `${sketch(key, depth)}:${sketch(Reflect.get(value, key), depth - 1)}`);
  return `{${withEllipsis(entries, keys.length)}}`;
}

function withEllipsis(shown: readonly string[], count: number): string {
  return (count > shown.length ? [...shown, '…'] : shown).join(',');
}
