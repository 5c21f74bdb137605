import type { ConnectionFault } from './fault.js';

/**
 * Gives after how many milliseconds `fault` ends something; `Infinity` when it does not, or not by
 * time.
 */
export function happensAfter(fault: ConnectionFault): number {
  switch (fault._tag) {
    case 'Blackhole':
    case 'Reset':
    case 'End':
    case 'HalfClose':
      return fault.delay ?? 0;
    case 'Cut':
      return fault.afterBytes === 0 ? 0 : Infinity;
    default:
      return Infinity;
  }
}
