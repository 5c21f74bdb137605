import { checkDuration, checkFunction, checkKeys, show } from '../errors/option-checks.js';
import { OptionTypeError } from '../errors/option-error.js';

/**
 * How a connection is watched for signs of life.
 *
 * @remarks
 * Every `interval` a ping goes out (RFC 6455 section 5.5.2), and within `timeout` something must come
 * in: any byte will do. So a line that went silent without a word is found within `interval` plus
 * `timeout`. While we do not read ourselves, silence proves nothing and is waited out.
 *
 * With `message` the heartbeat is one of the application instead, for a server whose pings are
 * messages, or to see that the program behind the socket still answers. Then nothing but an answer
 * counts as a sign of life.
 *
 * @example Pings that are messages.
 * ```ts
 * import * as t from 'io-ts';
 * import { json, webSocket } from 'rx-wss';
 *
 * const socket = webSocket({
 *   url: 'wss://feed.example.com/v1',
 *   codec: json({ incoming: t.type({ op: t.string }) }),
 *   heartbeat: {
 *     interval: 15_000,
 *     message: () => ({ op: 'ping' }),
 *     isAnswer: ({ op }) => op === 'pong',
 *   },
 * });
 * ```
 */
export interface HeartbeatOptions<In = unknown, Out = unknown> {
  /**
   * How long after one ping the next one goes out, in milliseconds; `Infinity` for no heartbeat.
   *
   * @defaultValue 30,000
   */
  readonly interval?: number | undefined;
  /**
   * How long a sign of life may take after a ping, in milliseconds; `Infinity` for pings that need
   * no answer.
   *
   * @defaultValue 10,000
   */
  readonly timeout?: number | undefined;
  /**
   * Gives the message to send in place of a ping.
   *
   * @defaultValue none: pings of the protocol
   */
  readonly message?: (() => Out) | undefined;
  /**
   * Tells whether a message that came in answers `message`; it does not come on the stream then. Only together
   * with `message`.
   *
   * @defaultValue any message is a sign of life, and comes on the stream
   */
  readonly isAnswer?: ((message: In) => boolean) | undefined;
}

/** {@link HeartbeatOptions}, checked and with the defaults filled in. */
export interface HeartbeatSettings<In = unknown, Out = unknown> {
  readonly interval: number;
  readonly timeout: number;
  /** Gives what to send in place of a ping of the protocol, where that is wanted. */
  readonly message: (() => Out) | undefined;
  readonly isAnswer: ((message: In) => boolean) | undefined;
}

/** The defaults of {@link HeartbeatOptions}; times in milliseconds. */
export const DEFAULT_HEARTBEAT: {
  readonly interval: number;
  readonly timeout: number;
} = Object.freeze({ interval: 30_000, timeout: 10_000 });

/**
 * Checks the option, and fills in the defaults.
 *
 * @returns What to go by; undefined when there is to be no heartbeat.
 *
 * @throws OptionTypeError or OptionRangeError, naming the option.
 */
export function checkHeartbeat<In, Out>(
  path: string,
  options: HeartbeatOptions<In, Out> | false = {},
): HeartbeatSettings<In, Out> | undefined {
  if (options === false) return undefined;
  // Checked as unknown: the assertion would take the types of the options away.
  const given: unknown = options;
  if (typeof given !== 'object') {
    throw new OptionTypeError(path, `must be an object or false, got ${show(given)}`);
  }
  checkKeys(path, given, [...Object.keys(DEFAULT_HEARTBEAT), 'message', 'isAnswer']);
  const { message, isAnswer } = options;
  checkFunction(`${path}.message`, message);
  checkFunction(`${path}.isAnswer`, isAnswer);
  if (isAnswer !== undefined && message === undefined) {
    throw new OptionTypeError(
      `${path}.isAnswer`,
      'must come with message: any byte answers a ping of the protocol',
    );
  }
  const time = (name: keyof typeof DEFAULT_HEARTBEAT): number =>
    checkDuration(`${path}.${name}`, options[name], DEFAULT_HEARTBEAT[name], 1);
  const interval = time('interval');
  const timeout = time('timeout');
  if (interval === Infinity) return undefined;
  return { interval, timeout, message, isAnswer };
}
