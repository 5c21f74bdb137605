import { describeEnding, isCompletion, printable } from '../index.js';
import type { Ending, OpenState, SocketState } from '../index.js';
import { inCommandWords } from './command-words.js';
import type { Status } from './status-line.js';

/**
 * Says in which state a socket is; undefined before it has dialled.
 *
 * @param state - The state.
 * @param target - Where it connects to, without a path, a query or credentials.
 */
export function stateStatus(state: SocketState, target: string): Status | undefined {
  switch (state._tag) {
    case 'Idle':
      return undefined;
    case 'Connecting':
      return { label: state._tag, colour: 'yellow', text: `${target}, attempt ${state.attempt}` };
    case 'Opening':
      return {
        label: state._tag,
        colour: 'yellow',
        text: `${state.address}, the login is under way`,
      };
    case 'Open':
      return { label: state._tag, colour: 'green', text: describeOpen(state) };
    case 'Waiting': {
      const text = `attempt ${state.attempt} in ${state.delay} ms. ${endingText(state.ending)}`;
      return { label: state._tag, colour: 'yellow', text };
    }
    case 'Closing':
      return { label: state._tag, colour: 'cyan', text: `with code ${state.code}` };
    case 'Closed': {
      const { ending } = state;
      return {
        label: state._tag,
        colour: isCleanEnding(ending) ? 'green' : 'red',
        text: endingText(ending),
      };
    }
  }
}

/** Tells whether an ending is a success: the stream completed, and the closing handshake did too. */
export function isCleanEnding(ending: Ending): boolean {
  return isCompletion(ending) && ending._tag === 'Closed' && ending.wasClean;
}

function describeOpen({ address, protocol, tls }: OpenState): string {
  const security =
    tls === undefined
      ? 'without TLS'
      : `${tls.protocol}, ${tls.cipher}, server ${printable(tls.subject) || printable(tls.altNames)}`;
  const chosen = protocol === '' ? '' : `, subprotocol ${printable(protocol)}`;
  return `${address}, ${security}${chosen}`;
}

/**
 * Describes an ending in the command's words, without its target: the line of the attempt has that.
 *
 * @param ending - The ending.
 */
export function endingText(ending: Ending): string {
  const sentence = describeEnding(ending);
  const text = ending.target === undefined ? sentence : sentence.replace(`${ending.target}: `, '');
  // The advice of these speaks of the library's options; the text of others may be the peer's.
  const isOurs = ending._tag === 'TlsFailed' || ending._tag === 'TimedOut';
  return isOurs ? inCommandWords(text) : text;
}
