import { checkFunction } from '../../errors/option-checks.js';
import { OptionTypeError } from '../../errors/option-error.js';

/**
 * Throws when an argument that has no default was left out.
 *
 * @internal
 */
export function checkGiven(path: string, value: unknown): void {
  if (value === undefined) throw new OptionTypeError(path, 'must be given, got undefined');
}

/**
 * Throws unless `value` is a function, which a policy is.
 *
 * @internal
 */
export function checkPolicy(path: string, value: unknown): void {
  checkGiven(path, value);
  checkFunction(path, value);
}
