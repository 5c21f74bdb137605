import {
  checkBoolean,
  checkDuration,
  checkFunction,
  checkGivenFunction,
  checkKeys,
} from '../../errors/option-checks.js';
import { OptionTypeError } from '../../errors/option-error.js';
import { checkSignal } from '../check-signal.js';
import type { MessageKey } from '../hub/message-key.js';

/**
 * How a socket's requests and their answers belong together.
 *
 * @example
 * ```ts
 * import type { RequestsOptions } from 'rx-wss';
 *
 * interface Call { readonly id: number; readonly method: string }
 * interface Reply { readonly id?: number; readonly result?: unknown; readonly error?: string }
 *
 * const requests: RequestsOptions<Reply, Call> = {
 *   id: (call) => call.id,
 *   answerTo: (reply) => reply.id,
 *   failure: ({ error }) => (error === undefined ? undefined : new Error(error)),
 * };
 * ```
 */
export interface RequestsOptions<In, Out> {
  /**
   * Gives the id of a request. No two that are in flight may have the same, and none should be used again: a late
   * answer to the one would be taken for the answer to the other.
   */
  readonly id: (message: Out) => MessageKey;
  /**
   * Gives the id of the request that a message answers; undefined or null where it answers none. It is not called
   * while no request is in flight. What it throws is an error of the whole socket.
   */
  readonly answerTo: (message: In) => MessageKey | null | undefined;
  /**
   * Gives the error that an answer tells of, which the request fails with; undefined or null where it tells of none.
   *
   * @defaultValue none: every answer is a good one
   */
  readonly failure?: ((answer: In) => unknown) | undefined;
}

/** What a request is given besides its message. */
export interface RequestOptions<In, Out> {
  /**
   * The longest time to wait for the answer, in milliseconds, a wait for the connection included; `Infinity` for no
   * limit.
   *
   * @defaultValue 30,000
   */
  readonly timeout?: number | undefined;
  /** Cancels the request when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Whether it does no harm when the server sees the request twice. It is then sent again when the connection is lost
   * before the answer, as long as the timeout and the socket's `reconnect` have it.
   *
   * @defaultValue false: it fails with a RequestLostError
   */
  readonly idempotent?: boolean | undefined;
  /**
   * Tells whether a message is an answer to this request, in place of the socket's `requests.id` and
   * `requests.answerTo`. A message is shown to the requests in flight that have one, the oldest first, until one takes it, so
   * that many at a time cost more than ids do. What it throws is the error of this request alone.
   */
  readonly correlate?: ((message: In) => boolean) | undefined;
  /**
   * The same as `requests.failure`, for this request.
   *
   * @defaultValue what `requests.failure` says
   */
  readonly failure?: ((answer: In) => unknown) | undefined;
  /**
   * Makes a message that tells the server that the answer is not waited for any more: sent when the request times out or
   * is cancelled, if it was sent on the connection that is open. What it throws has nobody to go to, and no effect.
   *
   * @defaultValue none: the server is told nothing
   */
  readonly cancel?: (() => Out) | undefined;
}

/** What a request with many answers is given besides its message. */
export interface RequestStreamOptions<In, Out> extends RequestOptions<In, Out> {
  /** Tells whether an answer is the last one. It is delivered, and completes the stream. */
  readonly isLast: (answer: In) => boolean;
  /**
   * The longest time to wait for the first answer, and from one to the next, in milliseconds; `Infinity` for no limit.
   *
   * @defaultValue 30,000
   */
  readonly timeout?: number | undefined;
}

/** The defaults of {@link RequestOptions}. */
export const DEFAULT_REQUEST: {
  readonly timeout: number;
  readonly idempotent: boolean;
} = Object.freeze({ timeout: 30_000, idempotent: false });

/** What a request goes by: its options, checked, and the socket's. */
export interface RequestSettings<In, Out> extends Pick<
  RequestOptions<In, Out>,
  'correlate' | 'failure' | 'cancel' | 'signal'
> {
  /** Gives the id; undefined where `correlate` tells the answers. */
  readonly id: ((message: Out) => MessageKey) | undefined;
  readonly timeout: number;
  readonly idempotent: boolean;
  /** Whether an answer is the last one. */
  readonly isLast: (answer: In) => boolean;
}

const KNOWN = ['timeout', 'signal', 'idempotent', 'correlate', 'failure', 'cancel'];
const KNOWN_OF_STREAM = [...KNOWN, 'isLast'];
const isAlwaysLast = (): boolean => true;

/**
 * Checks the option `requests` of a socket.
 *
 * @throws OptionTypeError, naming the option.
 */
export function checkRequests<In, Out>(
  options: RequestsOptions<In, Out> | undefined,
): RequestsOptions<In, Out> | undefined {
  if (options === undefined) return undefined;
  const given: unknown = options;
  checkKeys('requests', given, ['id', 'answerTo', 'failure']);
  const { id, answerTo, failure } = options;
  checkGivenFunction('requests.id', id);
  checkGivenFunction('requests.answerTo', answerTo);
  checkFunction('requests.failure', failure);
  return { id, answerTo, failure };
}

/**
 * Checks the options of a request with one answer.
 *
 * @param requests - The socket's option.
 * @throws OptionTypeError or OptionRangeError, naming the option.
 */
export function checkRequest<In, Out>(
  options: RequestOptions<In, Out>,
  requests: RequestsOptions<In, Out> | undefined,
): RequestSettings<In, Out> {
  const given: unknown = options;
  checkKeys('request', given, KNOWN);
  return check('request', options, requests, isAlwaysLast);
}

/**
 * Checks the options of a request with many answers.
 *
 * @param requests - The socket's option.
 * @throws OptionTypeError or OptionRangeError, naming the option.
 */
export function checkRequestStream<In, Out>(
  options: RequestStreamOptions<In, Out>,
  requests: RequestsOptions<In, Out> | undefined,
): RequestSettings<In, Out> {
  const given: unknown = options;
  checkKeys('requestStream', given, KNOWN_OF_STREAM);
  checkGivenFunction('requestStream.isLast', options.isLast);
  return check('requestStream', options, requests, options.isLast);
}

function check<In, Out>(
  path: string,
  options: RequestOptions<In, Out>,
  requests: RequestsOptions<In, Out> | undefined,
  isLast: (answer: In) => boolean,
): RequestSettings<In, Out> {
  const { correlate, failure, cancel } = options;
  checkFunction(`${path}.correlate`, correlate);
  checkFunction(`${path}.failure`, failure);
  checkFunction(`${path}.cancel`, cancel);
  if (correlate === undefined && requests === undefined) {
    throw new OptionTypeError(
      `${path}.correlate`,
      'must be given, or the option requests of webSocket()',
    );
  }
  return {
    id: correlate === undefined ? requests?.id : undefined,
    timeout: checkDuration(`${path}.timeout`, options.timeout, DEFAULT_REQUEST.timeout),
    signal: checkSignal(`${path}.signal`, options.signal),
    idempotent: checkBoolean(`${path}.idempotent`, options.idempotent, DEFAULT_REQUEST.idempotent),
    correlate,
    failure: failure ?? requests?.failure,
    cancel,
    isLast,
  };
}
