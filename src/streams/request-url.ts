import { show } from '../errors/option-checks.js';
import { OptionRangeError, OptionTypeError } from '../errors/option-error.js';

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'ws:': 80, 'wss:': 443 };

/** A URL that was checked, and what follows from it. */
export interface RequestUrl {
  readonly href: string;
  /** Whether the scheme is `wss`. */
  readonly secure: boolean;
  /** A host name or an IP address, an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Host and port for messages: never the rest of the URL, which may hold a secret. */
  readonly target: string;
}

/**
 * Checks a WebSocket URI (RFC 6455 section 3).
 *
 * @throws OptionTypeError if it is no string or URL, OptionRangeError if it is not `ws:` or `wss:`
 * or has a fragment. The message does not repeat the URL.
 */
export function checkUrl(option: string, value: unknown): RequestUrl {
  if (typeof value !== 'string' && !(value instanceof URL)) {
    throw new OptionTypeError(option, `must be a string or a URL, got ${show(value)}`);
  }
  const url = parse(value);
  if (url === undefined) throw new OptionRangeError(option, 'is not a valid URL');
  const defaultPort = DEFAULT_PORTS[url.protocol];
  if (defaultPort === undefined) {
    throw new OptionRangeError(
      option,
      `must have the scheme ws: or wss:, got ${show(url.protocol)}`,
    );
  }
  // An empty fragment leaves no hash, but is one all the same.
  if (url.hash !== '' || url.href.endsWith('#')) {
    throw new OptionRangeError(option, 'must not have a fragment (RFC 6455 section 3)');
  }
  const port = url.port === '' ? defaultPort : Number(url.port);
  return {
    href: url.href,
    secure: url.protocol === 'wss:',
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port,
    target: `${url.hostname}:${port}`,
  };
}

function parse(value: string | URL): URL | undefined {
  try {
    return new URL(value);
  } catch {
    return undefined;
  }
}
