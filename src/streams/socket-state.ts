import type { PeerEvidence } from '../tls/peer-evidence.js';
import type { Ending } from './ending.js';

/** Nothing has been dialled yet. */
export interface IdleState {
  readonly _tag: 'Idle';
}

/** An attempt is under way. */
export interface ConnectingState {
  readonly _tag: 'Connecting';
  /** The number of the attempt since the first subscriber came, 1 for the first. */
  readonly attempt: number;
}

/** What is known of a connection from its beginning. */
export interface ConnectionInfo {
  /** The host and port that were dialled, e.g. `feed.example.com:443`. */
  readonly target: string;
  /** The subprotocol that the server chose; empty when none was offered. */
  readonly protocol: string;
  /** The address at the other end, e.g. `127.0.0.1:443` or `[::1]:443`: the proxy's, if there is one. */
  readonly address: string;
  /** What is known of the server under TLS. */
  readonly tls?: PeerEvidence | undefined;
  /** What is known of an `https:` proxy. */
  readonly proxyTls?: PeerEvidence | undefined;
}

/** What is known of an open connection. */
export interface OpenInfo extends ConnectionInfo {
  /** When it opened, in milliseconds since the epoch by the scheduler's clock. */
  readonly since: number;
}

/** The connection is there, and the option `onOpen` has it. */
export interface OpeningState extends ConnectionInfo {
  readonly _tag: 'Opening';
  /** The number of the attempt that opened it. */
  readonly attempt: number;
}

/** The connection is open. */
export interface OpenState extends OpenInfo {
  readonly _tag: 'Open';
  /** The number of the attempt that opened it. */
  readonly attempt: number;
  /**
   * How long the server took to answer the latest ping, in milliseconds; absent before the first answer. The state is
   * told anew with each.
   */
  readonly rtt?: number;
}

/** The line was lost, and the next attempt has its time. */
export interface WaitingState {
  readonly _tag: 'Waiting';
  /** The number of the attempt that follows. */
  readonly attempt: number;
  /** How long the wait is, in milliseconds. */
  readonly delay: number;
  /** When the attempt will be made, in milliseconds since the epoch by the scheduler's clock. */
  readonly retryAt: number;
  /** How much of the wait the server asked for with `Retry-After`, in milliseconds; absent when it did not. */
  readonly retryAfter?: number;
  /** Why the line was lost. */
  readonly ending: Ending;
}

/** Our close is on its way, and the server has not answered it yet. */
export interface ClosingState {
  readonly _tag: 'Closing';
  /** The close code that we sent. */
  readonly code: number;
  /** The close reason that we sent. */
  readonly reason: string;
}

/** It is over; a new subscriber dials again. */
export interface ClosedState {
  readonly _tag: 'Closed';
  /** How it ended. */
  readonly ending: Ending;
}

/** Where a socket is in its life. */
export type SocketState =
  | IdleState
  | ConnectingState
  | OpeningState
  | OpenState
  | WaitingState
  | ClosingState
  | ClosedState;

/** What moves a socket from one state to the next. */
export type SocketEvent =
  Dialled | OpeningStarted | Opened | PongReceived | RetryScheduled | CloseStarted | Ended;

/** An attempt was begun. */
export interface Dialled extends Omit<ConnectingState, '_tag'> {
  readonly _tag: 'Dialled';
}

/** The connection is there, and `onOpen` was called. */
export interface OpeningStarted {
  readonly _tag: 'OpeningStarted';
  /** What is known of it. */
  readonly info: ConnectionInfo;
}

/** The connection opened. */
export interface Opened {
  readonly _tag: 'Opened';
  /** What is known of it. */
  readonly info: OpenInfo;
}

/** The server answered a ping. */
export interface PongReceived {
  readonly _tag: 'PongReceived';
  /** How long it took, in milliseconds. */
  readonly rtt: number;
}

/** The line was lost, and there will be another attempt. */
export interface RetryScheduled extends Omit<WaitingState, '_tag'> {
  readonly _tag: 'RetryScheduled';
}

/** Our close was sent. */
export interface CloseStarted extends Omit<ClosingState, '_tag'> {
  readonly _tag: 'CloseStarted';
}

/** It is over. */
export interface Ended extends Omit<ClosedState, '_tag'> {
  readonly _tag: 'Ended';
}

/** The state that a socket starts in. */
export const IDLE: IdleState = Object.freeze({ _tag: 'Idle' });

/**
 * Gives the state that follows on `event`; an event that has no meaning in `state` changes nothing.
 *
 * @remarks
 * Dialling is always possible: a new subscriber does not wait for the closing handshake of the
 * connection before. A retry may follow on our own close as well, of a connection that we closed for
 * the messages that came on it.
 *
 * @param state - The present state.
 * @param event - What happened.
 * @returns The next state; `state` itself when nothing changes.
 */
export function transition(state: SocketState, event: SocketEvent): SocketState {
  switch (event._tag) {
    case 'Dialled':
      return { _tag: 'Connecting', attempt: event.attempt };
    case 'OpeningStarted':
      return state._tag === 'Connecting'
        ? { _tag: 'Opening', attempt: state.attempt, ...event.info }
        : state;
    case 'Opened':
      return state._tag === 'Connecting' || state._tag === 'Opening'
        ? { _tag: 'Open', attempt: state.attempt, ...event.info }
        : state;
    case 'PongReceived':
      return state._tag === 'Open' ? { ...state, rtt: event.rtt } : state;
    case 'RetryScheduled':
      return isUnderWay(state) || state._tag === 'Closing' ? { ...event, _tag: 'Waiting' } : state;
    case 'CloseStarted': {
      const { code, reason } = event;
      return state._tag === 'Open' || state._tag === 'Opening'
        ? { _tag: 'Closing', code, reason }
        : state;
    }
    case 'Ended':
      return state._tag === 'Idle' || state._tag === 'Closed'
        ? state
        : { _tag: 'Closed', ending: event.ending };
  }
}

function isUnderWay({ _tag }: SocketState): boolean {
  return _tag === 'Connecting' || _tag === 'Opening' || _tag === 'Open';
}
