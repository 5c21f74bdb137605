import type { PolicyError } from './peer.js';

/** The server's certificate was refused; nothing has been said to the server yet. */
export class VerificationError extends Error {
  override readonly name = 'VerificationError';
  /** The checks that failed. */
  readonly policyErrors: readonly PolicyError[];
  /**
   * OpenSSL's or Node's code of the first failure; or `PIN_MISMATCH`, `VERIFIER_REFUSED` (the
   * verifier gave a left: `cause`) or `VERIFIER_FAILED` (it threw, rejected, or gave no `Either`).
   */
  readonly reason: string;
  /** The pins of the server's chain, leaf first. */
  readonly pins: readonly string[];

  constructor(
    reason: string,
    peer: { readonly policyErrors: readonly PolicyError[]; readonly pins: readonly string[] },
    options?: ErrorOptions,
  ) {
    super(`The server's certificate was refused: ${reason}`, options);
    this.reason = reason;
    this.policyErrors = peer.policyErrors;
    this.pins = peer.pins;
  }
}
