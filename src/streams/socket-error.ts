import { WssError } from '../errors/wss-error.js';
import { describeEnding } from './describe-ending.js';
import type {
  Cancelled,
  Closed,
  Ending,
  MessageRejected,
  NetworkFailed,
  OpeningRefused,
  OptionsInvalid,
  Overrun,
  ProtocolViolated,
  ProviderFailed,
  ProxyRefused,
  TimedOut,
  TlsFailed,
  UpgradeInvalid,
  UpgradeRefused,
} from './ending.js';

/**
 * What a stream fails with: an `Error` that carries the {@link Ending} of its connection.
 *
 * @remarks The message is made of the ending and holds no secret; `cause` is the error underneath.
 */
export abstract class SocketError extends WssError {
  /** The name that `instanceof` goes by. */
  static override readonly brand: string = 'SocketError';
  /** How the connection ended. */
  readonly ending: Ending;

  constructor(ending: Ending) {
    super(describeEnding(ending), ending.cause === undefined ? undefined : { cause: ending.cause });
    this.ending = ending;
  }
}

/** The connection was closed with a code that is not a completion (`ERR_WSS_CLOSED`). */
export class CloseError extends SocketError {
  /** How the connection ended. */
  declare readonly ending: Closed;
  static override readonly brand: string = 'CloseError';
  override readonly name = 'CloseError';
  readonly _tag = 'CloseError';
  readonly code = 'ERR_WSS_CLOSED';
}

/** The server refused the upgrade with an HTTP status (`ERR_WSS_UPGRADE_REFUSED`). */
export class UpgradeRefusedError extends SocketError {
  /** How the connection ended. */
  declare readonly ending: UpgradeRefused;
  static override readonly brand: string = 'UpgradeRefusedError';
  override readonly name = 'UpgradeRefusedError';
  readonly _tag = 'UpgradeRefusedError';
  readonly code = 'ERR_WSS_UPGRADE_REFUSED';
}

/** The server's answer to the opening handshake is invalid (`ERR_WSS_UPGRADE_INVALID`). */
export class UpgradeInvalidError extends SocketError {
  /** How the connection ended. */
  declare readonly ending: UpgradeInvalid;
  static override readonly brand: string = 'UpgradeInvalidError';
  override readonly name = 'UpgradeInvalidError';
  readonly _tag = 'UpgradeInvalidError';
  readonly code = 'ERR_WSS_UPGRADE_INVALID';
}

/** The codes that a {@link NetworkError} can have. */
export type NetworkErrorCode =
  | 'ERR_WSS_DNS'
  | 'ERR_WSS_REFUSED'
  | 'ERR_WSS_RESET'
  | 'ERR_WSS_ENDED'
  | 'ERR_WSS_UNREACHABLE'
  | 'ERR_WSS_NETWORK';

const NETWORK_CODES: Readonly<Record<NetworkFailed['kind'], NetworkErrorCode>> = {
  dns: 'ERR_WSS_DNS',
  refused: 'ERR_WSS_REFUSED',
  reset: 'ERR_WSS_RESET',
  ended: 'ERR_WSS_ENDED',
  unreachable: 'ERR_WSS_UNREACHABLE',
  other: 'ERR_WSS_NETWORK',
};

/**
 * The way to the server failed (`ERR_WSS_DNS`, `ERR_WSS_REFUSED`, `ERR_WSS_RESET`,
 * `ERR_WSS_ENDED`, `ERR_WSS_UNREACHABLE`, `ERR_WSS_NETWORK`).
 */
export class NetworkError extends SocketError {
  /** How the connection ended. */
  declare readonly ending: NetworkFailed;
  static override readonly brand: string = 'NetworkError';
  override readonly name = 'NetworkError';
  readonly _tag = 'NetworkError';
  readonly code: NetworkErrorCode;

  constructor(ending: NetworkFailed) {
    super(ending);
    this.code = NETWORK_CODES[ending.kind];
  }
}

/**
 * TLS failed: the handshake (`ERR_WSS_TLS`) or the check of the server's certificate
 * (`ERR_WSS_CERTIFICATE`).
 */
export class TlsError extends SocketError {
  /** How the connection ended. */
  declare readonly ending: TlsFailed;
  static override readonly brand: string = 'TlsError';
  override readonly name = 'TlsError';
  readonly _tag = 'TlsError';
  readonly code: 'ERR_WSS_TLS' | 'ERR_WSS_CERTIFICATE';

  constructor(ending: TlsFailed) {
    super(ending);
    this.code = ending.phase === 'verify' ? 'ERR_WSS_CERTIFICATE' : 'ERR_WSS_TLS';
  }
}

/** The proxy refused to connect us to the server (`ERR_WSS_PROXY_REFUSED`). */
export class ProxyError extends SocketError {
  /** How the connection ended. */
  declare readonly ending: ProxyRefused;
  static override readonly brand: string = 'ProxyError';
  override readonly name = 'ProxyError';
  readonly _tag = 'ProxyError';
  readonly code = 'ERR_WSS_PROXY_REFUSED';
}

/** The codes that a {@link TimeoutError} can have. */
export type TimeoutErrorCode =
  | 'ERR_WSS_CONNECT_TIMEOUT'
  | 'ERR_WSS_OPEN_TIMEOUT'
  | 'ERR_WSS_HEARTBEAT_TIMEOUT'
  | 'ERR_WSS_IDLE_TIMEOUT';

