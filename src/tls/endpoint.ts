import { show } from '../errors/option-checks.js';
import { OptionRangeError, OptionTypeError } from '../errors/option-error.js';

/** Where a URL points to. */
export interface Endpoint {
  /** A host name or an IP address, an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Host and port for messages: never the rest of the URL, which may hold a secret. */
  readonly target: string;
}

/** The schemes that a URL may have. */
export interface Schemes {
  /** The scheme without TLS, with its colon, and its port. */
  readonly plain: readonly [scheme: string, port: number];
  /** The scheme with TLS, with its colon, and its port. */
  readonly secure: readonly [scheme: string, port: number];
}

/** A URL with one of the two schemes, and where it points to. */
export interface ReadUrl {
  readonly url: URL;
  /** Whether it has the scheme with TLS. */
  readonly isSecure: boolean;
  readonly endpoint: Endpoint;
}

/**
 * Reads a URL that has one of two schemes.
 *
 * @throws OptionTypeError if it is no string or URL, OptionRangeError if it is not valid or has
 * another scheme. The message does not repeat the URL.
 */
export function readUrl(option: string, value: unknown, { plain, secure }: Schemes): ReadUrl {
  if (typeof value !== 'string' && !(value instanceof URL)) {
    throw new OptionTypeError(option, `must be a string or a URL, got ${show(value)}`);
  }
  if (!URL.canParse(String(value))) throw new OptionRangeError(option, 'is not a valid URL');
  const url = new URL(value);
  const isSecure = url.protocol === secure[0];
  if (!isSecure && url.protocol !== plain[0]) {
    throw new OptionRangeError(
      option,
      `must have the scheme ${plain[0]} or ${secure[0]}, got ${show(url.protocol)}`,
    );
  }
  const port = url.port === '' ? (isSecure ? secure : plain)[1] : Number(url.port);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { url, isSecure, endpoint: { host, port, target: `${url.hostname}:${port}` } };
}
