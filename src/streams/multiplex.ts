import { Observable, skip } from 'rxjs';
import type { Subscriber, Subscription } from 'rxjs';

import type { SocketState } from './socket-state.js';

/** A message that was given to a socket. */
export interface Posted {
  /** Whether it waits in the outbox still. */
  readonly isWaiting: boolean;
  /** Whether it was given to a connection. */
  readonly isSent: boolean;
  /** Takes it out of the outbox; does nothing when it is not there any more. */
  withdraw(): void;
}

/** What a multiplexed stream needs of the socket that it is part of. */
export interface MultiplexSocket<In, Out> {
  /** Where the socket is in its life. */
  readonly state: Observable<SocketState>;
  /**
   * Sends a message, or keeps it in the outbox.
   *
   * @throws EncodeError or OutboxFullError, as `next` does.
   */
  post(message: Out): Posted;
  /** Subscribes to every message of the socket. */
  subscribe(observer: Partial<Pick<Subscriber<In>, 'next' | 'error' | 'complete'>>): Subscription;
}

/**
 * Gives one stream among the several that a connection carries: subscribing asks the server for it,
 * unsubscribing asks the server to stop, and `messageFilter` tells which messages are part of it.
 *
 * @remarks
 * Each subscriber asks for itself. The message of `subMsg` is given to the socket before the root is
 * subscribed to, and again when the socket has lost the connection that it was sent on and dials
 * anew; what waits in the outbox still is not given twice. What `subMsg` or `messageFilter` throws, and what
 * the socket throws at the message, is the error of this stream alone.
 *
 * The message of `unsubMsg` is sent before the root is unsubscribed from: at once, or not at all where
 * no connection can take it. It is not made when the server knows of no subscription: the root has
 * ended, or the message of `subMsg` waits still and is taken back instead. An error on this way out
 * has nobody to go to, and no effect.
 *
 * @param socket - The root.
 * @param subMsg - Makes the message that asks for the stream.
 * @param unsubMsg - Makes the message that ends it.
 * @param messageFilter - Tells whether a message is part of it.
 * @returns The stream, cold.
 */
export function multiplex<In, Out, Part extends In = In>(
  socket: MultiplexSocket<In, Out>,
  subMsg: () => Out,
  unsubMsg: () => Out,
  messageFilter: ((message: In) => message is Part) | ((message: In) => boolean),
): Observable<Part> {
  const isPart = messageFilter as (message: In) => message is Part;
  return new Observable<Part>((subscriber) => {
    let request: Posted | undefined;
    let isOver = false;

    const ask = (): void => {
      attempt(subscriber, () => {
        const message = subMsg();
        if (!subscriber.closed) request = socket.post(message);
      });
    };

    const leave = (): void => {
      if (request?.isWaiting !== false) {
        request?.withdraw();
      } else if (!isOver) {
        const farewell = socket.post(unsubMsg());
        // Not for a connection that is yet to come, which knows of no subscription.
        farewell.withdraw();
      }
    };

    ask();
    if (subscriber.closed) return undefined;
    const root = socket.subscribe({
      next: (message) => {
        attempt(subscriber, () => {
          if (isPart(message)) subscriber.next(message);
        });
      },
      error: (error: unknown) => {
        isOver = true;
        subscriber.error(error);
      },
      complete: () => {
        isOver = true;
        subscriber.complete();
      },
    });
    // The present state may lag behind the line, e.g. in an openObserver.
    const life = socket.state.pipe(skip(1)).subscribe({
      next: ({ _tag }) => {
        // The state tells first. A sibling may have the socket dial anew before the root tells us.
        if (_tag === 'Closed') isOver = true;
        const isDialledAnew = _tag === 'Waiting' || _tag === 'Connecting';
        if (isDialledAnew && !isOver && request?.isWaiting === false) ask();
      },
      error: (error: unknown) => {
        subscriber.error(error);
      },
    });
    return () => {
      life.unsubscribe();
      try {
        leave();
      } catch {
        // Whoever unsubscribes has no part in it.
      } finally {
        root.unsubscribe();
      }
    };
  });
}

/** Does `action`; what it throws is the error of `subscriber`. */
function attempt(subscriber: Subscriber<never>, action: () => void): void {
  try {
    action();
  } catch (error) {
    subscriber.error(error);
  }
}
