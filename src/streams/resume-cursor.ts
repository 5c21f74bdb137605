import { checkGivenFunction, checkKeys } from '../errors/option-checks.js';

/** How a stream goes on after a lost connection from where it was. */
export interface ResumeOptions<In> {
  /**
   * Gives what stands for the place of a message in the stream, e.g. its number; undefined or null where it has none. The latest
   * is handed to the functions given as `url`, `headers` and `tls`, and to `onOpen`, so that they can ask the server for
   * what comes after it.
   */
  readonly cursor: (message: In) => unknown;
}

/** Where a stream is. */
export class ResumeCursor<In> {
  readonly #cursorOf: (message: In) => unknown;
  #value: unknown;

  constructor(cursorOf: (message: In) => unknown) {
    this.#cursorOf = cursorOf;
  }

  /** The place of the latest message that had one; undefined before the first. */
  get value(): unknown {
    return this.#value;
  }

  /** A message came. */
  move(message: In): void {
    const cursor = this.#cursorOf(message);
    if (cursor !== undefined && cursor !== null) this.#value = cursor;
  }
}

/**
 * Checks the option.
 *
 * @throws OptionTypeError, naming the option.
 */
export function checkResume<In>(
  path: string,
  options: ResumeOptions<In> | undefined,
): ResumeCursor<In> | undefined {
  if (options === undefined) return undefined;
  // Checked as unknown: the assertion would take the types of the options away.
  const given: unknown = options;
  checkKeys(path, given, ['cursor']);
  checkGivenFunction(`${path}.cursor`, options.cursor);
  return new ResumeCursor(options.cursor);
}
