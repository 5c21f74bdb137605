import type { DecodeFailure } from '../codec/decode-failure.js';
import type { PolicyError } from '../tls/peer.js';

/** Who ended a connection, or kept it from coming about. */
export type EndedBy = 'client' | 'server' | 'network' | 'policy';

/** How far a connection had come when it ended. */
export type Phase =
  | 'options'
  | 'proxy'
  | 'dns'
  | 'tcp'
  | 'tls'
  | 'verify'
  | 'upgrade'
  | 'opening'
  | 'open'
  | 'closing';

/** What every ending tells. */
export interface EndingFields {
  /** Who ended it. */
  readonly by: EndedBy;
  /** How far it had come. */
  readonly phase: Phase;
  /**
   * How long it had been open, in milliseconds; 0 when it never opened. The time that `onOpen` takes does not count.
   */
  readonly uptime: number;
  /** The host and port that were dialled, e.g. `feed.example.com:443`; absent before they are known. */
  readonly target?: string;
  /** The error underneath, where there is one. */
  readonly cause?: unknown;
}

/** It ended with a WebSocket close: ours or the server's (RFC 6455 section 7.1.5). */
export interface Closed extends EndingFields {
  readonly _tag: 'Closed';
  readonly by: 'client' | 'server';
  /** The close code; 1005 when the server's close frame named none (RFC 6455 section 7.4.1). */
  readonly code: number;
  /** The close reason, as the peer sent it. */
  readonly reason: string;
  /** Whether the closing handshake was completed. */
  readonly wasClean: boolean;
}

/** The server answered the opening handshake with another HTTP status than 101. */
export interface UpgradeRefused extends EndingFields {
  readonly _tag: 'UpgradeRefused';
  readonly by: 'server';
  readonly phase: 'upgrade';
  /** The HTTP status. */
  readonly status: number;
  /** The reason phrase, as the server sent it. */
  readonly statusText: string;
  /** The response's headers, names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** The first KiB of the response's body. */
  readonly body: string;
}

/** The server's answer to the opening handshake breaks RFC 6455 section 4.1 or HTTP itself. */
export interface UpgradeInvalid extends EndingFields {
  readonly _tag: 'UpgradeInvalid';
  readonly by: 'server';
  readonly phase: 'upgrade';
  /** What is wrong with the answer. */
  readonly violation: string;
}

/** The way to the server failed: name look-up, TCP, or a line that broke. */
export interface NetworkFailed extends EndingFields {
  readonly _tag: 'NetworkFailed';
  readonly by: 'network';
  /**
   * `dns`: the name was not found; `refused`: nobody listens there; `reset`: the peer or something
   * between tore the line down; `ended`: the TCP stream ended without a WebSocket close;
   * `unreachable`: no route, or TCP gave up; `other`: see `cause`.
   */
  readonly kind: 'dns' | 'refused' | 'reset' | 'ended' | 'unreachable' | 'other';
  /** The system's error code, e.g. `ECONNREFUSED`, where there is one. */
  readonly errno?: string;
}

/** TLS failed: the handshake, or the check of the server's certificate. */
export interface TlsFailed extends EndingFields {
  readonly _tag: 'TlsFailed';
  readonly by: 'server' | 'policy';
  /** `proxy` when it was the TLS of the proxy. */
  readonly phase: 'proxy' | 'tls' | 'verify';
  /** OpenSSL's or Node's code, e.g. `CERT_HAS_EXPIRED`. */
  readonly reason: string;
  /** The number of the TLS alert that the server sent, where it sent one (RFC 8446 section 6). */
  readonly alert?: number;
  /** Which of the checks of the server's certificate failed. */
  readonly policyErrors: readonly PolicyError[];
  /** The pins of the server's chain, leaf first; empty when it was not looked at. */
  readonly pins: readonly string[];
  /** One sentence on what to do about it. */
  readonly advice: string;
}

