import { WssError } from '../../errors/wss-error.js';
import { describeEnding } from '../describe-ending.js';
import type { Ending } from '../ending.js';

/**
 * What a request fails with when no answer came; what the answer itself tells of is up to the option `failure`.
 *
 * @remarks No message shows what was sent or what came.
 */
export abstract class RequestError extends WssError {
  /** The name that `instanceof` goes by. */
  static override readonly brand: string = 'RequestError';
  /** Whether the server may have seen the request: it was handed to a connection. */
  abstract readonly wasSent: boolean;
}

/** No answer came in time (`ERR_WSS_REQUEST_TIMEOUT`). */
export class RequestTimedOutError extends RequestError {
  static override readonly brand: string = 'RequestTimedOutError';
  override readonly name = 'RequestTimedOutError';
  readonly _tag = 'RequestTimedOutError';
  readonly code = 'ERR_WSS_REQUEST_TIMEOUT';
  readonly wasSent: boolean;
  /** The limit, in milliseconds. */
  readonly limit: number;

  constructor(limit: number, wasSent: boolean) {
    super(
      wasSent
        ? `No answer to the request came within ${limit} ms`
        : `The request waited for a connection for ${limit} ms, and was not sent`,
    );
    this.limit = limit;
    this.wasSent = wasSent;
  }
}

/**
 * The request's `AbortSignal` aborted, and `cause` is its reason; or an end was made of the socket
 * (`ERR_WSS_REQUEST_CANCELLED`).
 */
export class RequestCancelledError extends RequestError {
  static override readonly brand: string = 'RequestCancelledError';
  override readonly name = 'AbortError';
  readonly _tag = 'RequestCancelledError';
  readonly code = 'ERR_WSS_REQUEST_CANCELLED';
  readonly wasSent: boolean;

  constructor(wasSent: boolean, cause: unknown) {
    super(
      wasSent ? 'The request was cancelled' : 'The request was cancelled before it was sent',
      cause === undefined ? undefined : { cause },
    );
    this.wasSent = wasSent;
  }
}

/** The connection that the request was sent on is over, and no answer had come (`ERR_WSS_REQUEST_LOST`). */
export class RequestLostError extends RequestError {
  static override readonly brand: string = 'RequestLostError';
  override readonly name = 'RequestLostError';
  readonly _tag = 'RequestLostError';
  readonly code = 'ERR_WSS_REQUEST_LOST';
  readonly wasSent = true;
  /** How the connection ended. */
  readonly ending: Ending;

  constructor(ending: Ending) {
    super(
      `The connection was lost before the request was answered: ${describeEnding(ending)}`,
      ending.cause === undefined ? undefined : { cause: ending.cause },
    );
    this.ending = ending;
  }
}

/** Why a request was not sent. */
export type NotSentReason = 'refused' | 'duplicate' | 'ended';

const NOT_SENT: Readonly<Record<NotSentReason, string>> = {
  refused: 'The socket did not take the request; see the cause',
  duplicate: 'A request with the same id waits for its answer; give each request an id of its own',
  ended: 'The stream ended before the request was sent',
};

/** The server has not seen the request, so that it can be made again without harm (`ERR_WSS_REQUEST_NOT_SENT`). */
export class RequestNotSentError extends RequestError {
  static override readonly brand: string = 'RequestNotSentError';
  override readonly name = 'RequestNotSentError';
  readonly _tag = 'RequestNotSentError';
  readonly code = 'ERR_WSS_REQUEST_NOT_SENT';
  readonly wasSent = false;
  /**
   * `refused`: the socket would not take it, e.g. with an EncodeError or an OutboxFullError, which is the `cause`;
   * `duplicate`: a request with the same id is in flight; `ended`: the stream ended while it waited in the outbox, and
   * `cause` is what the stream failed with, if it did.
   */
  readonly reason: NotSentReason;

  constructor(reason: NotSentReason, cause?: unknown) {
    super(NOT_SENT[reason], cause === undefined ? undefined : { cause });
    this.reason = reason;
  }
}
