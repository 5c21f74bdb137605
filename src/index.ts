// The socket.
export { webSocket } from './streams/web-socket.js';
export { SocketSubject } from './streams/socket-subject.js';
export { DEFAULT_SOCKET_OPTIONS } from './streams/socket-options.js';
export type { PerAttempt, ReconnectOptions, SocketOptions } from './streams/socket-options.js';
export type { ResumeOptions } from './streams/resume-cursor.js';
export type { RequestHeaders } from './streams/request-headers.js';
export type { CloseRequest } from './streams/close-request.js';
export { DEFAULT_ENDPOINTS } from './streams/endpoint-pool.js';
export type { EndpointOptions } from './streams/endpoint-pool.js';
export { DEFAULT_HEARTBEAT } from './streams/heartbeat-options.js';
export type { HeartbeatOptions } from './streams/heartbeat-options.js';
export type { OnOpen, OpeningSession } from './streams/opening-session.js';
export type { DrainOptions } from './streams/drain.js';
export { DEFAULT_OUTBOX } from './streams/outbox/outbox-options.js';
export type { OutboxLimits, OutboxOptions, Overflow } from './streams/outbox/outbox-options.js';
export { DEFAULT_ACKNOWLEDGE_WINDOW } from './streams/outbox/acknowledge-options.js';
export type { AcknowledgeOptions } from './streams/outbox/acknowledge-options.js';
export type {
  Acknowledged,
  Delivery,
  Dropped,
  Expired,
  Flushed,
  NotTaken,
  Undelivered,
  Unknown,
} from './streams/outbox/delivery.js';
export { DEFAULT_SEND_TTL } from './streams/outbox/send.js';
export type { SendOptions } from './streams/outbox/send.js';
export type { DeliverySummary } from './streams/outbox/send-all.js';
export type { Rejected } from './streams/rejected.js';
export type { RejectionLimit, RejectionRule, RejectionVerdict } from './streams/rejection-rule.js';

// Flow.
export type { ChannelOptions } from './streams/channel/channel-options.js';
export { Channel } from './streams/channel/channel.js';
export type { Route } from './streams/channel/channel-hub.js';
export type { MessageKey } from './streams/hub/message-key.js';
export type {
  RequestOptions,
  RequestsOptions,
  RequestStreamOptions,
} from './streams/request/request-options.js';
export { DEFAULT_REQUEST } from './streams/request/request-options.js';
export { consume } from './streams/demand/consume.js';
export type { ConsumeOptions } from './streams/demand/consume.js';
export { iterate } from './streams/demand/iterate.js';
export { toReadable } from './streams/demand/to-readable.js';
export type { DemandControl, DemandSource } from './streams/demand/demand-source.js';
export { DEFAULT_DEMAND } from './streams/demand/demand-options.js';
export type {
  Amount,
  DemandLimits,
  DemandOptions,
  WaterMark,
} from './streams/demand/demand-options.js';
export type { ConsumerOptions } from './streams/demand/find-demand.js';
export { ConsumeOverflowError } from './streams/demand/consume-overflow-error.js';
export { DEFAULT_MAX_GAPS, gaps } from './streams/gaps.js';
export type { Duplicate, Gap, GapsOptions, InSequence, Late, Sequenced } from './streams/gaps.js';
export type { Sequence } from './streams/sequence-tracker.js';
export {
  RequestCancelledError,
  RequestError,
  RequestLostError,
  RequestNotSentError,
  RequestTimedOutError,
} from './streams/request/request-error.js';
export type { NotSentReason } from './streams/request/request-error.js';

// Its life.
export type {
  CloseStarted,
  ClosedState,
  ClosingState,
  ConnectingState,
  ConnectionInfo,
  Dialled,
  Ended,
  IdleState,
  OpenInfo,
  Opened,
  OpeningStarted,
  OpeningState,
  OpenState,
  PongReceived,
  RetryScheduled,
  SocketEvent,
  SocketState,
  WaitingState,
} from './streams/socket-state.js';
export { transition } from './streams/socket-state.js';
export type {
  Cancelled,
  Closed,
  EndedBy,
  Ending,
  EndingFields,
  MessageRejected,
  NetworkFailed,
  OpeningRefused,
  OptionsInvalid,
  Overrun,
  Phase,
  ProtocolViolated,
  ProviderFailed,
  ProxyRefused,
  TimedOut,
  TlsFailed,
  UpgradeInvalid,
  UpgradeRefused,
} from './streams/ending.js';
export { describeEnding } from './streams/describe-ending.js';
export { isCompletion } from './streams/is-completion.js';
export { isTransient } from './streams/is-transient.js';
export { isUnauthorized } from './streams/is-unauthorized.js';

// Seen from outside.
export { subscribeChannel } from './streams/channels.js';
export { describeChannelMessage } from './streams/describe-channel-message.js';
export type {
  ChannelMessage,
  ChannelMessages,
  ChannelName,
  CloseMessage,
  ClosingMessage,
  ConnectingMessage,
  CredentialsKept,
  DangerAccepted,
  EndMessage,
  OpeningMessage,
  OpenMessage,
  PingMessage,
  PongMessage,
  RejectMessage,
  RetryMessage,
  TlsNotice,
  UndeliveredMessage,
} from './streams/channel-messages.js';
export type { SocketStats } from './streams/socket-stats.js';

