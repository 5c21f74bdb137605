import type { DecodeFailure } from '../codec/decode-failure.js';

/** A message that did not decode: a dead letter. */
export interface Rejected {
  /** What is wrong with it, and the bytes as they came. */
  readonly failure: DecodeFailure;
  /** The number of the connection that it came on, 1 for the first one of the socket. */
  readonly connection: number;
}
