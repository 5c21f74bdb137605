import type { LookupFunction } from 'node:net';

import type { SchedulerLike } from 'rxjs';

import type { Codec } from '../codec/codec.js';
import type { ProxyOptions } from '../tls/proxy-options.js';
import type { TlsOptions } from '../tls/tls-options.js';
import type { RetryPolicy } from './backoff/retry-policy.js';
import type { Route } from './channel/channel-hub.js';
import type { CloseRequest } from './close-request.js';
import type { EndpointOptions } from './endpoint-pool.js';
import type { Ending } from './ending.js';
import type { HeartbeatOptions } from './heartbeat-options.js';
import type { LegacyCodecOptions } from './legacy-codec.js';
import type { LifecycleObservers } from './lifecycle-events.js';
import type { OnOpen } from './opening-session.js';
import type { AcknowledgeOptions } from './outbox/acknowledge-options.js';
import type { OutboxOptions } from './outbox/outbox-options.js';
import type { RejectionRule } from './rejection-rule.js';
import type { RequestsOptions } from './request/request-options.js';
import type { ResumeOptions } from './resume-cursor.js';
import type { RequestHeaders } from './request-headers.js';

/**
 * A value, or a function that is called afresh for every attempt and may give a promise of one.
 *
 * @remarks
 * The function is given the number of the attempt, 1 for the first, a signal that aborts when
 * the attempt is over, and the cursor that `resume` has kept. When it throws or rejects, the attempt fails with `ProviderFailed`, which
 * counts as transient.
 */
export type PerAttempt<T> =
  T | ((attempt: number, signal: AbortSignal, cursor: unknown) => T | PromiseLike<T>);

/** How a lost line is dialled again. */
export interface ReconnectOptions {
  /** How long to wait before each attempt, and when to give up. */
  readonly policy: RetryPolicy;
  /**
   * How long a connection must have been open, in milliseconds, for the count of retries to start
   * over.
   *
   * @defaultValue 5,000
   */
  readonly minUptime?: number | undefined;
  /**
   * Tells which endings are worth another attempt.
   *
   * @defaultValue {@link isTransient}
   */
  readonly isTransient?: ((ending: Ending) => boolean) | undefined;
  /**
   * Gets fresh credentials when the server says that those it was shown are not valid (see
   * {@link isUnauthorized}), once in an outage: it is called before the next attempt, as a part of it,
   * whose `headers`, `url` and `tls` are asked for after that. The second time it is fatal, whatever
   * `isTransient` says.
   *
   * @remarks When it throws or rejects, the attempt fails with `ProviderFailed`, and it is called again before the
   * next one.
   *
   * @defaultValue none: `isTransient` decides, to which a 401 is fatal
   */
  readonly refreshCredentials?:
    ((ending: Ending, signal: AbortSignal) => void | PromiseLike<void>) | undefined;
}

