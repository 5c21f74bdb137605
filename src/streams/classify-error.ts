import { isOptionError } from '../errors/option-error.js';
import { toTlsFailure } from '../tls/tls-failure.js';
import type { Ending, NetworkFailed, Phase } from './ending.js';
import { ProviderFailure } from './per-attempt.js';

/** How far an attempt had come, and where it was headed. */
export interface Progress {
  readonly phase: Phase;
  readonly target: string | undefined;
  readonly uptime: number;
}

const KINDS: ReadonlyMap<string | undefined, NetworkFailed['kind']> = new Map([
  ['ENOTFOUND', 'dns'],
  ['EAI_AGAIN', 'dns'],
  ['ECONNREFUSED', 'refused'],
  ['ECONNRESET', 'reset'],
  ['ECONNABORTED', 'reset'],
  ['EPIPE', 'reset'],
  ['ETIMEDOUT', 'unreachable'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['EHOSTDOWN', 'unreachable'],
  ['ENETDOWN', 'unreachable'],
  ['EADDRNOTAVAIL', 'unreachable'],
]);

/**
 * Gives the ending for an error that an attempt or a connection met with.
 *
 * @param error - What was thrown, rejected or emitted.
 * @param progress - How far it had come.
 * @returns The ending, with the error as its cause.
 */
export function classifyError(error: unknown, progress: Progress): Ending {
  const { phase, uptime } = progress;
  const fields = {
    uptime,
    cause: error,
    ...(progress.target === undefined ? {} : { target: progress.target }),
  };
  if (isOptionError(error)) {
    return {
      _tag: 'OptionsInvalid',
      by: 'client',
      phase: 'options',
      option: error.option,
      ...fields,
    };
  }
  if (error instanceof ProviderFailure) {
    const { option, cause } = error;
    return { _tag: 'ProviderFailed', by: 'client', phase: 'options', option, ...fields, cause };
  }
  // A client certificate that TLS 1.3 refuses shows only after the handshake (RFC 8446 section 4.4.2).
  const tls = toTlsFailure(error);
  if (tls !== undefined) return { _tag: 'TlsFailed', ...tls, ...fields };
  const errno = errnoOf(error);
  if (phase === 'upgrade' && (errno === undefined || errno.startsWith('HPE_'))) {
    const violation = error instanceof Error ? error.message : String(error);
    return { _tag: 'UpgradeInvalid', by: 'server', phase, violation, ...fields };
  }
  return {
    _tag: 'NetworkFailed',
    by: 'network',
    phase,
    kind: phase === 'dns' ? 'dns' : (KINDS.get(errno) ?? 'other'),
    ...(errno === undefined ? {} : { errno }),
    ...fields,
  };
}

function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
