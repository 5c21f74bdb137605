import type { Ending, PeerEvidence, PolicyError } from '../../../src/index.js';

/** What came of a dial: codes and numbers, without texts, times and causes. */
export type Result = Readonly<Record<string, unknown>>;

/** Stands for the codes that are made of OpenSSL's texts, which differ from version to version. */
const OPENSSL = 'OPENSSL';

/** The connection opens. */
export function opens(
  protocol: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3',
  acceptedBy: PeerEvidence['acceptedBy'] = 'chain',
): Result {
  return { _tag: 'Open', protocol, acceptedBy };
}

/** The certificate is refused by a check of ours. */
export function refused(reason: string, ...policyErrors: readonly PolicyError[]): Result {
  return { _tag: 'TlsFailed', by: 'policy', phase: 'verify', reason, policyErrors };
}

/** The chain is refused. */
export function badChain(reason: string): Result {
  return refused(reason, 'chain');
}

/** The certificate is for another name. */
export const WRONG_NAME: Result = refused('ERR_TLS_CERT_ALTNAME_INVALID', 'name-mismatch');

/** The server ends the handshake with an alert. */
export function alerted(alert: number): Result {
  const openssl = 1000 + alert;
  const reason = OPENSSL;
  return {
    _tag: 'TlsFailed',
    by: 'server',
    phase: 'tls',
    reason,
    alert,
    openssl,
    policyErrors: [],
  };
}

/** Our OpenSSL ends the handshake, for one of its reasons (sslerr.h). */
export function broken(openssl: number): Result {
  const reason = OPENSSL;
  return { _tag: 'TlsFailed', by: 'policy', phase: 'tls', reason, openssl, policyErrors: [] };
}

/** Node ends the handshake. */
export function brokenByNode(reason: string): Result {
  return { _tag: 'TlsFailed', by: 'policy', phase: 'tls', reason, policyErrors: [] };
}

/** The line goes away. */
export function lost(phase: string, kind: 'reset' | 'ended', errno?: string): Result {
  const fields = { _tag: 'NetworkFailed', by: 'network', phase, kind };
  return errno === undefined ? fields : { ...fields, errno };
}

/** Time is up. */
export function timedOut(phase: string): Result {
  return { _tag: 'TimedOut', by: 'policy', phase, option: 'connectTimeout' };
}

/** Our options are refused before anything is dialled. */
export function optionRefused(option: string): Result {
  return { _tag: 'OptionsInvalid', by: 'client', phase: 'options', option };
}

const TELLING: ReadonlySet<string> = new Set([
  '_tag',
  'by',
  'phase',
  'reason',
  'alert',
  'policyErrors',
  'kind',
  'errno',
  'option',
  'status',
]);

/** Gives what is telling of an ending. */
export function resultOf(ending: Ending): Result {
  const telling = Object.fromEntries(Object.entries(ending).filter(([name]) => TELLING.has(name)));
  const code = codeOf(ending);
  if (code !== 'EPROTO' && !code.startsWith('ERR_SSL_')) return telling;
  return { ...telling, reason: OPENSSL, openssl: opensslReason(ending.cause) };
}

/** Gives the code of an ending as it stands, for the reader of the table. */
export function codeOf(ending: Ending): string {
  return ending._tag === 'TlsFailed' ? ending.reason : '';
}

/** The lower bits of OpenSSL's error number, which is the same in each of its versions. */
function opensslReason(cause: unknown): number | undefined {
  const found = /error:[0-9A-F]{2}([0-9A-F]{6}):/.exec(String(cause))?.[1];
  return found === undefined ? undefined : Number.parseInt(found, 16) & 0x7f_ffff;
}
