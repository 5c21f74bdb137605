import type { ConnectionInfo } from './socket-state.js';

/** A connection at its beginning, as the option `onOpen` sees it: nobody else sends or receives on it. */
export interface OpeningSession<In, Out> {
  /** The number of the attempt that made the connection. */
  readonly attempt: number;
  /** The number of the connection since the socket was made, 1 for the first. */
  readonly connection: number;
  /** What is known of the connection. */
  readonly info: ConnectionInfo;
  /** Where the stream was when the connection before was lost, by the option `resume`; undefined for the first. */
  readonly cursor: unknown;
  /** Aborts when the connection is lost or closed, and when `openTimeout` has run out. */
  readonly signal: AbortSignal;
  /**
   * Sends a message at once, ahead of everything in the outbox.
   *
   * @throws EncodeError if the codec cannot encode it.
   */
  send(message: Out): void;
  /**
   * Gives the next message, or the next that is wanted. What it gives does not come on the stream;
   * all others do, in their order, once the connection is open.
   *
   * @param isWanted - Tells whether it is the message that is waited for; by default any is.
   * @returns The message; rejects with the signal's reason when none will come any more.
   */
  receive<T extends In>(isWanted: (message: In) => message is T): Promise<T>;
  /** Gives the next message, or the next that is wanted. */
  receive(isWanted?: (message: In) => boolean): Promise<In>;
  /** Puts a message on the stream after all, before those that were not asked for. */
  deliver(message: In): void;
}

/**
 * What the option `onOpen` may be: a function that has every connection first, before it is open
 * for anybody else, e.g. to log in.
 *
 * @remarks
 * The connection is open for users once it returns, or once its promise resolves, which `openTimeout`
 * bounds. When it throws or rejects the connection is closed, with 1008 or with the code and the
 * reason of the {@link CloseRequest} that it threw, and ends with `OpeningRefused`, which is fatal
 * unless `reconnect.isTransient` says otherwise.
 *
 * @example
 * ```ts
 * import { webSocket } from 'rx-wss';
 *
 * const socket = webSocket({
 *   url: 'wss://feed.example.com/v1',
 *   onOpen: async (session) => {
 *     session.send({ login: process.env['TOKEN'] });
 *     const answer = await session.receive();
 *     if (answer !== 'welcome') throw new Error('The login was refused');
 *   },
 * });
 * ```
 */
export type OnOpen<In, Out> = (session: OpeningSession<In, Out>) => void | PromiseLike<void>;
