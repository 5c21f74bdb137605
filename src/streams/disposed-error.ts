import { WssError } from '../errors/wss-error.js';

/** The socket was made an end of with `unsubscribe()` or `await using`, and cannot be used any more (`ERR_WSS_DISPOSED`). */
export class DisposedError extends WssError {
  static override readonly brand: string = 'DisposedError';
  override readonly name = 'DisposedError';
  readonly _tag = 'DisposedError';
  readonly code = 'ERR_WSS_DISPOSED';

  constructor() {
    super('The socket was unsubscribed from for good: make a new one with webSocket()');
  }
}
