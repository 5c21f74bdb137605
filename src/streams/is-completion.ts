import type { Ending } from './ending.js';

/**
 * Tells whether an ending completes the stream: our own close, and a close by the server that names
 * no error, 1000 or 1005. The default of the option `completeOn`.
 *
 * @remarks
 * A polite close for a reason, such as 1001 (going away) or 1012 (service restart), is a failure:
 * it is retried under a `reconnect` policy. Our own close fails the stream all the same when it was
 * made because a source that was piped into the socket failed.
 *
 * @param ending - How the connection ended.
 * @returns Whether the stream completes.
 *
 * @example Also take 1001 as the end.
 * ```ts
 * import { isCompletion, webSocket } from 'rx-wss';
 *
 * const socket = webSocket({
 *   url: 'wss://feed.example.com/v1',
 *   completeOn: (ending) =>
 *     isCompletion(ending) || (ending._tag === 'Closed' && ending.code === 1001),
 * });
 * ```
 */
export function isCompletion(ending: Ending): boolean {
  if (ending._tag !== 'Closed') return false;
  return ending.by === 'client'
    ? ending.cause === undefined
    : ending.code === 1000 || ending.code === 1005;
}
