import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';

/** Where a server of the test kit listens. */
export interface ListenOptions {
  /**
   * The address to listen on.
   *
   * @defaultValue `'127.0.0.1'`
   */
  readonly host?: string | undefined;
  /**
   * The TCP port; 0 takes a free one. Give the port of a closed server to come back on it.
   *
   * @defaultValue 0
   */
  readonly port?: number | undefined;
}

/** A server that listens, with every socket it holds. */
export interface Listening {
  /** The port it got. */
  readonly port: number;
  /** The address as it stands in a URL, IPv6 in brackets, with the port. */
  readonly authority: string;
  /** What went wrong with TLS handshakes, oldest first. */
  readonly handshakeErrors: readonly Error[];
  /** The TCP socket beneath `socket`: what TLS runs on, or `socket` itself. */
  readonly tcpSocketOf: (socket: Socket) => Socket;
  /** Destroys every socket and frees the port. */
  readonly close: () => Promise<void>;
}

/** Makes `server` listen, and sees to it that no error of a socket is left without a listener. */
export async function listen(
  server: Server,
  { host = '127.0.0.1', port = 0 }: ListenOptions,
): Promise<Listening> {
  const sockets = new Map<Socket, string>();
  const handshakeErrors: Error[] = [];
  server.on('connection', (socket) => {
    sockets.set(socket, remoteOf(socket));
    socket.on('error', ignore);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('secureConnection', (socket: Socket) => socket.on('error', ignore));
  server.on('tlsClientError', (error: Error, socket: Socket) => {
    handshakeErrors.push(error);
    socket.on('error', ignore);
  });
  server.listen(port, host);
  await once(server, 'listening');
  server.on('error', ignore);
  // Only a server on a pipe has no port, and `listen` was given one.
  const { port: bound } = server.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  return {
    port: bound,
    authority: `${host.includes(':') ? `[${host}]` : host}:${bound}`,
    handshakeErrors,
    tcpSocketOf(socket) {
      let found = socket;
      // TLS hides the socket it runs on; both have the same peer.
      for (const [tcp, remote] of sockets) if (remote === remoteOf(socket)) found = tcp;
      return found;
    },
    close: () =>
      (closed ??= new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets.keys()) socket.destroy();
      })),
  };
}

/** Does nothing: for errors that show in another way, as the end of the connection. */
export function ignore(): undefined {
  return undefined;
}

function remoteOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}
