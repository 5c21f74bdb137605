import { inspect } from 'node:util';

import { onTestFinished } from 'vitest';

import { SocketError } from '../../src/index.js';
import type { SocketState, SocketSubject } from '../../src/index.js';
import { waitFor } from './servers/wait-for.js';

/** The tag of a state. */
type Tag = SocketState['_tag'];

/** The state that has this tag. */
type StateOf<T extends Tag> = Extract<SocketState, { readonly _tag: T }>;

/** What came out of a socket since it was subscribed to. */
export interface Recording<In> {
  readonly messages: readonly In[];
  readonly states: readonly SocketState[];
  /** The tags of the states. */
  tags(): readonly Tag[];
  /** The states with this tag. */
  statesOf<T extends Tag>(tag: T): readonly StateOf<T>[];
  /** Waits for the state with this tag that has this index among them. */
  state<T extends Tag>(tag: T, index?: number): Promise<StateOf<T>>;
  /** Waits for the message with this index. */
  message(index: number): Promise<In>;
  /** Unsubscribes before the test is over. */
  leave(): void;
  /** Waits until the stream completes. */
  completed(): Promise<void>;
  /** Waits until the stream fails. */
  failed(): Promise<SocketError>;
  /** Gives everything that came out, in the spellings that would end up in a log. */
  asLogged(): string;
}

/** How a stream ended. */
type End = { readonly _tag: 'Completed' } | { readonly _tag: 'Failed'; readonly error: unknown };

/** Subscribes to `socket` until the test is over, and keeps what it tells. */
export function record<In, Out>(socket: SocketSubject<In, Out>): Recording<In> {
  const messages: In[] = [];
  const states: SocketState[] = [];
  let end: End | undefined;
  const subscription = socket.state.subscribe((state) => states.push(state));
  subscription.add(
    socket.subscribe({
      next: (message) => messages.push(message),
      error: (error: unknown) => {
        end = { _tag: 'Failed', error };
      },
      complete: () => {
        end = { _tag: 'Completed' };
      },
    }),
  );
  const leave = (): void => {
    subscription.unsubscribe();
  };
  onTestFinished(leave);

  const tags = (): readonly Tag[] => states.map(({ _tag }) => _tag);
  const statesOf = <T extends Tag>(tag: T): readonly StateOf<T>[] =>
    states.filter((state): state is StateOf<T> => state._tag === tag);
  /** Waits for an element, but not for one that cannot come any more. */
  const element = <T>(what: string, index: number, list: () => readonly T[]): Promise<T> =>
    waitFor(`${what} ${index}`, () => {
      const [found] = list().slice(index, index + 1);
      if (found === undefined && end !== undefined) {
        const seen = tags().join(', ');
        throw new Error(`The stream ended before ${what} ${index}: ${seen}`, { cause: end });
      }
      return found;
    });
  const ended = (): Promise<End> => waitFor('end of the stream', () => end);

  return {
    messages,
    states,
    tags,
    statesOf,
    state: (tag, index = 0) => element(`state ${tag}`, index, () => statesOf(tag)),
    message: (index) => element('message', index, () => messages),
    leave,
    completed: async () => {
      const { _tag, ...rest } = await ended();
      if (_tag === 'Failed') throw new Error('The stream failed', { cause: rest });
    },
    failed: async () => {
      const how = await ended();
      if (how._tag === 'Failed' && how.error instanceof SocketError) return how.error;
      throw new Error('The stream did not fail with a SocketError', { cause: how });
    },
    asLogged: () => {
      const all = { messages, states, end };
      const error = end?._tag === 'Failed' ? String(end.error) : '';
      return [error, JSON.stringify(all), inspect(all, { depth: null, showHidden: true })].join(
        '\n',
      );
    },
  };
}
