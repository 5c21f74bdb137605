import {
  checkBoolean,
  checkDuration,
  checkFunction,
  checkKeys,
} from '../../errors/option-checks.js';
import { OptionRangeError } from '../../errors/option-error.js';
import { checkKey } from '../hub/message-key.js';
import type { MessageKey } from '../hub/message-key.js';

/**
 * A part of the stream that the server has to be asked for: a topic, a room, an instrument.
 *
 * @example
 * ```ts
 * import { webSocket } from 'rx-wss';
 * import type { ChannelOptions } from 'rx-wss';
 *
 * interface Trade { readonly topic: string; readonly price: number }
 * interface Command { readonly op: 'subscribe' | 'unsubscribe'; readonly topic: string }
 *
 * const trades = (topic: string): ChannelOptions<Trade, Command> => ({
 *   key: topic,
 *   subscribe: () => ({ op: 'subscribe', topic }),
 *   unsubscribe: () => ({ op: 'unsubscribe', topic }),
 * });
 * ```
 */
export interface ChannelOptions<In, Out> {
  /** The key of its messages, as the socket's `route` gives it. */
  readonly key: MessageKey;
  /**
   * Makes the message that asks for it. It is sent once on every connection while the channel has subscribers: when
   * the connection opens, ahead of what waits in the outbox, or when the first of them subscribes. What it throws is
   * the error of this channel alone.
   *
   * @defaultValue none: the server sends it unasked
   */
  readonly subscribe?: (() => Out) | undefined;
  /**
   * Makes the message that ends it. It is sent when the last subscriber leaves, at once, on a connection that
   * `subscribe` was sent on, and otherwise not at all. What it throws has nobody to go to, and no effect.
   *
   * @defaultValue none: the server goes on, and what it sends is for no channel any more
   */
  readonly unsubscribe?: (() => Out) | undefined;
  /**
   * Gives the error that a message of the channel tells of, e.g. that there is no such topic; undefined or null where
   * it tells of none. The channel fails with it, the others and the socket do not. To the server it has ended by then:
   * `unsubscribe` is not sent. What it throws is the error of this channel as well; then it is.
   *
   * @defaultValue none: every message of the key is delivered
   */
  readonly failure?: ((message: In) => unknown) | undefined;
  /**
   * Whether its messages are kept from the plain subscribers of the socket.
   *
   * @defaultValue false: those see every message that comes
   */
  readonly exclusive?: boolean | undefined;
  /**
   * How long to stay subscribed after the last subscriber has left, in milliseconds, in case another one comes. The
   * connection is held as long. It ends with the connection. `Infinity` for as long as the connection is open.
   *
   * @defaultValue 0
   */
  readonly linger?: number | undefined;
}

/** {@link ChannelOptions}, checked. */
export interface ChannelSettings<In, Out> extends Pick<
  ChannelOptions<In, Out>,
  'subscribe' | 'unsubscribe' | 'failure'
> {
  readonly key: MessageKey;
  readonly exclusive: boolean;
  readonly linger: number;
}

const KNOWN = ['key', 'subscribe', 'unsubscribe', 'failure', 'exclusive', 'linger'];

/**
 * Checks the options of a channel.
 *
 * @throws OptionTypeError or OptionRangeError, naming the option.
 */
export function checkChannel<In, Out>(options: ChannelOptions<In, Out>): ChannelSettings<In, Out> {
  const given: unknown = options;
  checkKeys('channel', given, KNOWN);
  const { subscribe, unsubscribe, failure } = options;
  checkFunction('channel.subscribe', subscribe);
  checkFunction('channel.unsubscribe', unsubscribe);
  checkFunction('channel.failure', failure);
  if (unsubscribe !== undefined && subscribe === undefined) {
    throw new OptionRangeError(
      'channel.unsubscribe',
      'would never be sent: it only follows what channel.subscribe has asked for',
    );
  }
  return {
    key: checkKey('channel.key', options.key),
    subscribe,
    unsubscribe,
    failure,
    exclusive: checkBoolean('channel.exclusive', options.exclusive, false),
    linger: checkDuration('channel.linger', options.linger, 0),
  };
}
