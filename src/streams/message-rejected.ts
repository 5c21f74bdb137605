import type { DecodeFailure } from '../codec/decode-failure.js';
import type { CloseOrder } from './close-request.js';
import type { MessageRejected, Phase } from './ending.js';

/** Where the connection was when the message came. */
export interface RejectionProgress {
  readonly phase: Phase;
  readonly uptime: number;
  readonly target: string;
}

/**
 * Gives the ending of a connection that `order` closes for a message that did not decode.
 *
 * @remarks The uptime is that of the verdict: how long the server takes to answer our close is no
 * merit of the connection.
 */
export function messageRejected(
  failure: DecodeFailure,
  { code, reason }: CloseOrder,
  { phase, uptime, target }: RejectionProgress,
): MessageRejected {
  const { cause } = failure;
  return {
    _tag: 'MessageRejected',
    by: 'policy',
    phase: phase === 'opening' ? 'opening' : 'open',
    code,
    reason,
    failure,
    uptime,
    target,
    ...(cause === undefined ? {} : { cause }),
  };
}
