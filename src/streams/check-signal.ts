import { show } from '../errors/option-checks.js';
import { OptionTypeError } from '../errors/option-error.js';

/**
 * Checks that an option is an AbortSignal, or left out.
 *
 * @throws OptionTypeError, naming the option.
 */
export function checkSignal(path: string, signal: unknown): AbortSignal | undefined {
  if (signal === undefined || signal instanceof AbortSignal) return signal;
  throw new OptionTypeError(path, `must be an AbortSignal, got ${show(signal)}`);
}
