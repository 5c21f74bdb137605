import * as O from 'fp-ts/lib/Option.js';
import type { Option } from 'fp-ts/lib/Option.js';
import type { Ending } from '../ending.js';
import { SocketError } from '../socket-error.js';

/**
 * Gives the ending that an error carries; none when it is not an error of a connection.
 *
 * @internal
 */
export function endingOf(error: unknown): Option<Ending> {
  return isSocketError(error) ? O.some(error.ending) : O.none;
}

// A bare instanceof would narrow to SocketError<any>.
function isSocketError(error: unknown): error is SocketError {
  return error instanceof SocketError;
}
