import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** A proxy would not connect us to the server (RFC 9110 section 9.3.6). */
export class ProxyRefusal extends Error {
  override readonly name = 'ProxyRefusal';
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;

  constructor({ statusCode = 0, statusMessage = '', headers }: IncomingMessage) {
    super(`The proxy answered with HTTP ${statusCode}`);
    this.status = statusCode;
    this.statusText = statusMessage;
    // A parsed message has no header without a value, whatever the type says.
    this.headers = headers as ProxyRefusal['headers'];
  }
}

/**
 * Asks the proxy at the other end of `socket` to connect it to a server.
 *
 * @param socket - A connected socket on which nothing was said yet.
 * @param authority - The server's host and port.
 * @param authorization - The value of `Proxy-Authorization`, if there are credentials.
 * @returns Resolves once what is written to the socket goes to the server.
 * @throws ProxyRefusal, or the error of the request.
 */
export function openTunnel(
  socket: Socket,
  authority: string,
  authorization: string | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const connect = request({
      method: 'CONNECT',
      path: authority,
      createConnection: () => socket,
      headers: {
        host: authority,
        ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
      },
    });
    connect.once('error', reject);
    connect.once('connect', (response, _socket, head) => {
      // Whatever the proxy sent beyond its answer comes from the server.
      if (head.length > 0) socket.unshift(head);
      if (isSuccessful(response.statusCode)) resolve();
      else reject(new ProxyRefusal(response));
    });
    connect.end();
  });
}

// RFC 9110 section 9.3.6: any 2xx means that there is a tunnel.
function isSuccessful(status = 0): boolean {
  return status >= 200 && status < 300;
}
