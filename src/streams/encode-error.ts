import type { EncodeFailure } from '../codec/encode-failure.js';
import { WssError } from '../errors/wss-error.js';

/** An outgoing message could not be encoded: thrown by `next()`, the connection stays as it is. */
export class EncodeError extends WssError {
  static override readonly brand: string = 'EncodeError';
  override readonly name = 'EncodeError';
  readonly _tag = 'EncodeError';
  readonly code = 'ERR_WSS_ENCODE';
  /** What the codec reports. */
  readonly failure: EncodeFailure;

  constructor(failure: EncodeFailure) {
    super(
      `The ${failure.codec} codec cannot encode the message: ${failure.reason}`,
      failure.cause === undefined ? undefined : { cause: failure.cause },
    );
    this.failure = failure;
  }
}
