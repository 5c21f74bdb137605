import { Subject } from 'rxjs';
import type { NextObserver } from 'rxjs';

import { checkMethods } from '../errors/option-checks.js';
import type { Ending } from './ending.js';
import type { OpenInfo } from './socket-state.js';

/** What an `openObserver` is told: a connection is open. */
export interface SocketOpenEvent extends OpenInfo {
  /** The name of the event. */
  readonly type: 'open';
}

/** What a `closeObserver` is told: a connection, or an attempt at one, is over. */
export interface SocketCloseEvent {
  /** The name of the event. */
  readonly type: 'close';
  /** The close code; 1006 where no close frame came (RFC 6455 section 7.1.5). */
  readonly code: number;
  /** The close reason; empty where there was none. */
  readonly reason: string;
  /** Whether the closing handshake was completed. */
  readonly wasClean: boolean;
  /** All that is known of how it ended. */
  readonly ending: Ending;
}

/** The observers of a socket's life; of each only `next` is called. */
export interface LifecycleObservers {
  /**
   * Told of every connection that opens, before what waits in the outbox is sent. What is given to
   * the socket's `next` from within waits behind that.
   */
  readonly openObserver?: NextObserver<SocketOpenEvent> | undefined;
  /**
   * Told of every connection and every attempt that is over, before the stream completes, fails or
   * waits for the next one.
   */
  readonly closeObserver?: NextObserver<SocketCloseEvent> | undefined;
  /** Told when we are about to close: on `complete()`, `error()` and the last unsubscribe. */
  readonly closingObserver?: NextObserver<undefined> | undefined;
}

/** Tells the observers of a socket's life. Never throws. */
export interface Lifecycle {
  /** A connection is open. */
  readonly opened: (info: OpenInfo) => void;
  /** We are about to close. */
  readonly closing: () => void;
  /** A connection, or an attempt at one, is over. */
  readonly closed: (ending: Ending) => void;
}

const NO_CLOSE_FRAME = 1006;

/**
 * Gives the functions that tell the observers among the options.
 *
 * @remarks What an observer throws is reported as rxjs reports what a subscriber throws, on a timer
 * of its own, and keeps nobody else from being told.
 *
 * @throws OptionTypeError if one has no `next`.
 */
export function createLifecycle(observers: LifecycleObservers): Lifecycle {
  const open = teller('openObserver', observers.openObserver);
  const closing = teller('closingObserver', observers.closingObserver);
  const close = teller('closeObserver', observers.closeObserver);
  return {
    opened: (info) => open?.({ type: 'open', ...info }),
    closing: () => closing?.(undefined),
    closed: (ending) => close?.(toCloseEvent(ending)),
  };
}

/**
 * Gives the close event for an ending, as a browser would tell it.
 *
 * @param ending - How a connection, or an attempt at one, ended.
 * @returns The event: with the close code of the ending, or 1006 where no close frame came.
 */
export function toCloseEvent(ending: Ending): SocketCloseEvent {
  const fields = { type: 'close', ending } as const;
  const wasClean = ending._tag === 'Closed' && ending.wasClean;
  // Our own code says nothing of a closing handshake that the server had no part in.
  if (!('code' in ending) || (ending._tag === 'Closed' && !wasClean)) {
    return { ...fields, code: NO_CLOSE_FRAME, reason: '', wasClean };
  }
  return {
    ...fields,
    code: ending.code,
    reason: 'reason' in ending ? ending.reason : '',
    wasClean,
  };
}

/** Gives what tells `observer`; its other methods, and what it throws, do not come into it. */
function teller<T>(
  option: string,
  observer: NextObserver<T> | undefined,
): ((event: T) => void) | undefined {
  if (observer === undefined) return undefined;
  checkMethods(option, observer, ['next']);
  const events = new Subject<T>();
  events.subscribe({
    next: (event) => {
      observer.next(event);
    },
    error: () => undefined,
  });
  return (event) => {
    events.next(event);
  };
}
