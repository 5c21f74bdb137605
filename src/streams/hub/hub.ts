import type * as O from 'fp-ts/lib/Option.js';
import type { SchedulerLike } from 'rxjs';

import type { Ending } from '../ending.js';
import type { Posted } from '../multiplex.js';

/** What channels and requests need of the socket that they are part of. */
export interface Hub<Out> {
  /** Waits, and tells the time. */
  readonly scheduler: SchedulerLike;
  /**
   * The number of the connection that is open for users, undefined while none is. It is set before anybody is told of
   * the opening, and unset as soon as nothing can be sent any more.
   */
  readonly connection: number | undefined;
  /** Keeps the stream alive, as a subscriber does, for as long as the member `isHolding`; dials if nobody did before. */
  hold(): void;
  /** A member that was holding does so no more: closes the connection if nobody is left. */
  release(): void;
  /**
   * Sends a message on the open connection, ahead of what waits.
   *
   * @returns Whether there was a connection to take it.
   * @throws EncodeError or DisposedError.
   */
  sendNow(message: Out): boolean;
  /**
   * Sends a message, or keeps it in the outbox.
   *
   * @throws EncodeError, OutboxFullError or DisposedError, as `next` does.
   */
  post(message: Out): Posted;
  /** A function among the socket's options threw, at a moment that is none of its user's: the stream fails with that. */
  fault(error: unknown): void;
}

/** What the socket tells its channels, and its requests. */
export interface HubMember<In> {
  /** Whether it keeps the stream alive. */
  readonly isHolding: boolean;
  /** A connection is open: told before what waits in the outbox is sent. */
  opened(): void;
  /** The stream's connection, or an attempt at one, is over; not told of one that was hung up. */
  lost(ending: Ending): void;
  /**
   * A message was read.
   *
   * @returns Whether it is to be kept from the plain subscribers.
   */
  dispatch(message: In): boolean;
  /**
   * The stream is over: lets go of everything that was part of it. Who comes from now on begins a stream of his own.
   *
   * @param error - What it fails with; none when it completes.
   * @returns What tells those who were part of it.
   */
  over(ending: Ending, error: O.Option<unknown>): () => void;
  /** An end is made of the socket: told first, while what waits is in the outbox still. */
  dispose(): void;
}
