import type { Closed, Ending } from './ending.js';

// The statuses that say "this request, as it is, will never be let in".
const FATAL_STATUSES: ReadonlySet<number> = new Set([400, 401, 403, 404, 407, 410]);

// The codes that name a fault of what was sent, or no fault at all (RFC 6455 section 7.4.1).
const FATAL_CODES: ReadonlySet<number> = new Set([1000, 1002, 1003, 1005, 1007, 1008, 1009, 1010]);

/**
 * Tells whether an ending is transient: whether the same attempt, made again later, may succeed.
 *
 * @remarks
 * The rule is one table. Fatal are:
 *
 * - `OptionsInvalid`: the options are wrong, and stay wrong;
 * - `Cancelled`, and `Closed` by the client: it was wanted;
 * - `TlsFailed`: what is not trusted now must not be knocked at until it is;
 * - `UpgradeInvalid`: this is no WebSocket server;
 * - `UpgradeRefused` and `ProxyRefused` with HTTP status 400, 401, 403, 404, 407 or 410;
 * - `Closed` by the server with 1000 or 1005 (a completion, not a failure), with 1002, 1003, 1007,
 *   1008, 1009 or 1010 (RFC 6455 section 7.4.1), or with 4400 to 4499 (by custom, the HTTP statuses
 *   of the client's faults);
 * - `ProtocolViolated`: the server would break the same rule again;
 * - `MessageRejected`: it would send the same messages again;
 * - `OpeningRefused`: a login that failed fails again;
 * - `Overrun`: a consumer that cannot keep up cannot keep up with the next connection either.
 *
 * Everything else is transient: `NetworkFailed` of every kind (a name that is not found may be a
 * resolver that is down), `TimedOut`, `ProviderFailed`, every other HTTP status, and every other
 * close code, such as 1001, 1006, 1011 to 1014, 3000 to 3999 and the rest of 4000 to 4999.
 *
 * @param ending - How the connection, or the attempt at one, ended.
 * @returns `true` when a retry may help, `false` when it is pointless.
 *
 * @example
 * ```ts
 * import { isTransient } from 'rx-wss';
 *
 * isTransient({
 *   _tag: 'Closed',
 *   by: 'server',
 *   phase: 'open',
 *   uptime: 60_000,
 *   code: 1012,
 *   reason: 'service restart',
 *   wasClean: true,
 * }); // true
 * ```
 */
export function isTransient(ending: Ending): boolean {
  switch (ending._tag) {
    case 'NetworkFailed':
    case 'TimedOut':
    case 'ProviderFailed':
      return true;
    case 'ProxyRefused':
    case 'UpgradeRefused':
      return !FATAL_STATUSES.has(ending.status);
    case 'Closed':
      return isTransientClose(ending);
    case 'OptionsInvalid':
    case 'Cancelled':
    case 'TlsFailed':
    case 'UpgradeInvalid':
    case 'ProtocolViolated':
    case 'MessageRejected':
    case 'OpeningRefused':
    case 'Overrun':
      return false;
  }
}

function isTransientClose({ by, code }: Closed): boolean {
  return by === 'server' && !FATAL_CODES.has(code) && !(code >= 4400 && code <= 4499);
}
