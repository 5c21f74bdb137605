import { adviceFor, pinAdvice } from './tls-advice.js';
import type { PolicyError } from './peer.js';
import { VerificationError } from './verification-error.js';

/** What a failure of TLS comes down to. */
export interface TlsFailure {
  /** Who ended it: the server by an alert, or a check of ours. */
  readonly by: 'server' | 'policy';
  readonly phase: 'tls' | 'verify';
  /** OpenSSL's or Node's code. */
  readonly reason: string;
  /** The number of the alert that the server sent, where it sent one. */
  readonly alert?: number;
  readonly policyErrors: readonly PolicyError[];
  /** The pins of the server's chain, leaf first; empty when it was not looked at. */
  readonly pins: readonly string[];
  /** One sentence on what to do about it. */
  readonly advice: string;
}

/** Reads `error` as a failure of TLS; gives undefined when it is none (a reset line, say). */
export function toTlsFailure(error: unknown): TlsFailure | undefined {
  if (error instanceof VerificationError) {
    const { reason, policyErrors, pins } = error;
    const advice = reason === 'PIN_MISMATCH' ? pinAdvice(pins) : adviceFor(reason);
    return { by: 'policy', phase: 'verify', reason, policyErrors, pins, advice };
  }
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') {
    return undefined;
  }
  const { code } = error;
  if (code !== 'EPROTO' && !code.startsWith('ERR_SSL_') && !code.startsWith('ERR_TLS_')) {
    return undefined;
  }
  const number = opensslReason(error.message);
  const alert = number !== undefined && number >= FIRST_ALERT ? number - FIRST_ALERT : undefined;
  return {
    by: alert === undefined ? 'policy' : 'server',
    phase: 'tls',
    reason: code,
    ...(alert === undefined ? {} : { alert }),
    policyErrors: [],
    pins: [],
    advice: adviceFor(code, number),
  };
}

// OpenSSL numbers the alerts that it receives 1000 and up (SSL_AD_REASON_OFFSET in ssl.h).
const FIRST_ALERT = 1000;

// An OpenSSL 3 error number holds the library above bit 23 and the reason below; 20 is SSL (err.h).
const ERROR_NUMBER = /error:([0-9A-F]{8}):/;
const REASON_BITS = 23;
const SSL_LIBRARY = 20;

/** Gives OpenSSL's reason number from a message: its text differs from version to version. */
function opensslReason(message: string): number | undefined {
  const hexadecimal = ERROR_NUMBER.exec(message)?.[1];
  if (hexadecimal === undefined) return undefined;
  const number = Number.parseInt(hexadecimal, 16);
  return number >>> REASON_BITS === SSL_LIBRARY ? number & (2 ** REASON_BITS - 1) : undefined;
}
