import type { OptionError } from '../errors/option-error.js';
import type { PeerEvidence } from '../tls/peer-evidence.js';
import type { Ending } from './ending.js';
import type { Dropped, Expired, Unknown } from './outbox/delivery.js';
import type { Rejected } from './rejected.js';
import type { ConnectionInfo, OpenInfo } from './socket-state.js';

/**
 * What is published on which channel of `node:diagnostics_channel`, by the channel's full name.
 *
 * @remarks
 * The messages hold the values themselves, as the state and the errors do: an ending may carry the
 * headers and the body of a refused upgrade, a rejected message its bytes. `describeEnding` and
 * `describeDecodeFailure` make text of them that is safe to print.
 */
export interface ChannelMessages {
  /** An attempt begins. */
  readonly 'rx-wss:connecting': ConnectingMessage;
  /** The opening handshake succeeded, and `onOpen` runs; only where there is one. */
  readonly 'rx-wss:opening': OpeningMessage;
  /** A connection is open, and what waits in the outbox goes out. */
  readonly 'rx-wss:open': OpenMessage;
  /** Our close was sent. */
  readonly 'rx-wss:closing': ClosingMessage;
  /** A connection is over, or an attempt at one. */
  readonly 'rx-wss:close': CloseMessage;
  /** There will be another attempt. */
  readonly 'rx-wss:retry': RetryMessage;
  /** The stream is over. */
  readonly 'rx-wss:end': EndMessage;
  /** A message did not decode. */
  readonly 'rx-wss:reject': RejectMessage;
  /** A message that was given to `next()` may not have reached the server. */
  readonly 'rx-wss:undelivered': UndeliveredMessage;
  /** A ping, or the message of the heartbeat, was sent. */
  readonly 'rx-wss:ping': PingMessage;
  /** It was answered. */
  readonly 'rx-wss:pong': PongMessage;
  /** Something about TLS that somebody should know. */
  readonly 'rx-wss:tls': TlsNotice;
}

/** The name of a channel. */
export type ChannelName = keyof ChannelMessages;

/** What every message of a channel tells. */
export interface ChannelMessage {
  /**
   * The number of the socket, 1 for the first one that was made: unique in the process, in the thread
   * where there are several.
   */
  readonly socket: number;
}

/** Published on `rx-wss:connecting`. */
export interface ConnectingMessage extends ChannelMessage {
  /** The number of the attempt, as the state has it: 1 for the first one of a stream. */
  readonly attempt: number;
}

/** Published on `rx-wss:opening`. */
export interface OpeningMessage extends ConnectingMessage {
  /**
   * The number of the connection, 1 for the first one of the socket; one that `onOpen` refuses leaves
   * its number to the next.
   */
  readonly connection: number;
  /** What is known of the connection. */
  readonly info: ConnectionInfo;
}

/** Published on `rx-wss:open`. */
export interface OpenMessage extends OpeningMessage {
  /** What is known of the connection. */
  readonly info: OpenInfo;
}

/** Published on `rx-wss:closing`. */
export interface ClosingMessage extends ChannelMessage {
  /** The number of the connection, 1 for the first one of the socket. */
  readonly connection: number;
  /** The close code that we sent. */
  readonly code: number;
  /** The close reason that we sent. */
  readonly reason: string;
}

/** Published on `rx-wss:close`. */
export interface CloseMessage extends ConnectingMessage {
  /** The number of the connection; absent for an attempt that did not come so far. */
  readonly connection?: number | undefined;
  /** How it ended. */
  readonly ending: Ending;
}

/** Published on `rx-wss:retry`. */
export interface RetryMessage extends ChannelMessage {
  /** The number of the attempt that follows. */
  readonly attempt: number;
  /** How long the wait is, in milliseconds. */
  readonly delay: number;
  /** When the wait ends, in milliseconds since the epoch by the scheduler's clock. */
  readonly retryAt: number;
  /** Why the line was lost. */
  readonly ending: Ending;
}

/** Published on `rx-wss:end`. */
export interface EndMessage extends ChannelMessage {
  /** How it ended. */
  readonly ending: Ending;
  /** What the stream failed with; absent when it completed, or when its last subscriber left. */
  readonly error?: unknown;
}

/** Published on `rx-wss:reject`. */
export interface RejectMessage extends ChannelMessage, Rejected {}

/** Published on `rx-wss:undelivered`. */
export interface UndeliveredMessage extends ChannelMessage {
  /** What became of the message. */
  readonly delivery: Expired | Dropped | Unknown;
}

/** Published on `rx-wss:ping`. */
export interface PingMessage extends ChannelMessage {
  /** The number of the connection, 1 for the first one of the socket. */
  readonly connection: number;
}

/** Published on `rx-wss:pong`. */
export interface PongMessage extends PingMessage {
  /** The time from the ping to its answer, in milliseconds. */
  readonly rtt: number;
}

/** Published on `rx-wss:tls`. */
export type TlsNotice = DangerAccepted | CredentialsKept;

/**
 * A certificate that the checks refuse was accepted by `dangerouslyAcceptCertificate`; told once for
 * each socket, of the server and of the proxy.
 */
export interface DangerAccepted extends ChannelMessage {
  readonly _tag: 'DangerAccepted';
  /** Whose certificate it is. */
  readonly role: 'server' | 'proxy';
  /** The server's address. */
  readonly address: string;
  /** What is known of the server. */
  readonly tls: PeerEvidence;
}

/** Files of credentials could not be used as they are; the last good ones were. */
export interface CredentialsKept extends ChannelMessage {
  readonly _tag: 'CredentialsKept';
  /** What is wrong with the files. */
  readonly problem: OptionError;
}
