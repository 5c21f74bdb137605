/** Why an outgoing message could not be encoded, as plain data. */
export interface EncodeFailure {
  /** The discriminant. */
  readonly _tag: 'EncodeFailure';
  /** The codec that refused it. */
  readonly codec: string;
  /** One sentence: what is wrong with the message. */
  readonly reason: string;
  /** What the encoder threw, if it threw. */
  readonly cause?: unknown;
}
