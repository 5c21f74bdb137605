import { getProxyForUrl } from 'proxy-from-env';

import { checkKeys } from '../errors/option-checks.js';
import { OptionRangeError, OptionTypeError } from '../errors/option-error.js';
import { readUrl } from './endpoint.js';
import type { Endpoint, Schemes } from './endpoint.js';
import type { TlsOptions } from './tls-options.js';

/** The URL of a proxy: `http:` or `https:`, with user and password if it asks for them. */
export type ProxyUrl = string | URL;

/** Gives the proxy for a server, or nothing to connect directly. */
export type ProxyChooser = (
  target: URL,
) => ProxyUrl | undefined | PromiseLike<ProxyUrl | undefined>;

/** Which proxy to go through, and how to know it. */
export interface ProxyOptions {
  /**
   * The proxy; `'env'` to go by the environment: `HTTPS_PROXY` (for `ws:` `HTTP_PROXY`) and
   * `ALL_PROXY`, in lower or upper case, but not for the hosts of `NO_PROXY`.
   */
  readonly url: ProxyUrl | ProxyChooser;
  /** Whom to trust as the proxy, and how to prove who we are, for an `https:` proxy alone. */
  readonly tls?: TlsOptions | undefined;
}

/** A proxy that was checked. */
export interface Proxy extends Endpoint {
  /** Whether TLS is spoken with it. */
  readonly secure: boolean;
  /** The value of `Proxy-Authorization`. */
  readonly authorization: string | undefined;
}

/** Splits the short forms of the option from the long one. */
export function readProxyOptions(given: unknown): ProxyOptions {
  if (typeof given === 'string' || given instanceof URL || typeof given === 'function') {
    return { url: given as ProxyOptions['url'] };
  }
  checkKeys('proxy', given, ['url', 'tls']);
  const { url, tls } = given as { readonly url?: ProxyOptions['url']; readonly tls?: TlsOptions };
  if (url === undefined) throw new OptionTypeError('proxy.url', 'must be given, got undefined');
  return { url, tls };
}

/** Gives what the environment says of the proxy for `target`, a `ws:` or `wss:` URL. */
export function proxyFromEnvironment(target: URL): string | undefined {
  // The convention is by the scheme of HTTP that the connection begins as.
  const url = new URL(target);
  url.protocol = target.protocol === 'wss:' ? 'https:' : 'http:';
  const found = getProxyForUrl(url.href);
  if (found === '') return undefined;
  // A value without a scheme comes back with the server's; by custom it is an http: proxy.
  return NAMES.some((name) => process.env[name] === found)
    ? found
    : found.replace(/^https:/, 'http:');
}

const NAMES = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'];

/**
 * Checks the URL of a proxy.
 *
 * @throws OptionTypeError or OptionRangeError. The message does not repeat the URL, which may hold a
 * password.
 */
export function checkProxyUrl(option: string, value: unknown): Proxy {
  const { url, isSecure, endpoint } = readUrl(option, value, HTTP);
  return { ...endpoint, secure: isSecure, authorization: basicAuthorization(option, url) };
}

const HTTP: Schemes = { plain: ['http:', 80], secure: ['https:', 443] };

function basicAuthorization(option: string, { username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  try {
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(credentials).toString('base64')}`;
  } catch {
    throw new OptionRangeError(option, 'has a user or password with a broken percent-encoding');
  }
}
