import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Channel } from 'node:diagnostics_channel';

import { show } from '../errors/option-checks.js';
import { OptionTypeError } from '../errors/option-error.js';
import type { ChannelMessages, ChannelName } from './channel-messages.js';

/** A channel of `node:diagnostics_channel` with the type of its messages. */
export interface TypedChannel<Name extends ChannelName> {
  /** The full name. */
  readonly name: Name;
  /** Whether anybody listens: look here before you make a message. */
  readonly hasSubscribers: boolean;
  /** Tells everybody who listens; what a listener throws does not come back from here. */
  publish(message: ChannelMessages[Name]): void;
}

/** The channels by their short names: `ping` for `rx-wss:ping`. */
export type Channels = {
  readonly [
    Name in ChannelName as Name extends `rx-wss:${infer Short}` ? Short : never
  ]: TypedChannel<Name>;
};

/**
 * The channels that the package publishes on.
 *
 * @remarks
 * Who publishes asks first, so that nothing is made for nobody:
 * `if (CHANNELS.ping.hasSubscribers) CHANNELS.ping.publish({ socket, connection })`.
 */
export const CHANNELS: Channels = Object.freeze({
  connecting: typed('rx-wss:connecting'),
  opening: typed('rx-wss:opening'),
  open: typed('rx-wss:open'),
  closing: typed('rx-wss:closing'),
  close: typed('rx-wss:close'),
  retry: typed('rx-wss:retry'),
  end: typed('rx-wss:end'),
  reject: typed('rx-wss:reject'),
  undelivered: typed('rx-wss:undelivered'),
  ping: typed('rx-wss:ping'),
  pong: typed('rx-wss:pong'),
  tls: typed('rx-wss:tls'),
});

/** The full names of the channels, in the order of a socket's life. */
export const CHANNEL_NAMES: readonly ChannelName[] = Object.freeze(
  Object.values(CHANNELS).map(({ name }) => name),
);

/**
 * Listens to one of the package's channels, for all sockets of the process.
 *
 * @remarks
 * For logs and metrics: it neither dials nor keeps anything open. It is `subscribe` of
 * `node:diagnostics_channel` with the types of the messages; whoever subscribes there by the name hears
 * the same. The listener is called in the middle of the socket's work, before the socket goes on: keep it
 * short. What it throws reaches nobody but the process, as an uncaught exception on the next tick.
 *
 * @param name - The channel's full name, a key of {@link ChannelMessages}.
 * @param listener - Is called with each message.
 * @returns A function that stops listening; to call it again does nothing.
 *
 * @throws OptionTypeError if there is no channel of that name, or the listener is not a function.
 *
 * @example
 * ```ts
 * import { describeEnding, subscribeChannel } from 'rx-wss';
 *
 * const stop = subscribeChannel('rx-wss:retry', ({ socket, attempt, delay, ending }) => {
 *   console.warn(`socket ${socket}: attempt ${attempt} in ${delay} ms. ${describeEnding(ending)}`);
 * });
 * stop();
 * ```
 */
export function subscribeChannel<Name extends ChannelName>(
  name: Name,
  listener: (message: ChannelMessages[Name], name: Name) => void,
): () => void {
  if (!CHANNEL_NAMES.includes(name)) {
    throw new OptionTypeError(
      'name',
      `must be one of ${CHANNEL_NAMES.join(', ')}, got ${show(name)}`,
    );
  }
  if (typeof listener !== 'function') {
    throw new OptionTypeError('listener', `must be a function, got ${show(listener)}`);
  }
  // A function for each call, so that the same listener may be given twice and stopped once.
  const hear = (message: unknown): void => {
    // Only this package publishes under the name, and always through `CHANNELS`.
    listener(message as ChannelMessages[Name], name);
  };
  subscribe(name, hear);
  return () => {
    unsubscribe(name, hear);
  };
}

function typed<Name extends ChannelName>(name: Name): TypedChannel<Name> {
  return channel(name) as Channel & { readonly name: Name };
}