const TIMEOUT_CODES: Readonly<Record<TimedOut['option'], TimeoutErrorCode>> = {
  connectTimeout: 'ERR_WSS_CONNECT_TIMEOUT',
  openTimeout: 'ERR_WSS_OPEN_TIMEOUT',
  'heartbeat.timeout': 'ERR_WSS_HEARTBEAT_TIMEOUT',
  idleTimeout: 'ERR_WSS_IDLE_TIMEOUT',
};

/**
 * A time limit ran out (`ERR_WSS_CONNECT_TIMEOUT`, `ERR_WSS_OPEN_TIMEOUT`,
 * `ERR_WSS_HEARTBEAT_TIMEOUT`, `ERR_WSS_IDLE_TIMEOUT`).
 */
export class TimeoutError extends SocketError {
  /** How the connection ended. */
  declare readonly ending: TimedOut;
  static override readonly brand: string = 'TimeoutError';
  override readonly name = 'TimeoutError';
  readonly _tag = 'TimeoutError';
  readonly code: TimeoutErrorCode;

  constructor(ending: TimedOut) {
    super(ending);
    this.code = TIMEOUT_CODES[ending.option];
  }
}

/** The server broke the protocol or a limit (`ERR_WSS_PROTOCOL`). */
export class ProtocolError extends SocketError {
  /** How the connection ended. */
  declare readonly ending: ProtocolViolated;
  static override readonly brand: string = 'ProtocolError';
  override readonly name = 'ProtocolError';
  readonly _tag = 'ProtocolError';
  readonly code = 'ERR_WSS_PROTOCOL';
}

/** A message did not decode, and `onRejected` ended the connection for it (`ERR_WSS_REJECTED`). */
export class RejectedError extends SocketError {
  /** How the connection ended. */
  declare readonly ending: MessageRejected;
  static override readonly brand: string = 'RejectedError';
  override readonly name = 'RejectedError';
  readonly _tag = 'RejectedError';
  readonly code = 'ERR_WSS_REJECTED';
}

/** The option `onOpen` would not have the connection (`ERR_WSS_OPENING_REFUSED`); `cause` is what it threw. */
export class OpeningError extends SocketError {
  /** How the connection ended. */
  declare readonly ending: OpeningRefused;
  static override readonly brand: string = 'OpeningError';
  override readonly name = 'OpeningError';
  readonly _tag = 'OpeningError';
  readonly code = 'ERR_WSS_OPENING_REFUSED';
}

/** A consumer of ours could not keep up (`ERR_WSS_OVERRUN`). */
export class OverrunError extends SocketError {
  /** How the connection ended. */
  declare readonly ending: Overrun;
  static override readonly brand: string = 'OverrunError';
  override readonly name = 'OverrunError';
  readonly _tag = 'OverrunError';
  readonly code = 'ERR_WSS_OVERRUN';
}

/** What a function or a file gave for an attempt is not a valid option (`ERR_WSS_OPTIONS`). */
export class OptionsError extends SocketError {
  /** How the connection ended. */
  declare readonly ending: OptionsInvalid;
  static override readonly brand: string = 'OptionsError';
  override readonly name = 'OptionsError';
  readonly _tag = 'OptionsError';
  readonly code = 'ERR_WSS_OPTIONS';
}

/** A function that was to give an option for an attempt failed (`ERR_WSS_PROVIDER`). */
export class ProviderError extends SocketError {
  /** How the connection ended. */
  declare readonly ending: ProviderFailed;
  static override readonly brand: string = 'ProviderError';
  override readonly name = 'ProviderError';
  readonly _tag = 'ProviderError';
  readonly code = 'ERR_WSS_PROVIDER';
}

/** The `AbortSignal` cancelled the stream (`ERR_WSS_ABORTED`); `cause` is the signal's reason. */
export class AbortedError extends SocketError {
  /** How the connection ended. */
  declare readonly ending: Cancelled;
  static override readonly brand: string = 'AbortedError';
  override readonly name = 'AbortError';
  readonly _tag = 'AbortedError';
  readonly code = 'ERR_WSS_ABORTED';
}

/**
 * Gives the error for an ending.
 *
 * @param ending - How the connection ended.
 * @returns The error of the family that carries it.
 */
export function toSocketError(ending: Ending): SocketError {
  switch (ending._tag) {
    case 'Closed':
      return new CloseError(ending);
    case 'UpgradeRefused':
      return new UpgradeRefusedError(ending);
    case 'UpgradeInvalid':
      return new UpgradeInvalidError(ending);
    case 'NetworkFailed':
      return new NetworkError(ending);
    case 'TlsFailed':
      return new TlsError(ending);
    case 'ProxyRefused':
      return new ProxyError(ending);
    case 'TimedOut':
      return new TimeoutError(ending);
    case 'ProtocolViolated':
      return new ProtocolError(ending);
    case 'MessageRejected':
      return new RejectedError(ending);
    case 'OpeningRefused':
      return new OpeningError(ending);
    case 'Overrun':
      return new OverrunError(ending);
    case 'OptionsInvalid':
      return new OptionsError(ending);
    case 'ProviderFailed':
      return new ProviderError(ending);
    case 'Cancelled':
      return new AbortedError(ending);
  }
}
