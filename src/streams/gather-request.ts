import type { SecureContext } from 'node:tls';

import type { UpgradeRequest } from './connection.js';
import type { RequestUrl } from './request-url.js';
import type { AttemptSettings } from './settings.js';

/** All that one attempt needs to know. */
export interface AttemptRequest {
  readonly url: RequestUrl;
  readonly upgrade: UpgradeRequest;
  /** Absent for `ws:`. */
  readonly context: SecureContext | undefined;
}

/**
 * Asks every function and reads every file that gives an option of this attempt.
 *
 * @throws OptionTypeError or OptionRangeError for a wrong value, ProviderFailure for a function
 * that fails.
 */
export async function gatherRequest(
  settings: AttemptSettings,
  attempt: number,
  signal: AbortSignal,
): Promise<AttemptRequest> {
  const [url, headers] = await Promise.all([
    settings.url(attempt, signal),
    settings.headers(attempt, signal),
  ]);
  return {
    url,
    upgrade: {
      href: url.href,
      target: url.target,
      headers,
      protocols: settings.protocols,
      origin: settings.origin,
    },
    context: url.secure ? await settings.tls.contexts.load() : undefined,
  };
}