/** What {@link webSocket} is given. */
export interface SocketOptions<In, Out> extends LegacyCodecOptions<In, Out>, LifecycleObservers {
  /**
   * Where to connect: `ws:` or `wss:`, with any port, path and query, and without a fragment. Several
   * servers that offer the same are given as a list, or with more to say about them as
   * {@link EndpointOptions}: one that fails rests for 30 s, and the next one is tried.
   */
  readonly url: PerAttempt<string | URL> | readonly (string | URL)[] | EndpointOptions;
  /** Headers of the opening handshake besides those that the handshake itself is made of. */
  readonly headers?: PerAttempt<RequestHeaders> | undefined;
  /** The subprotocols to offer, the preferred one first (RFC 6455 section 1.9). */
  readonly protocols?: string | readonly string[] | undefined;
  /** The same as `protocols`, as rxjs spells it. */
  readonly protocol?: string | readonly string[] | undefined;
  /** The `Origin` header (RFC 6454). */
  readonly origin?: string | undefined;
  /**
   * Whom to trust, and how to prove who we are. For `wss:` alone. As a function it is asked at every
   * attempt, for credentials that come from a vault or live for an hour.
   */
  readonly tls?: PerAttempt<TlsOptions> | undefined;
  /**
   * The proxy to go through: a URL, `'env'` to go by the environment, a function of the server's URL,
   * or an object with one of them and the TLS of the proxy itself.
   *
   * @defaultValue none: the environment is not looked at
   */
  readonly proxy?: ProxyOptions['url'] | ProxyOptions | undefined;
  /**
   * How messages are read and written. In its place there may be the `serializer` and the
   * `deserializer` of rxjs.
   *
   * @defaultValue `json()`, with messages of type `unknown`
   */
  readonly codec?: Codec<In, Out> | undefined;
  /**
   * What becomes of the connection when a message does not decode: `'report'` leaves it alone,
   * `'fail'` ends it with the first such message, a {@link RejectionLimit} with too many of them in
   * too short a time, and a function decides about each. The stream then fails with a
   * `RejectedError`, or is retried where `reconnect.isTransient` says so.
   *
   * @remarks The message is told on `rejected`, `decoded` and the diagnostics channel before. What
   * comes after it on the connection is not delivered. The count of a limit starts over with each
   * connection.
   *
   * @defaultValue `'report'`
   */
  readonly onRejected?: RejectionRule | undefined;
  /**
   * The policy under which a lost line is dialled again.
   *
   * @defaultValue none: the stream fails with the first connection
   */
  readonly reconnect?: RetryPolicy | ReconnectOptions | undefined;
  /**
   * Tells which endings complete the stream instead of failing it.
   *
   * @defaultValue {@link isCompletion}: our own close, and the server's 1000 and 1005
   */
  readonly completeOn?: ((ending: Ending) => boolean) | undefined;
  /**
   * Has every connection first, e.g. to log in, before it is open for anybody else.
   *
   * @defaultValue none: a connection is open once the opening handshake is
   */
  readonly onOpen?: OnOpen<In, Out> | undefined;
  /**
   * How long `onOpen` may take, in milliseconds; then the connection is closed with 1001 and ends with
   * `TimedOut`. `Infinity` for no limit.
   *
   * @defaultValue 10,000
   */
  readonly openTimeout?: number | undefined;
  /**
   * How the connection is watched for signs of life: a ping every 30 s, and the line is given up when
   * not a byte came within 10 s of it. `false` for no heartbeat.
   *
   * @defaultValue `{ interval: 30_000, timeout: 10_000 }`
   */
  readonly heartbeat?: false | HeartbeatOptions<In, Out> | undefined;
  /**
   * How long a connection may bring no message, in milliseconds; then it is closed with 1001 and ends
   * with `TimedOut`. `Infinity` for no limit.
   *
   * @defaultValue Infinity
   */
  readonly idleTimeout?: number | undefined;
  /**
   * How long to stay connected after the last subscriber has left, in milliseconds, in case another
   * one comes. What the server sends meanwhile has nobody to go to, but for `rejected`.
   *
   * @defaultValue 0
   */
  readonly linger?: number | undefined;
  /**
   * What `complete()`, the last unsubscribe, the `AbortSignal` and `reconnect()` close with.
   *
   * @defaultValue `{ code: 1000, reason: '' }`
   */
  readonly closeWith?: CloseRequest | undefined;
  /** How much may wait on its way out, and what happens when it is too much. */
  readonly outbox?: OutboxOptions | undefined;
  /**
   * How the server acknowledges messages: those that it has not are sent again on the next connection, so that each
   * arrives at least once.
   *
   * @defaultValue none: a message is done with when the system has it
   */
  readonly acknowledge?: AcknowledgeOptions<In, Out> | undefined;
  /**
   * Tells for which of the socket's channels a message is: its key, or undefined for none. Channels cannot do without.
   *
   * @defaultValue none
   */
  readonly route?: Route<In> | undefined;
  /**
   * How requests and their answers are told apart.
   *
   * @defaultValue none: each request has to say which its answer is
   */
  readonly requests?: RequestsOptions<In, Out> | undefined;
  /**
   * How a stream goes on after a lost connection from where it was.
   *
   * @defaultValue none: what was sent while there was no connection is missed
   */
  readonly resume?: ResumeOptions<In> | undefined;
  /**
   * The time limit of one attempt, in milliseconds: for its options, name look-up, TCP, TLS,
   * verification and the opening handshake together. `Infinity` for none.
   *
   * @defaultValue 10,000
   */
  readonly connectTimeout?: number | undefined;
  /**
   * How long the server may take to answer our close, in milliseconds, before the TCP socket is
   * destroyed; and before that, how long what was sent may be stuck in one write.
   *
   * @defaultValue 3,000
   */
  readonly closeTimeout?: number | undefined;
  /**
   * The largest message to take, in bytes, after decompression. A larger one ends the connection
   * with 1009. `Infinity` for no limit.
   *
   * @defaultValue 16 MiB
   */
  readonly maxPayload?: number | undefined;
  /**
   * The most fragments that one message may come in. `Infinity` for no limit.
   *
   * @defaultValue 16,384
   */
  readonly maxFragments?: number | undefined;
  /**
   * The most chunks of data that may be buffered for one message. `Infinity` for no limit.
   *
   * @defaultValue 262,144
   */
  readonly maxBufferedChunks?: number | undefined;
  /**
   * Whether to offer the compression of messages (RFC 7692).
   *
   * @defaultValue false
   */
  readonly perMessageDeflate?: boolean | undefined;
  /** Ends the stream at once with an `AbortedError` when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Looks a host name up.
   *
   * @defaultValue `dns.lookup`
   */
  readonly lookup?: LookupFunction | undefined;
  /**
   * The scheduler for time limits and delays.
   *
   * @defaultValue `asyncScheduler`
   */
  readonly scheduler?: SchedulerLike | undefined;
  /**
   * The source of randomness for jitter: numbers from 0 up to, but not including, 1.
   *
   * @defaultValue `Math.random`
   */
  readonly random?: (() => number) | undefined;
}

/** The defaults of {@link SocketOptions} that are plain values. */
export const DEFAULT_SOCKET_OPTIONS: {
  readonly onRejected: 'report';
  readonly connectTimeout: number;
  readonly openTimeout: number;
  readonly idleTimeout: number;
  readonly linger: number;
  readonly closeTimeout: number;
  readonly maxPayload: number;
  readonly maxFragments: number;
  readonly maxBufferedChunks: number;
  readonly perMessageDeflate: boolean;
} = Object.freeze({
  onRejected: 'report',
  connectTimeout: 10_000,
  openTimeout: 10_000,
  idleTimeout: Infinity,
  linger: 0,
  closeTimeout: 3_000,
  maxPayload: 16 * 1024 * 1024,
  maxFragments: 16 * 1024,
  maxBufferedChunks: 256 * 1024,
  perMessageDeflate: false,
});
