import { WssError } from '../../errors/wss-error.js';

/**
 * More waits for `consume` than `highWaterMark.messages`, and its source cannot be made to wait
 * (`ERR_WSS_CONSUME_OVERFLOW`).
 */
export class ConsumeOverflowError extends WssError {
  static override readonly brand: string = 'ConsumeOverflowError';
  override readonly name = 'ConsumeOverflowError';
  readonly _tag = 'ConsumeOverflowError';
  readonly code = 'ERR_WSS_CONSUME_OVERFLOW';
  /** How many messages wait at most. */
  readonly limit: number;

  constructor(limit: number) {
    super(
      `consume: ${limit} messages wait already, and the source cannot be made to wait; pass the ` +
        'socket as the option demand, or raise highWaterMark.messages',
    );
    this.limit = limit;
  }
}
