import { Observable } from 'rxjs';
import type { Subscriber, TeardownLogic } from 'rxjs';

import type { MessageKey } from '../hub/message-key.js';

/**
 * A part of a socket's stream, which the server is asked for while anybody subscribes to it.
 *
 * @remarks
 * It is cold and makes nothing until it is subscribed to. All subscribers of a key share one subscription at the
 * server, also those of channels that were made apart. The first of them dials, if nobody did before, and has the
 * server asked; the server is asked again on every new connection, before anything that waits is sent; the last one to
 * leave has it stop. The channel completes and fails with the stream, and it may fail by itself.
 */
// eslint-disable-next-line rxjs-x/no-subclass -- like the socket, it is an Observable by design
export class Channel<In, Out> extends Observable<In> {
  /** The key of its messages. */
  readonly key: MessageKey;
  readonly #post: (message: Out) => void;

  /** @internal */
  constructor(
    key: MessageKey,
    join: (subscriber: Subscriber<In>) => TeardownLogic,
    post: (message: Out) => void,
  ) {
    super((subscriber) => join(subscriber));
    this.key = key;
    this.#post = post;
  }

  /**
   * Sends a message, or keeps it in the outbox, like `next` of the socket: whether or not the channel has subscribers.
   *
   * @remarks The messages that ask for a channel and that end it do not wait, and overtake it where it does.
   *
   * @param message - The message; it is encoded now.
   * @throws EncodeError, OutboxFullError or DisposedError.
   */
  next(message: Out): void {
    this.#post(message);
  }
}
