/** A function that was to give an option for an attempt threw, or its promise rejected. */
export class ProviderFailure extends Error {
  override readonly name = 'ProviderFailure';
  /** The path of the option. */
  readonly option: string;

  constructor(option: string, cause: unknown) {
    super(`The function given as ${option} failed`, { cause });
    this.option = option;
  }
}

/** Gives the value of an option for one attempt. */
export type Resolve<T> = (attempt: number, signal: AbortSignal, cursor?: unknown) => Promise<T>;

/**
 * Reads an option that is a value or a function of the attempt.
 *
 * @param option - The path of the option.
 * @param given - The value or the function.
 * @param check - Checks a value and gives it in its checked form: at once for a value, at every
 * attempt for what the function gives.
 * @returns The resolver. It rejects with a ProviderFailure, or with what `check` threw.
 */
export function perAttempt<T>(
  option: string,
  given: unknown,
  check: (option: string, value: unknown) => T,
): Resolve<T> {
  if (!isProvider(given)) {
    const value = Promise.resolve(check(option, given));
    return () => value;
  }
  return async (attempt, signal, cursor) =>
    check(option, await provide(option, () => given(attempt, signal, cursor)));
}

type Provider = (attempt: number, signal: AbortSignal, cursor: unknown) => unknown;

function isProvider(given: unknown): given is Provider {
  return typeof given === 'function';
}

/**
 * Asks a function of the user's for something that an attempt needs.
 *
 * @throws ProviderFailure, as a rejection, if it throws or rejects.
 */
export async function provide(option: string, ask: () => unknown): Promise<unknown> {
  try {
    return await ask();
  } catch (cause) {
    throw new ProviderFailure(option, cause);
  }
}
