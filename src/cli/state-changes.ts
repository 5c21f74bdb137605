import { distinctUntilChanged } from 'rxjs';
import type { Observable } from 'rxjs';

import type { SocketState } from '../index.js';

/**
 * Gives the states of a socket, from the present one on: each connection is open once, and not again
 * with each answer to a ping.
 *
 * @param socket - Whose states.
 */
export function stateChanges(socket: {
  readonly state: Observable<SocketState>;
}): Observable<SocketState> {
  return socket.state.pipe(
    // Between two connections there is always another state.
    distinctUntilChanged((before, now) => before._tag === 'Open' && now._tag === 'Open'),
  );
}
