import type { Observable, Subscription } from 'rxjs';

import { SocketError } from '../../../src/index.js';
import type { Ending, SocketState } from '../../../src/index.js';
import { until } from './until.js';

/** How a stream ended. */
export type Outcome =
  { readonly _tag: 'Completed' } | { readonly _tag: 'Failed'; readonly error: unknown };

/** What a subscriber saw. */
export interface Watch<T> {
  readonly values: readonly T[];
  /** Every completion and failure it was told of: never more than one. */
  readonly outcomes: readonly Outcome[];
  readonly subscription: Subscription;
  /** Waits until the stream has ended. */
  outcome(): Promise<Outcome>;
  /** Waits until the stream has failed with a SocketError, and gives that. */
  failure(): Promise<SocketError>;
  /** Waits until there are `count` values. */
  received(count: number): Promise<readonly T[]>;
}

/** Subscribes to `source` and keeps what comes. */
export function watch<T>(source: Observable<T>): Watch<T> {
  const values: T[] = [];
  const outcomes: Outcome[] = [];
  const subscription = source.subscribe({
    next: (value) => values.push(value),
    error: (error: unknown) => outcomes.push({ _tag: 'Failed', error }),
    complete: () => outcomes.push({ _tag: 'Completed' }),
  });
  const outcome = (): Promise<Outcome> => until('the stream to end', () => outcomes[0]);
  return {
    values,
    outcomes,
    subscription,
    outcome,
    failure: async () => {
      const ended = await outcome();
      if (ended._tag === 'Failed' && ended.error instanceof SocketError) return ended.error;
      throw new Error('the stream did not fail with a SocketError', { cause: ended });
    },
    received: (count) => until(`${count} values`, () => values.length >= count && values),
  };
}

/** Something that has states, like a socket. */
interface Stateful {
  readonly state: Observable<SocketState>;
}

/** The present state of `socket`. */
export function stateOf(socket: Stateful): SocketState {
  const [state] = statesOf(socket, true);
  if (state === undefined) throw new Error('the state does not replay');
  return state;
}

/** Keeps the states of `socket`, from the present one on. */
export function statesOf(socket: Stateful, onlyPresent = false): readonly SocketState[] {
  const states: SocketState[] = [];
  const subscription = socket.state.subscribe((state) => states.push(state));
  if (onlyPresent) subscription.unsubscribe();
  return states;
}

/** Waits until `socket` is in the state `tag`, and gives that. */
export async function inState<Tag extends SocketState['_tag']>(
  socket: Stateful,
  tag: Tag,
): Promise<Extract<SocketState, { readonly _tag: Tag }>> {
  const isThere = (state: SocketState): state is Extract<SocketState, { readonly _tag: Tag }> =>
    state._tag === tag;
  return until(`the state ${tag}`, () => {
    const state = stateOf(socket);
    return isThere(state) && state;
  });
}

/** Waits until `socket` is closed, and gives the ending. */
export async function endingOf(socket: Stateful): Promise<Ending> {
  return (await inState(socket, 'Closed')).ending;
}
