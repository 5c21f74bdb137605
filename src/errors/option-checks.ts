import { OptionRangeError, OptionTypeError } from './option-error.js';
import { printable } from './printable.js';

/** Shows a value in an error message: short, on one line, never a function's or object's content. */
export function show(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `'${printable(value, 60)}'`;
    case 'function':
      return 'a function';
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? 'an array' : 'an object';
    case 'bigint':
      return `${value}n`;
    default:
      return printable(String(value), 60);
  }
}

/** Throws unless `value` is a plain options object that has no other keys than `known`. */
export function checkKeys(
  path: string,
  value: unknown,
  known: readonly string[],
): asserts value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new OptionTypeError(path, `must be an object, got ${show(value)}`);
  }
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) {
      const name = printable(key, 60);
      throw new OptionTypeError(
        path === 'options' ? name : `${path}.${name}`,
        `is not an option; known here: ${known.join(', ')}`,
      );
    }
  }
}

/** What a number may be. `Infinity` is allowed only where it means "no limit". */
export interface NumberRange {
  readonly min: number;
  readonly max?: number | undefined;
  readonly integer?: boolean | undefined;
}

/** Gives `value`, or `fallback` when it is undefined; throws unless it is a number in `range`. */
export function checkNumber(
  path: string,
  value: unknown,
  fallback: number,
  range: NumberRange,
): number {
  if (value === undefined) return fallback;
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw new OptionTypeError(path, `must be a number, got ${show(value)}`);
  }
  const { min, max = Infinity, integer = false } = range;
  if (value < min || value > max || (integer && value !== Infinity && !Number.isInteger(value))) {
    throw new OptionRangeError(
      path,
      `must be ${integer ? 'a whole number' : 'a number'} from ${min} to ${max}, got ${value}`,
    );
  }
  return value;
}

/**
 * The longest time that a timer takes, in milliseconds: 24.8 days. `setTimeout` holds a signed
 * 32-bit number and fires at once for anything larger.
 */
export const MAX_TIMER: number = 2 ** 31 - 1;

/** Like {@link checkNumber}, for a duration in milliseconds; `Infinity` means "never". */
export function checkDuration(path: string, value: unknown, fallback: number, min = 0): number {
  const duration = checkNumber(path, value, fallback, { min });
  if (duration > MAX_TIMER && duration !== Infinity) {
    throw new OptionRangeError(
      path,
      `must be at most ${MAX_TIMER} ms (24.8 days) or Infinity, got ${duration}`,
    );
  }
  return duration;
}

/** Gives `value`, or `fallback` when it is undefined; throws unless it is a boolean. */
export function checkBoolean(path: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value !== 'boolean') {
    throw new OptionTypeError(path, `must be a boolean, got ${show(value)}`);
  }
  return value;
}

/** Throws unless `value` is an object with the methods `names`. */
export function checkMethods(path: string, value: unknown, names: readonly string[]): void {
  const lacking = names.filter(
    (name) =>
      typeof value !== 'object' ||
      value === null ||
      typeof (value as Readonly<Record<string, unknown>>)[name] !== 'function',
  );
  if (lacking.length > 0) {
    throw new OptionTypeError(
      path,
      `must be an object with ${names.map((name) => `${name}()`).join(' and ')}, got ${show(value)}`,
    );
  }
}

/** Throws unless `value` is undefined or a function. */
export function checkFunction(path: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') {
    throw new OptionTypeError(path, `must be a function, got ${show(value)}`);
  }
}

/** Throws unless `value` is a function. */
export function checkGivenFunction(path: string, value: unknown): void {
  if (value === undefined) throw new OptionTypeError(path, 'must be given');
  checkFunction(path, value);
}

/** Gives `value`, or `fallback` when it is undefined; throws unless it is one of `allowed`. */
export function checkOneOf<T extends string>(
  path: string,
  value: unknown,
  fallback: T,
  allowed: readonly T[],
): T {
  if (value === undefined) return fallback;
  const found = allowed.find((each) => each === value);
  if (found === undefined) {
    throw new OptionTypeError(
      path,
      `must be one of ${allowed.map((each) => `'${each}'`).join(', ')}, got ${show(value)}`,
    );
  }
  return found;
}
