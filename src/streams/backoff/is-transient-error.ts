import * as O from 'fp-ts/lib/Option.js';
import { isOptionError } from '../../errors/option-error.js';
import { isTransient } from '../is-transient.js';
import { endingOf } from './ending-of.js';

/**
 * Tells whether a stream's error is transient: the default rule of `retryBackoff`.
 *
 * @remarks
 * An error that carries an ending is judged by `isTransient(ending)`. A wrong option is fatal, since
 * it would be as wrong the next time. Any other error is transient.
 *
 * @param error - What the stream failed with.
 * @returns `true` when a retry may help, `false` when it is pointless.
 *
 * @example The default rule, with an error of one's own added to what is fatal.
 * ```ts
 * import { exponentialBackoff, isTransientError, retryBackoff } from 'rx-wss';
 * import { throwError } from 'rxjs';
 *
 * throwError(() => new SyntaxError('not JSON'))
 *   .pipe(
 *     retryBackoff(exponentialBackoff(), {
 *       isTransient: (error) => !(error instanceof SyntaxError) && isTransientError(error),
 *     }),
 *   )
 *   .subscribe({ error: (error: unknown) => console.error(error) });
 * ```
 */
export function isTransientError(error: unknown): boolean {
  const ending = endingOf(error);
  return O.isSome(ending) ? isTransient(ending.value) : !isOptionError(error);
}
