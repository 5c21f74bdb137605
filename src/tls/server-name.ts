import { isIP } from 'node:net';

/**
 * Gives the server name to put into the ClientHello: empty for an IP address, which RFC 6066
 * section 3 does not allow there, and without the dot that may end a host name.
 */
export function serverName(host: string): string {
  return isIP(host) === 0 ? withoutFinalDot(host) : '';
}

/** Gives a host name without the dot that stands for the root of the DNS. */
export function withoutFinalDot(name: string): string {
  return name.replace(/\.$/, '');
}
