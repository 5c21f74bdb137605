import { isInstance, stamp } from './wss-error.js';

/**
 * An option has a value of the wrong kind: thrown at once by the call that was given it.
 *
 * @remarks The message names the option, what is allowed and, unless it could be a secret, the value.
 */
export class OptionTypeError extends TypeError {
  static readonly brand: string = 'OptionTypeError';
  override readonly name = 'OptionTypeError';
  readonly _tag = 'OptionError';
  /** Identifies the error. */
  readonly code = 'ERR_WSS_OPTION_TYPE';
  /** The path of the option, e.g. `tls.ca[1]`. */
  readonly option: string;

  constructor(option: string, message: string, options?: ErrorOptions) {
    super(`${option}: ${message}`, options);
    this.option = option;
    stamp(this, new.target);
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isInstance(this, value);
  }
}

/**
 * An option has the right kind of value, but one that is out of range or that does not fit the other
 * options: thrown at once by the call that was given it.
 */
export class OptionRangeError extends RangeError {
  static readonly brand: string = 'OptionRangeError';
  override readonly name = 'OptionRangeError';
  readonly _tag = 'OptionError';
  /** Identifies the error. */
  readonly code = 'ERR_WSS_OPTION_RANGE';
  /** The path of the option, e.g. `tls.ca[1]`. */
  readonly option: string;

  constructor(option: string, message: string, options?: ErrorOptions) {
    super(`${option}: ${message}`, options);
    this.option = option;
    stamp(this, new.target);
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isInstance(this, value);
  }
}

/** Either kind of wrong option. */
export type OptionError = OptionTypeError | OptionRangeError;

/** Tells whether `value` reports a wrong option. */
export function isOptionError(value: unknown): value is OptionError {
  return value instanceof OptionTypeError || value instanceof OptionRangeError;
}
