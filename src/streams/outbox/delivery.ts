import type { WssError } from '../../errors/wss-error.js';
import type { Ending } from '../ending.js';

/** The message was handed to the system, which sends it; whether it arrives, nobody says. */
export interface Flushed {
  readonly _tag: 'Flushed';
  /** The number of the connection, 1 for the first one of the socket. */
  readonly connection: number;
}

/** The server acknowledged the message. */
export interface Acknowledged {
  readonly _tag: 'Acknowledged';
  /** The number of the connection that the answer came on. */
  readonly connection: number;
  /** How often it was sent: more than once after a lost connection. */
  readonly sends: number;
}

/** Its time to live was over before it could be sent. It has not been sent. */
export interface Expired {
  readonly _tag: 'Expired';
}

/** It was taken out of the outbox. It has not been sent. */
export interface Dropped {
  readonly _tag: 'Dropped';
  /**
   * `overflow`: the outbox was full; `superseded`: a newer one with its key came; `withdrawn`: it was taken
   * back; `cancelled`: its signal aborted; `disposed`: the socket was unsubscribed.
   */
  readonly why: 'overflow' | 'superseded' | 'withdrawn' | 'cancelled' | 'disposed';
}

/** It was not taken. It has not been sent. */
export interface NotTaken {
  readonly _tag: 'Rejected';
  /** Why: the codec cannot encode it, the outbox is full, or the socket was unsubscribed. */
  readonly error: WssError;
}

/** It was given to a connection, and nobody knows how far it came. */
export interface Unknown {
  readonly _tag: 'Unknown';
  /** How the connection ended; absent when its time to live ran out first. */
  readonly ending?: Ending;
}

/** What became of a message: every message has exactly one fate. */
export type Delivery = Flushed | Acknowledged | Expired | Dropped | NotTaken | Unknown;

/** A message that may not have reached the server. */
export interface Undelivered<Out> {
  /** The message, as it was given. */
  readonly message: Out;
  /** What became of it. */
  readonly delivery: Expired | Dropped | Unknown;
}

/** Tells whether a message may not have reached the server, and nobody knows of it yet: who took it back does. */
export function isLoss(delivery: Delivery): delivery is Undelivered<unknown>['delivery'] {
  switch (delivery._tag) {
    case 'Flushed':
    case 'Acknowledged':
    case 'Rejected':
      return false;
    case 'Expired':
    case 'Unknown':
      return true;
    case 'Dropped':
      return delivery.why !== 'withdrawn';
  }
}
