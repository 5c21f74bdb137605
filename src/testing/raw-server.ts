import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { type ListenOptions, listen } from './loopback.js';
import { handled } from './mailbox.js';
import { resetSocket } from './reset-socket.js';

/** Where a raw server listens, and whether it speaks TLS. */
export interface RawServerOptions extends ListenOptions {
  /** Options of node:tls; without them it is plain TCP. */
  readonly tls?: TlsOptions | undefined;
  /**
   * Whether a connection whose client has ended its half stays open until the server ends its own.
   *
   * @defaultValue `false`
   */
  readonly allowHalfOpen?: boolean | undefined;
}

/** How a raw connection ended. */
export interface RawEnding {
  /** The error of the socket, e.g. `ECONNRESET`; undefined after a clean end. */
  readonly error: Error | undefined;
}

/** One connection to a raw server. */
export interface RawConnection {
  /** The TCP or TLS socket, to write on, to pause, to end. */
  readonly socket: Socket;
  /** The TCP socket beneath: `socket` itself unless it is TLS. */
  readonly tcpSocket: Socket;
  /** What was received so far; over TLS the decrypted bytes. */
  readonly received: Buffer;
  /** The length of {@link RawConnection.received} in bytes. */
  readonly bytesReceived: number;
  /** Settles when the socket is gone. */
  readonly closed: Promise<RawEnding>;
  /** Gives what was received as soon as `test` holds for it; rejects when the socket closes. */
  receivedUntil(test: (received: Buffer) => boolean): Promise<Buffer>;
  /** Ends the connection with a TCP reset (RST). */
  reset(): void;
}

/** A running TCP or TLS server that says nothing by itself. */
export interface RawServer extends AsyncDisposable {
  /** The port it listens on. */
  readonly port: number;
  /** `host:port`, IPv6 in brackets. */
  readonly authority: string;
  /** `ws://host:port`, or `wss://host:port` with TLS. */
  readonly url: string;
  /** Every connection so far, closed ones too; over TLS those whose handshake succeeded. */
  readonly connections: readonly RawConnection[];
  /** The bytes that all connections received; over TLS the decrypted ones. */
  readonly bytesReceived: number;
  /** Why TLS handshakes failed, oldest first. */
  readonly handshakeErrors: readonly Error[];
  /** What the listener threw or rejected with, oldest first. */
  readonly scriptErrors: readonly unknown[];
  /** Destroys every connection and frees the port. */
  close(): Promise<void>;
}

/**
 * Starts a TCP or TLS server on loopback that hands out raw sockets: for peers that misbehave
 * before, during or after the opening handshake.
 *
 * @remarks
 * Everything that arrives is kept and counted. No socket error is ever left without a listener. A
 * listener that throws, or whose promise rejects, destroys its connection; the reason is kept in
 * {@link RawServer.scriptErrors}.
 *
 * @param listener - Called with each connection, over TLS after the TLS handshake.
 * @param options - Where to listen, and TLS.
 * @returns The server, listening.
 * @throws Error of node:net (as a rejection) when it cannot listen, e.g. `EADDRINUSE`.
 *
 * @example
 * ```ts
 * import { createRawServer } from 'rx-wss/testing';
 *
 * // Accepts and never answers.
 * await using silent = await createRawServer(() => undefined);
 * // Resets in the middle of the answer.
 * await using rude = await createRawServer((connection) => {
 *   connection.socket.write('HTTP/1.1 101 Swit', () => connection.reset());
 * });
 * ```
 */
export async function createRawServer(
  listener: (connection: RawConnection) => unknown,
  options: RawServerOptions = {},
): Promise<RawServer> {
  const { tls, allowHalfOpen = false } = options;
  const connections: RawConnection[] = [];
  const scriptErrors: unknown[] = [];
  const server =
    tls === undefined
      ? createServer({ allowHalfOpen })
      : createTlsServer({ allowHalfOpen, ...tls });
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    const connection = createRawConnection(socket, listening.tcpSocketOf(socket));
    connections.push(connection);
    // A promise's executor turns a throw into a rejection like any other.
    new Promise((resolve) => resolve(listener(connection))).catch((reason: unknown) => {
      scriptErrors.push(reason);
      socket.destroy();
    });
  });
  const listening = await listen(server, options);
  const { port, authority, handshakeErrors, close } = listening;
  return {
    port,
    authority,
    url: `${tls === undefined ? 'ws' : 'wss'}://${authority}`,
    connections,
    handshakeErrors,
    scriptErrors,
    get bytesReceived() {
      return connections.reduce((sum, each) => sum + each.bytesReceived, 0);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function createRawConnection(socket: Socket, tcpSocket: Socket): RawConnection {
  const chunks: Buffer[] = [];
  let bytesReceived = 0;
  let error: Error | undefined;
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bytesReceived += chunk.length;
  });
  socket.on('error', (reason: Error) => (error = reason));
  const closed = new Promise<RawEnding>((resolve) => {
    socket.once('close', () => resolve({ error }));
  });
  const received = (): Buffer => Buffer.concat(chunks);
  return {
    socket,
    tcpSocket,
    closed,
    get received() {
      return received();
    },
    get bytesReceived() {
      return bytesReceived;
    },
    receivedUntil(test) {
      return handled(
        new Promise((resolve, reject) => {
          const check = (): void => {
            if (test(received())) {
              socket.off('data', check);
              resolve(received());
            }
          };
          socket.on('data', check);
          void closed.then(() => reject(new Error(`closed after ${bytesReceived} bytes`)));
          check();
        }),
      );
    },
    reset: () => resetSocket(tcpSocket, socket),
  };
}
