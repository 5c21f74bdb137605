import { createServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { type ListenOptions, listen } from './loopback.js';
import { createMailbox } from './mailbox.js';
import type { WssConnection } from './wss-connection.js';
import { toWssRequest, type WssRequest } from './wss-request.js';
import { createUpgrader, type WssProtocolOptions } from './wss-upgrader.js';

/** An HTTP answer that refuses an opening handshake. */
export interface Refusal {
  /** The HTTP status, e.g. 401. */
  readonly status: number;
  /** More fields, e.g. `{ 'Retry-After': '2' }`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * The body.
   *
   * @defaultValue `''`
   */
  readonly body?: string | undefined;
}

/** What a test server does. */
export interface WssServerOptions extends ListenOptions, WssProtocolOptions {
  /**
   * Options of node:tls, which make it a `wss://` server: `cert` (the whole chain) and `key`; `ca` and
   * `requestCert` to ask for client certificates; `minVersion`, `ciphers` and so on.
   */
  readonly tls?: TlsOptions | undefined;
  /**
   * Looks at each opening handshake, and accepts it with `undefined` or refuses it; a promise makes
   * the client wait. A throw is answered with 500.
   */
  readonly onRequest?:
    ((request: WssRequest) => Refusal | undefined | Promise<Refusal | undefined>) | undefined;
  /** Called with each connection, before any of its messages. A throw is not caught. */
  readonly onConnection?: ((connection: WssConnection) => void) | undefined;
}

/** A running WebSocket server. */
export interface WssServer extends AsyncDisposable {
  /** `ws://host:port`, or `wss://host:port` with TLS. */
  readonly url: string;
  /** The port it listens on. */
  readonly port: number;
  /** The connections that are open. */
  readonly connections: ReadonlySet<WssConnection>;
  /** How many connections were accepted so far. */
  readonly accepted: number;
  /** Every opening handshake so far, refused ones too. */
  readonly requests: readonly WssRequest[];
  /** Why TLS handshakes failed, oldest first. */
  readonly handshakeErrors: readonly Error[];
  /** Gives the oldest connection that no earlier call gave; rejects when the server closes. */
  nextConnection(): Promise<WssConnection>;
  /** Destroys every connection, waits until they are gone, and frees the port. */
  close(): Promise<void>;
}

/**
 * Starts a WebSocket server on loopback, over TLS when asked, that a spec scripts: it refuses
 * handshakes, sends fragments, drops lines, and says what it saw.
 *
 * @remarks
 * No error of a socket is ever left without a listener, and nothing is left after `close()`. To
 * restart a server, close it and start another one on its `port`. Peers that break the protocol are
 * made with {@link createRawServer}.
 *
 * @param options - Where to listen, TLS, subprotocols and the two hooks.
 * @returns The server, listening.
 * @throws Error of node:net or node:tls (as a rejection) when it cannot listen, e.g. `EADDRINUSE`.
 *
 * @example
 * ```ts
 * import { createWssServer } from 'rx-wss/testing';
 *
 * await using server = await createWssServer({
 *   onRequest: ({ headers }) => (headers.authorization ? undefined : { status: 401 }),
 *   onConnection: (connection) => {
 *     connection.onMessage((data, isBinary) => void connection.send(data, { isBinary }));
 *   },
 * });
 * console.log(server.url); // ws://127.0.0.1:…
 * ```
 */
export async function createWssServer(options: WssServerOptions = {}): Promise<WssServer> {
  const { tls, onRequest, onConnection } = options;
  const upgrade = createUpgrader(options);
  const connections = new Set<WssConnection>();
  const requests: WssRequest[] = [];
  const mailbox = createMailbox<WssConnection>();
  let accepted = 0;

  const server: Server = tls === undefined ? createServer() : createTlsServer(tls);
  server.on('request', (_request, response) => {
    response.writeHead(426, { Connection: 'close', Upgrade: 'websocket' }).end();
  });
  server.on('upgrade', (message: IncomingMessage, socket: Socket, head: Buffer) => {
    const request = toWssRequest(message);
    const tcpSocket = listening.tcpSocketOf(socket);
    requests.push(request);
    void answer(request).then((refusal) => {
      if (refusal !== undefined) refuse(socket, refusal);
      else upgrade({ message, request, socket, tcpSocket, head }, accept);
    });
  });

  async function answer(request: WssRequest): Promise<Refusal | undefined> {
    try {
      return (await onRequest?.(request)) ?? undefined;
    } catch (error) {
      return { status: 500, body: String(error) };
    }
  }

  function accept(connection: WssConnection): void {
    accepted += 1;
    connections.add(connection);
    void connection.closed.then(() => connections.delete(connection));
    onConnection?.(connection);
    mailbox.put(connection);
  }

  async function close(): Promise<void> {
    mailbox.fail(new Error('the server closed'));
    await listening.close();
    await Promise.all(Array.from(connections, (each) => each.closed));
  }

  const listening = await listen(server, options);
  const { port, authority, handshakeErrors } = listening;
  return {
    url: `${tls === undefined ? 'ws' : 'wss'}://${authority}`,
    port,
    connections,
    requests,
    handshakeErrors,
    get accepted() {
      return accepted;
    },
    nextConnection: () => mailbox.take(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function refuse(socket: Socket, { status, headers = {}, body = '' }: Refusal): void {
  const fields: Record<string, string> = {
    Connection: 'close',
    'Content-Length': String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
}