/** The proxy would not connect us to the server. */
export interface ProxyRefused extends EndingFields {
  readonly _tag: 'ProxyRefused';
  readonly by: 'network';
  readonly phase: 'proxy';
  /** The host and port of the proxy. */
  readonly proxy: string;
  /** The HTTP status. */
  readonly status: number;
  /** The reason phrase, as the proxy sent it. */
  readonly statusText: string;
  /** The answer's headers, names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

/** A time limit of ours ran out. */
export interface TimedOut extends EndingFields {
  readonly _tag: 'TimedOut';
  readonly by: 'policy';
  /** The option that set the limit. */
  readonly option: 'connectTimeout' | 'openTimeout' | 'heartbeat.timeout' | 'idleTimeout';
  /** The limit, in milliseconds. */
  readonly limit: number;
}

/** The server broke the WebSocket protocol, or a limit of ours on what it may send. */
export interface ProtocolViolated extends EndingFields {
  readonly _tag: 'ProtocolViolated';
  readonly by: 'server';
  readonly phase: 'opening' | 'open' | 'closing';
  /** The close code that it was answered with: 1002, 1007, 1008 or 1009. */
  readonly code: number;
  /** The rule that was broken, as an identifier, e.g. `INVALID_UTF8`. */
  readonly violation: string;
}

/**
 * The server sent what does not decode, and the option `onRejected` has it that the connection ends
 * with that.
 */
export interface MessageRejected extends EndingFields {
  readonly _tag: 'MessageRejected';
  readonly by: 'policy';
  readonly phase: 'opening' | 'open';
  /**
   * The close code that we sent (RFC 6455 section 7.4.1). Where `onRejected` names none: 1003 for a
   * message of the wrong kind, 1007 for bytes that the codec cannot read, 1008 for a message that is
   * well formed and not of the expected type, and 1008 for too many of them.
   */
  readonly code: number;
  /** The close reason that we sent. */
  readonly reason: string;
  /** What is wrong with the message; with the last of them, where it was one too many. */
  readonly failure: DecodeFailure;
}

/** The option `onOpen` would not have the connection: it threw, or its promise rejected, e.g. at a login that failed. */
export interface OpeningRefused extends EndingFields {
  readonly _tag: 'OpeningRefused';
  readonly by: 'policy';
  readonly phase: 'opening';
  /** The close code that we sent: 1008, or that of a `CloseRequest` that `onOpen` threw. */
  readonly code: number;
  /** The close reason that we sent. */
  readonly reason: string;
  /** What `onOpen` threw. */
  readonly cause: unknown;
}

/** A consumer of ours could not keep up, and what waited for it outgrew its hard cap. */
export interface Overrun extends EndingFields {
  readonly _tag: 'Overrun';
  readonly by: 'policy';
  /** The close code that we sent. */
  readonly code: number;
  /** How many bytes waited for the consumer. */
  readonly undelivered: number;
  /** The hard cap, in bytes: its option `maxBytes`. */
  readonly limit: number;
}

/** What a function or a file gave for this attempt is not a valid option. */
export interface OptionsInvalid extends EndingFields {
  readonly _tag: 'OptionsInvalid';
  readonly by: 'client';
  readonly phase: 'options';
  /** The path of the option. */
  readonly option: string;
}

/** A function that was to give an option for this attempt threw, or its promise rejected. */
export interface ProviderFailed extends EndingFields {
  readonly _tag: 'ProviderFailed';
  readonly by: 'client';
  readonly phase: 'options';
  /** The path of the option. */
  readonly option: string;
}

/** It was cancelled from outside: by the last unsubscribe or by the `AbortSignal`. */
export interface Cancelled extends EndingFields {
  readonly _tag: 'Cancelled';
  readonly by: 'client';
}

/** How a connection, or an attempt at one, ended: the one value that everything else speaks of. */
export type Ending =
  | Closed
  | UpgradeRefused
  | UpgradeInvalid
  | NetworkFailed
  | TlsFailed
  | ProxyRefused
  | TimedOut
  | ProtocolViolated
  | MessageRejected
  | OpeningRefused
  | Overrun
  | OptionsInvalid
  | ProviderFailed
  | Cancelled;
