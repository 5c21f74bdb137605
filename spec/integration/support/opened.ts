import type { SocketState, SocketSubject } from '../../../src/index.js';
import type { WssConnection, WssServer } from '../../../src/testing/index.js';
import { within } from './until.js';
import { inState } from './watch.js';

/** The next connection at the server, once the client has it open, too. */
export async function opened(
  server: WssServer,
  socket: { readonly state: SocketSubject<unknown, unknown>['state'] },
): Promise<WssConnection> {
  const connection = await within('the connection', server.nextConnection());
  await inState(socket, 'Open');
  return connection;
}

/** The names of states. */
export function tagsOf(states: readonly SocketState[]): readonly string[] {
  return states.map(({ _tag }) => _tag);
}

/** The texts of the messages that a server received on a connection. */
export function textsOf({ messages }: WssConnection): readonly string[] {
  return messages.map(({ text }) => text);
}
