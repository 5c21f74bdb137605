import type { Ending } from './ending.js';

const UNAUTHORIZED_STATUS = 401;

// 3000 is in IANA's registry of close codes; 4401 is the custom of adding 4000 to the HTTP status.
const UNAUTHORIZED_CODES: ReadonlySet<number> = new Set([3000, 4401]);

/**
 * Tells whether the server turned down the credentials: whether the same attempt may succeed with
 * fresh ones.
 *
 * @remarks
 * It did so with
 *
 * - `UpgradeRefused` with HTTP status 401 (RFC 9110 section 15.5.2);
 * - `Closed` by the server with 3000, which is "Unauthorized" in IANA's WebSocket Close Code Number
 *   Registry, or with 4401, which is 401 among the codes for private use (RFC 6455 section 7.4.2)
 *   and what graphql-ws closes with.
 *
 * A 403 says that the credentials are known and do not suffice, a 407 is the proxy's.
 *
 * @param ending - How the connection, or the attempt at one, ended.
 * @returns `true` when other credentials may help.
 *
 * @example
 * ```ts
 * import { isUnauthorized } from 'rx-wss';
 *
 * isUnauthorized({
 *   _tag: 'Closed',
 *   by: 'server',
 *   phase: 'open',
 *   uptime: 3_600_000,
 *   code: 4401,
 *   reason: 'token expired',
 *   wasClean: true,
 * }); // true
 * ```
 */
export function isUnauthorized(ending: Ending): boolean {
  switch (ending._tag) {
    case 'UpgradeRefused':
      return ending.status === UNAUTHORIZED_STATUS;
    case 'Closed':
      return ending.by === 'server' && UNAUTHORIZED_CODES.has(ending.code);
    default:
      return false;
  }
}
