import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { toFragments } from './fragments.js';
import { ignore } from './loopback.js';
import { createMailbox, handled } from './mailbox.js';
import { resetSocket } from './reset-socket.js';
import type { CloseStatus, ReceivedMessage, SendOptions, WssConnection } from './wss-connection.js';
import type { WssRequest } from './wss-request.js';

/** How the server's side speaks WebSocket. */
export interface WssProtocolOptions {
  /**
   * The subprotocols that the server speaks; the first one offered that is among them is chosen,
   * and none when there is none. A function chooses by itself; `undefined` chooses none.
   *
   * @defaultValue the first one offered
   */
  readonly protocols?:
    readonly string[] | ((offered: readonly string[]) => string | undefined) | undefined;
  /**
   * Whether pings are answered; `false` makes a server that looks half-open.
   *
   * @defaultValue `true`
   */
  readonly answersPings?: boolean | undefined;
  /**
   * Whether connections keep their messages; `false` is for millions of them.
   *
   * @defaultValue `true`
   */
  readonly recordsMessages?: boolean | undefined;
  /**
   * Whether permessage-deflate is accepted when the client offers it.
   *
   * @defaultValue `false`
   */
  readonly compression?: boolean | undefined;
  /**
   * The longest message accepted, in bytes.
   *
   * @defaultValue 104857600
   */
  readonly maxPayload?: number | undefined;
}

/** An opening handshake that is to be accepted. */
export interface Upgrade {
  readonly message: IncomingMessage;
  readonly request: WssRequest;
  readonly socket: Socket;
  readonly tcpSocket: Socket;
  /** What came after the request's head. */
  readonly head: Buffer;
}

/** Accepts an opening handshake; a malformed one is answered with its HTTP status and dropped. */
export type Upgrader = (
  upgrade: Upgrade,
  onConnection: (connection: WssConnection) => void,
) => void;

/** Gives the function that answers opening handshakes. The one place where ws is used. */
export function createUpgrader(options: WssProtocolOptions): Upgrader {
  const { protocols, answersPings = true, recordsMessages = true, compression = false } = options;
  const choose =
    typeof protocols === 'function'
      ? protocols
      : (offered: readonly string[]) =>
          offered.find((each) => protocols === undefined || protocols.includes(each));
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    autoPong: answersPings,
    perMessageDeflate: compression,
    handleProtocols: (offered) => choose([...offered]) ?? false,
    ...(options.maxPayload === undefined ? {} : { maxPayload: options.maxPayload }),
  });
  return (upgrade, onConnection) => {
    server.handleUpgrade(upgrade.message, upgrade.socket, upgrade.head, (webSocket) => {
      onConnection(createConnection(webSocket, upgrade, recordsMessages));
    });
  };
}

function createConnection(
  webSocket: WebSocket,
  { request, socket, tcpSocket }: Upgrade,
  recordsMessages: boolean,
): WssConnection {
  const messages: ReceivedMessage[] = [];
  const mailbox = createMailbox<ReceivedMessage>();
  let pings = 0;
  webSocket.binaryType = 'nodebuffer';
  webSocket.on('error', ignore);
  webSocket.on('ping', () => (pings += 1));
  if (recordsMessages) {
    webSocket.on('message', (data, isBinary) => {
      const message = toReceived(toBytes(data), isBinary);
      messages.push(message);
      mailbox.put(message);
    });
  }
  const closed = new Promise<CloseStatus>((resolve) => {
    webSocket.once('close', (code, reason) => {
      resolve({ code, reason: String(reason) });
    });
  });
  void closed.then((status) => mailbox.fail(closedError(status)));
  return {
    request,
    protocol: webSocket.protocol,
    messages,
    get pings() {
      return pings;
    },
    closed,
    socket,
    tcpSocket,
    nextMessage: () => mailbox.take(),
    onMessage(listener) {
      const onMessage = (data: WebSocket.RawData, isBinary: boolean): void =>
        listener(toBytes(data), isBinary);
      webSocket.on('message', onMessage);
      return () => void webSocket.off('message', onMessage);
    },
    send: (data, options = {}) => handled(send(webSocket, data, options)),
    ping: (data = '') =>
      handled(
        new Promise((resolve, reject) => {
          webSocket.once('pong', () => resolve());
          void closed.then((status) => reject(closedError(status)));
          webSocket.ping(data);
        }),
      ),
    close(code, reason) {
      webSocket.close(code, reason);
      return closed;
    },
    terminate: () => resetSocket(tcpSocket, socket),
    end: () => void socket.end(),
    pause: () => webSocket.pause(),
    resume: () => webSocket.resume(),
  };
}

async function send(
  webSocket: WebSocket,
  data: string | Uint8Array,
  options: SendOptions,
): Promise<void> {
  const { isBinary = typeof data !== 'string' } = options;
  const fragments = toFragments(Buffer.from(data), options);
  await Promise.all(
    fragments.map(
      (fragment, index) =>
        new Promise<void>((resolve, reject) => {
          const fin = index === fragments.length - 1;
          webSocket.send(fragment, { binary: isBinary, fin }, (error) =>
            error ? reject(error) : resolve(),
          );
        }),
    ),
  );
}

function closedError({ code, reason }: CloseStatus): Error {
  return new Error(`the connection closed with ${code} '${reason}'`);
}

function toReceived(data: Buffer, isBinary: boolean): ReceivedMessage {
  return {
    data,
    isBinary,
    get text() {
      return data.toString('utf8');
    },
  };
}

// With the binary type above ws gives nothing but a Buffer, which its types do not tell.
function toBytes(data: WebSocket.RawData): Buffer {
  return data as Buffer;
}
