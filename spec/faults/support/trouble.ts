import type { ConnectionFault, Refuse } from '../../../src/testing/index.js';

/** When trouble comes over a client. */
export type Moment = 'dialling' | 'busy' | 'idle' | 'closing' | 'overlapping' | 'hasty';

/**
 * Who closes a connection, and how: for the next one to be dialled, or as trouble comes. The client
 * can complete the stream and subscribe anew, have the socket reconnect, or tear the line down.
 */
export type Closer = 'complete' | 'reconnect' | 'terminate' | 'server';

/** What goes wrong for a client at one time. */
export interface Trouble {
  readonly moment: Moment;
  /** What the connection gets that there is. */
  readonly now: readonly ConnectionFault[];
  /** What the connection gets that is dialled next. */
  readonly next: readonly ConnectionFault[];
  /** For how long nobody listens, where that is what goes wrong. */
  readonly refuse: Refuse | undefined;
  /** Who closes the connection that there is, if anybody does. */
  readonly closer: Closer | undefined;
  /** What the client does so many milliseconds later, if it does anything: most likely while it dials. */
  readonly haste:
    { readonly closer: Exclude<Closer, 'server'>; readonly after: number } | undefined;
  /** How long after the one before it comes, in milliseconds. */
  readonly pause: number;
}

/** The limits of a client, in milliseconds. */
export interface Limits {
  readonly connectTimeout: number;
  readonly closeTimeout: number;
  readonly heartbeat: { readonly interval: number; readonly timeout: number };
}

/** The limits that clients are given which are to find out about silence. */
export const LIMITS: Limits = {
  connectTimeout: 3_000,
  closeTimeout: 300,
  heartbeat: { interval: 200, timeout: 1_500 },
};

/** The limits of a client that waits for as long as a line byte by byte takes on a busy machine. */
export const PATIENT_LIMITS: Limits = {
  connectTimeout: 60_000,
  closeTimeout: 300,
  heartbeat: { interval: 200, timeout: 60_000 },
};

/** What a fault brings about. */
export type Effect = 'none' | 'reset' | 'end' | 'silence' | 'late';

/** Gives what `fault` brings about on a connection that is used. */
export function effectOf(fault: ConnectionFault): Effect {
  switch (fault._tag) {
    case 'Latency':
    case 'Slices':
      return 'none';
    case 'Bandwidth':
      return fault.bytesPerSecond === 0 ? 'silence' : 'none';
    case 'Blackhole':
      return 'silence';
    case 'Reset':
      return fault.direction === 'toServer' ? 'end' : 'reset';
    case 'End':
    case 'HalfClose':
      return 'end';
    case 'Cut':
      return fault.how === 'blackhole' ? 'silence' : fault.how;
    case 'SlowAccept':
      return fault.delay < LIMITS.connectTimeout ? 'none' : 'late';
  }
}

/** Gives the name that `trouble` has in a report. */
export function nameOf({ now, next, refuse, haste }: Trouble): string {
  const names = (faults: readonly ConnectionFault[]): string => faults.map(nameOfFault).join(' + ');
  const all = [
    names(now),
    names(next),
    refuse === undefined ? '' : 'Refuse',
    haste === undefined ? '' : `${haste.closer}()`,
  ];
  return all.filter((name) => name !== '').join(', then ');
}

function nameOfFault(fault: ConnectionFault): string {
  if (fault._tag === 'Cut') return `Cut (${fault.how})`;
  if (fault._tag === 'HalfClose') return `HalfClose (${fault.direction})`;
  if (fault._tag === 'Bandwidth' && fault.bytesPerSecond === 0) return 'Bandwidth (0)';
  if (fault._tag === 'SlowAccept' && effectOf(fault) === 'late') return 'SlowAccept (late)';
  return fault._tag;
}
