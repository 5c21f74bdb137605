import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';

/** What a proxy does. */
export interface ConnectProxyOptions {
  /** Makes it an `https:` proxy. */
  readonly tls?: TlsOptions | undefined;
  /** The value of `Proxy-Authorization` that it wants; without it, it answers with 407. */
  readonly authorization?: string | undefined;
  /** Answers with this status and connects nobody. */
  readonly status?: number | undefined;
}

/** A proxy that connects to whatever it is asked for, on loopback. */
export interface ConnectProxy {
  readonly port: number;
  /** What it was asked for so far. */
  readonly requests: readonly {
    readonly target: string | undefined;
    readonly authorization: string | undefined;
  }[];
  /** Destroys every line and frees the port. */
  close(): Promise<void>;
}

/** Starts a proxy that knows CONNECT (RFC 9110 section 9.3.6) and nothing else. */
export async function createConnectProxy(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const { tls, authorization, status } = options;
  const requests: { target: string | undefined; authorization: string | undefined }[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
  };
  const server = tls === undefined ? createServer() : createTlsServer(tls);
  server.on('connection', keep);
  server.on('secureConnection', keep);
  server.on('tlsClientError', () => undefined);
  server.on('connect', ({ url, headers }: IncomingMessage, client: Socket) => {
    const given = headers['proxy-authorization'];
    requests.push({ target: url, authorization: given });
    const refused = status ?? (given === authorization ? undefined : 407);
    if (refused !== undefined) {
      client.end(`HTTP/1.1 ${refused} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    // Whatever the name, it is on loopback.
    const port = Number(url?.replace(/.*:/, ''));
    const target = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(client).pipe(target);
    });
    keep(target);
    target.once('close', () => client.destroy());
    client.once('close', () => target.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}
