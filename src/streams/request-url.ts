import { OptionRangeError } from '../errors/option-error.js';
import { readUrl } from '../tls/endpoint.js';
import type { Endpoint, Schemes } from '../tls/endpoint.js';

/** A URL that was checked, and what follows from it. */
export interface RequestUrl extends Endpoint {
  readonly href: string;
  /** Whether the scheme is `wss`. */
  readonly secure: boolean;
}

const WEB_SOCKET: Schemes = { plain: ['ws:', 80], secure: ['wss:', 443] };

/**
 * Checks a WebSocket URI (RFC 6455 section 3).
 *
 * @throws OptionTypeError if it is no string or URL, OptionRangeError if it is not `ws:` or `wss:`
 * or has a fragment. The message does not repeat the URL.
 */
export function checkUrl(option: string, value: unknown): RequestUrl {
  const { url, isSecure, endpoint } = readUrl(option, value, WEB_SOCKET);
  // An empty fragment leaves no hash, but is one all the same.
  if (url.hash !== '' || url.href.endsWith('#')) {
    throw new OptionRangeError(option, 'must not have a fragment (RFC 6455 section 3)');
  }
  return { ...endpoint, href: url.href, secure: isSecure };
}
