import type { SchedulerLike, Subscription } from 'rxjs';

import type { Posted } from '../multiplex.js';

/** Who keeps a socket's stream alive without taking its messages. */
export interface HubObserver {
  /** The stream failed, or could not begin, e.g. with a DisposedError. */
  error(error: unknown): void;
  /** The stream completed. */
  complete(): void;
}

/** What channels and requests need of the socket that they are part of. */
export interface Hub<Out> {
  /** Waits, and tells the time. */
  readonly scheduler: SchedulerLike;
  /**
   * The number of the connection that is open for users, undefined while none is. It is set before anybody is told of
   * the opening, and unset as soon as nothing can be sent any more.
   */
  readonly connection: number | undefined;
  /**
   * Keeps the stream alive, as a subscriber does; dials if nobody did before.
   *
   * @returns The hold on the stream, to be unsubscribed. Nothing is told after that.
   */
  join(observer: HubObserver): Subscription;
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
