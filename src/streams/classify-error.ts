import { isOptionError } from '../errors/option-error.js';
import { LineEnded } from '../tls/guard-line.js';
import { LookupFailure } from '../tls/lookup.js';
import { toTlsFailure } from '../tls/tls-failure.js';
import { ProxyRefusal } from '../tls/tunnel.js';
import type { Ending, NetworkFailed, Phase } from './ending.js';
import { ProviderFailure } from './per-attempt.js';

/** How far an attempt had come, and where it was headed. */
export interface Progress {
  readonly phase: Phase;
  readonly target: string | undefined;
  /** The host and port of the proxy, where there is one. */
  readonly proxy?: string | undefined;
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
  if (tls !== undefined) {
    return {
      _tag: 'TlsFailed',
      ...tls,
      ...(phase === 'proxy' ? ofProxy(tls.advice) : {}),
      ...fields,
    };
  }
  if (error instanceof ProxyRefusal) {
    const { status, statusText, headers } = error;
    const answer = { proxy: progress.proxy ?? '', status, statusText, headers };
    return { _tag: 'ProxyRefused', by: 'network', phase: 'proxy', ...answer, ...fields };
  }
  if (error instanceof LookupFailure) {
    const errno = errnoOf(error.cause);
    const told = errno === undefined ? {} : { errno };
    const { cause } = error;
    return { _tag: 'NetworkFailed', by: 'network', phase, kind: 'dns', ...told, ...fields, cause };
  }
  if (error instanceof LineEnded) {
    return { _tag: 'NetworkFailed', by: 'network', phase, kind: 'ended', ...fields };
  }
  const errno = errnoOf(error);
  if (phase === 'upgrade' && (errno === undefined || errno.startsWith('HPE_'))) {
    const violation = error instanceof Error ? error.message : String(error);
    return { _tag: 'UpgradeInvalid', by: 'server', phase, violation, ...fields };
  }
  if (errno === 'ECONNRESET' && !('syscall' in (error as Error))) {
    // Node's own word for a FIN before the handshake was over; the system says in which call it was reset.
    return { _tag: 'NetworkFailed', by: 'network', phase, kind: 'ended', ...fields };
  }
  return {
    _tag: 'NetworkFailed',
    by: 'network',
    phase,
    kind: KINDS.get(errno) ?? 'other',
    ...(errno === undefined ? {} : { errno }),
    ...fields,
  };
}

/** The same advice, but about the proxy and its options. */
function ofProxy(advice: string): { readonly phase: 'proxy'; readonly advice: string } {
  const about = advice.replaceAll(/\bserver\b/g, 'proxy').replaceAll(/\btls\./g, 'proxy.tls.');
  return { phase: 'proxy', advice: about };
}

function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
