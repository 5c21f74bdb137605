import {
  checkFunction,
  checkGivenFunction,
  checkKeys,
  checkNumber,
} from '../../errors/option-checks.js';

/** How the server acknowledges messages: those that it does not are sent again on the next connection. */
export interface AcknowledgeOptions<In, Out> {
  /**
   * Gives what a message will be acknowledged by, e.g. its number; undefined or null for one that will not be.
   */
  readonly id: (message: Out) => unknown;
  /**
   * Gives the id that a message which came in acknowledges; undefined or null for any other. What acknowledges
   * does not come on the stream.
   */
  readonly ack: (message: In) => unknown;
  /**
   * Gives the message to send again in place of one that may have arrived already, e.g. with a mark that it is a
   * duplicate.
   *
   * @defaultValue the same message
   */
  readonly again?: ((message: Out, sends: number) => Out) | undefined;
  /**
   * The most messages that wait to be acknowledged; the others wait in the outbox.
   *
   * @defaultValue 1,000
   */
  readonly window?: number | undefined;
}

/** {@link AcknowledgeOptions} with the defaults filled in. */
export interface AcknowledgeSettings<In, Out> {
  readonly id: (message: Out) => unknown;
  readonly ack: (message: In) => unknown;
  readonly again: ((message: Out, sends: number) => Out) | undefined;
  readonly window: number;
}

/** The default of `acknowledge.window`. */
export const DEFAULT_ACKNOWLEDGE_WINDOW = 1_000;

/**
 * Checks the option, and fills in the defaults.
 *
 * @throws OptionTypeError or OptionRangeError, naming the option.
 */
export function checkAcknowledge<In, Out>(
  path: string,
  options: AcknowledgeOptions<In, Out> | undefined,
): AcknowledgeSettings<In, Out> | undefined {
  if (options === undefined) return undefined;
  // Checked as unknown: the assertion would take the types of the options away.
  const given: unknown = options;
  checkKeys(path, given, ['id', 'ack', 'again', 'window']);
  const { id, ack, again } = options;
  checkGivenFunction(`${path}.id`, id);
  checkGivenFunction(`${path}.ack`, ack);
  checkFunction(`${path}.again`, again);
  const window = checkNumber(`${path}.window`, options.window, DEFAULT_ACKNOWLEDGE_WINDOW, {
    min: 1,
    integer: true,
  });
  return { id, ack, again, window };
}
