import { classifyError } from './classify-error.js';
import type { Progress } from './classify-error.js';
import type { CloseOrder } from './close-request.js';
import type { Ending, ProtocolViolated } from './ending.js';
import { violationOf } from './protocol-violation.js';

/** What is known of a connection that is over. */
export interface ClosedEvidence {
  readonly progress: Progress & { readonly target: string };
  /** Our own close, where we had begun one. */
  readonly order: CloseOrder | undefined;
  /** What ws told first. */
  readonly wsError: Error | undefined;
  /** What the socket told. */
  readonly socketError: Error | undefined;
  /** Whether the peer ended the TCP stream. */
  readonly peerEnded: boolean;
}

const NO_CLOSE_FRAME = 1006;

/**
 * Gives the ending of a connection whose opening handshake had succeeded.
 *
 * @param close - The code and the reason that ws tells; 1006 when no close frame came.
 * @param evidence - What else is known.
 */
export function closedEnding({ code, reason }: CloseOrder, evidence: ClosedEvidence): Ending {
  const { order, progress, wsError } = evidence;
  const { uptime, target } = progress;
  const phase = phaseOf(evidence);
  const fields = { uptime, target };
  const violation = violationOf(wsError);
  if (violation !== undefined) {
    return { _tag: 'ProtocolViolated', by: 'server', phase, ...violation, ...fields };
  }
  if (order !== undefined) {
    const wasClean = code !== NO_CLOSE_FRAME;
    return { _tag: 'Closed', by: 'client', phase, ...order, wasClean, ...fields };
  }
  if (code !== NO_CLOSE_FRAME) {
    return { _tag: 'Closed', by: 'server', phase, code, reason, wasClean: true, ...fields };
  }
  return brokenEnding(evidence);
}

/** The ending of a line that went away without a close. */
function brokenEnding(evidence: ClosedEvidence): Ending {
  const { progress, wsError, socketError, peerEnded } = evidence;
  const { uptime, target, phase } = progress;
  const fields = { uptime, target };
  if (socketError !== undefined) return classifyError(socketError, progress);
  if (peerEnded) {
    return { _tag: 'NetworkFailed', by: 'network', phase, kind: 'ended', ...fields };
  }
  if (wsError !== undefined) return classifyError(wsError, progress);
  // ws tears the line down by itself, without an error, when too many pings wait for an answer.
  return {
    _tag: 'ProtocolViolated',
    by: 'server',
    phase: phaseOf(evidence),
    code: 1008,
    violation: 'TOO_MANY_PINGS',
    ...fields,
  };
}

function phaseOf({ order, progress }: ClosedEvidence): ProtocolViolated['phase'] {
  if (order !== undefined) return 'closing';
  return progress.phase === 'opening' ? 'opening' : 'open';
}
