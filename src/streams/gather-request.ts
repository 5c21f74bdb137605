import type { ProxyDial } from '../tls/dial.js';
import type { SecureLineOptions } from '../tls/secure-line.js';
import type { UpgradeRequest } from './connection.js';
import type { ProxySettings } from './proxy-settings.js';
import type { RequestUrl } from './request-url.js';
import type { AttemptSettings } from './settings.js';

/** All that one attempt needs to know. */
export interface AttemptRequest {
  readonly url: RequestUrl;
  readonly upgrade: UpgradeRequest;
  /** Absent for `ws:`. */
  readonly tls: SecureLineOptions | undefined;
  /** Absent for a direct connection. */
  readonly proxy: ProxyDial | undefined;
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
  const cursor = settings.cursor?.value;
  const [url, headers] = await Promise.all([
    settings.url(attempt, signal, cursor),
    settings.headers(attempt, signal, cursor),
  ]);
  const profile = url.secure ? await settings.tls(attempt, signal, cursor) : undefined;
  return {
    url,
    upgrade: {
      href: url.href,
      target: url.target,
      headers,
      protocols: settings.protocols,
      origin: settings.origin,
    },
    tls: await profile?.load(),
    proxy: settings.proxy && (await gatherProxy(settings.proxy, url)),
  };
}

async function gatherProxy(
  { choose, tls }: ProxySettings,
  { href }: RequestUrl,
): Promise<ProxyDial | undefined> {
  const proxy = await choose(new URL(href));
  return proxy && { ...proxy, tls: proxy.secure ? await tls.load() : undefined };
}
