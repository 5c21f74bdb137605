import type { Codec } from '../codec/codec.js';
import { startDebugLog } from './debug-log.js';
import type { LegacyCodecOptions } from './legacy-codec.js';
import { checkOptions } from './settings.js';
import type { SocketOptions } from './socket-options.js';
import { SocketSubject } from './socket-subject.js';

/**
 * Options of which some are given.
 *
 * @inline
 */
type Given<T, Key extends keyof T> = { readonly [Each in Key]: Exclude<T[Each], undefined> };

/**
 * Gives a WebSocket connection as an RxJS subject. Nothing is dialled until it is subscribed to.
 *
 * @param options - The URL, or all options.
 * @returns The subject.
 * @throws OptionTypeError or OptionRangeError at once for a wrong option, naming it.
 *
 * @example
 * ```ts
 * import * as t from 'io-ts';
 * import { exponentialBackoff, json, webSocket } from 'rx-wss';
 *
 * const Tick = t.type({ symbol: t.string, price: t.number });
 * const socket = webSocket({
 *   url: 'wss://feed.example.com/v1',
 *   codec: json({ incoming: Tick }),
 *   reconnect: exponentialBackoff(),
 * });
 * socket.subscribe({ next: (tick) => console.log(tick.symbol, tick.price) });
 * ```
 */
export function webSocket<In, Out = unknown>(
  options: SocketOptions<In, Out> &
    ({ readonly codec: Codec<In, Out> } | Given<LegacyCodecOptions<In, Out>, 'deserializer'>),
): SocketSubject<In, Out>;
export function webSocket<Out>(
  options: SocketOptions<unknown, Out> & Given<LegacyCodecOptions<unknown, Out>, 'serializer'>,
): SocketSubject<unknown, Out>;
export function webSocket(
  options: string | URL | SocketOptions<unknown, unknown>,
): SocketSubject<unknown, unknown>;
// Last, and not one with the first: what is written out without a codec is of messages of type unknown.
// eslint-disable-next-line @typescript-eslint/unified-signatures
export function webSocket<In, Out>(options: SocketOptions<In, Out>): SocketSubject<In, Out>;
export function webSocket(
  options: string | URL | SocketOptions<unknown, unknown>,
): SocketSubject<unknown, unknown> {
  startDebugLog();
  const isUrl = typeof options === 'string' || options instanceof URL;
  return new SocketSubject(checkOptions(isUrl ? { url: options } : options));
}
