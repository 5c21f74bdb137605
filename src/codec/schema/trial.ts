import { isPromise, settle } from './promise.js';

/** One value of each kind, so that at least one of them gets past what a schema looks at first. */
const VALUES: readonly unknown[] = [undefined, null, '', 0, true, {}, []];

/** What a schema answers trial values with. */
export interface Trial {
  /** Whether one of the answers was a promise, or the function that a `TaskDecoder` gives instead. */
  readonly isAsynchronous: boolean;
  /** The other answers. */
  readonly answers: readonly unknown[];
}

/** Tries a schema out. Throws nothing; what the schema throws, or rejects with, is let go of. */
export function tryOut(check: (value: unknown) => unknown): Trial {
  let isAsynchronous = false;
  const answers: unknown[] = [];
  for (const value of VALUES) {
    try {
      const answer = check(value);
      if (isPromise(answer)) settle(answer);
      if (isPromise(answer) || typeof answer === 'function') isAsynchronous = true;
      else answers.push(answer);
    } catch {
      // It was not made for such a value.
    }
  }
  return { isAsynchronous, answers };
}
