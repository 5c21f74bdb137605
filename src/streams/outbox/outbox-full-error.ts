import { WssError } from '../../errors/wss-error.js';

/** The outbox has no room for a message: thrown by `next()`, the message is not kept. */
export class OutboxFullError extends WssError {
  static override readonly brand: string = 'OutboxFullError';
  override readonly name = 'OutboxFullError';
  readonly _tag = 'OutboxFullError';
  readonly code = 'ERR_WSS_OUTBOX_FULL';
}
