import { show } from '../../errors/option-checks.js';
import { OptionTypeError } from '../../errors/option-error.js';

/** What messages are told apart by: a topic, or the id of a request. `1` and `'1'` are different keys. */
export type MessageKey = string | number | bigint;

/**
 * Gives `key` if it is one.
 *
 * @remarks An object is none: it would be equal to itself alone, and to nothing in a message that is decoded.
 *
 * @throws OptionTypeError, naming the option.
 */
export function checkKey(path: string, key: unknown): MessageKey {
  if (typeof key === 'string' || typeof key === 'number' || typeof key === 'bigint') return key;
  throw new OptionTypeError(path, `must be a string, a number or a bigint, got ${show(key)}`);
}
