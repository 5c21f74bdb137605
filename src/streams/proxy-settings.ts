import type { Proxy, ProxyChooser } from '../tls/proxy-options.js';
import { checkProxyUrl, proxyFromEnvironment, readProxyOptions } from '../tls/proxy-options.js';
import { createTlsProfile } from '../tls/tls-profile.js';
import type { TlsProfile } from '../tls/tls-profile.js';
import { ProviderFailure } from './per-attempt.js';

/** How the proxy of an attempt is found, and how to speak TLS with it. */
export interface ProxySettings {
  /** Gives the proxy for a server, undefined to connect directly. */
  readonly choose: (target: URL) => Promise<Proxy | undefined>;
  readonly tls: TlsProfile;
}

/**
 * Checks the option `proxy`.
 *
 * @throws OptionTypeError or OptionRangeError, naming the option.
 */
export function checkProxy(given: unknown): ProxySettings | undefined {
  if (given === undefined) return undefined;
  const { url, tls: tlsOptions } = readProxyOptions(given);
  const tls = createTlsProfile('proxy.tls', tlsOptions);
  tls.check();
  if (typeof url === 'function') return { choose: (target) => ask(url, target), tls };
  if (url === 'env') return { choose: (target) => ask(proxyFromEnvironment, target), tls };
  const proxy = Promise.resolve(checkProxyUrl('proxy', url));
  return { choose: () => proxy, tls };
}

async function ask(chooser: ProxyChooser, target: URL): Promise<Proxy | undefined> {
  let chosen: unknown;
  try {
    chosen = await chooser(target);
  } catch (cause) {
    throw new ProviderFailure('proxy', cause);
  }
  return checkChosen(chosen);
}

function checkChosen(chosen: unknown): Proxy | undefined {
  return chosen === undefined ? undefined : checkProxyUrl('proxy', chosen);
}