// As rxjs/webSocket has it.
export type {
  LifecycleObservers,
  SocketCloseEvent,
  SocketOpenEvent,
} from './streams/lifecycle-events.js';
export type { LegacyCodecOptions, LegacyMessageEvent } from './streams/legacy-codec.js';

// Errors.
export { WssError } from './errors/wss-error.js';
export { isOptionError, OptionRangeError, OptionTypeError } from './errors/option-error.js';
export type { OptionError } from './errors/option-error.js';
export { printable } from './errors/printable.js';
export {
  AbortedError,
  CloseError,
  NetworkError,
  OpeningError,
  OptionsError,
  OverrunError,
  ProtocolError,
  ProviderError,
  ProxyError,
  RejectedError,
  SocketError,
  TimeoutError,
  TlsError,
  UpgradeInvalidError,
  UpgradeRefusedError,
} from './streams/socket-error.js';
export type { NetworkErrorCode, TimeoutErrorCode } from './streams/socket-error.js';
export { DisposedError } from './streams/disposed-error.js';
export { EncodeError } from './streams/encode-error.js';
export { OutboxFullError } from './streams/outbox/outbox-full-error.js';

// Codecs.
export { json } from './codec/json.js';
export { DEFAULT_JSON_OPTIONS } from './codec/json-options.js';
export type { JsonOptions } from './codec/json-options.js';
export type {
  DecodedBy,
  EncodedBy,
  IncomingSchema,
  IoTsDecoder,
  OutgoingSchema,
  SchemaOptions,
} from './codec/schema/schema.js';
export { toStandardSchema } from './codec/schema/to-standard-schema.js';
export { explain } from './codec/explain.js';
export type {
  CodecExplanation,
  IncomingExplanation,
  OutgoingExplanation,
} from './codec/explain.js';
export type { LeftToIoTs } from './codec/compile/left-to-io-ts.js';
export type { LearnedStatus } from './codec/learned-function.js';
export { text } from './codec/text.js';
export { bytes } from './codec/bytes.js';
export { custom } from './codec/custom.js';
export type { CustomOptions } from './codec/custom-options.js';
export type { Codec, MessageKind, Payload } from './codec/codec.js';
export type { DecodeFailure, DecodeIssue } from './codec/decode-failure.js';
export type { EncodeFailure } from './codec/encode-failure.js';
export { describeDecodeFailure, reportDecodeFailure } from './codec/describe-decode-failure.js';

// Retry and backoff.
export { concatPolicies, monoidRetryPolicy } from './streams/backoff/retry-policy.js';
export type { RetryPolicy, RetryStatus } from './streams/backoff/retry-policy.js';
export {
  DEFAULT_EXPONENTIAL_BACKOFF,
  exponentialBackoff,
} from './streams/backoff/exponential-backoff.js';
export type { ExponentialBackoffOptions } from './streams/backoff/exponential-backoff.js';
export { constantBackoff, DEFAULT_CONSTANT_BACKOFF } from './streams/backoff/constant-backoff.js';
export type { ConstantBackoffOptions } from './streams/backoff/constant-backoff.js';
export { limitRetries } from './streams/backoff/limit-retries.js';
export { limitElapsed } from './streams/backoff/limit-elapsed.js';
export { capDelay } from './streams/backoff/cap-delay.js';
export { DEFAULT_EXPLAIN_POLICY, explainPolicy } from './streams/backoff/explain-policy.js';
export type {
  ExplainedRetry,
  ExplainPolicyOptions,
  PolicyExplanation,
} from './streams/backoff/explain-policy.js';
export { decorrelatedJitter, equalJitter, fullJitter } from './streams/backoff/jitter.js';
export type { Jitter } from './streams/backoff/jitter.js';
export { DEFAULT_MIN_UPTIME } from './streams/backoff/retry-counter.js';
export { retryAfter } from './streams/backoff/retry-after.js';
export { retryBackoff } from './streams/backoff/retry-backoff.js';
export { isTransientError } from './streams/backoff/is-transient-error.js';
export type { RetryBackoffOptions, RetryNotice } from './streams/backoff/retry-backoff.js';
export { repeatBackoff } from './streams/backoff/repeat-backoff.js';
export type { RepeatBackoffOptions } from './streams/backoff/repeat-backoff.js';
export { DEFAULT_BACKOFF_OPTIONS } from './streams/backoff/backoff-options.js';
export type { BackoffOptions } from './streams/backoff/backoff-options.js';

// TLS.
export type { TlsOptions, TlsVersion } from './tls/tls-options.js';
export type { FileSource, Material } from './tls/material.js';
export type { NamedRoots, TrustAnchor } from './tls/trust-anchors.js';
export type { Peer, PolicyError } from './tls/peer.js';
export type { AcceptedBy, Verifier } from './tls/verify-peer.js';
export type { PeerEvidence } from './tls/peer-evidence.js';
export { inspectServer } from './streams/inspect-server.js';
export type { InspectOptions, PeerCheck, ServerReport } from './streams/inspect-server.js';
export { pinOf } from './tls/pins.js';
export type { ProxyChooser, ProxyOptions, ProxyUrl } from './tls/proxy-options.js';
