import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { handled } from './mailbox.js';

/** The head of an HTTP request, as it came. */
export interface RequestHead {
  /** The method, `GET` in an opening handshake. */
  readonly method: string;
  /** The request target: path and query, or `host:port` of a CONNECT. */
  readonly url: string;
  /** The fields by lower-case name; a repeated one is joined with `', '`. */
  readonly headers: Readonly<Record<string, string>>;
  /** What came after the empty line. */
  readonly rest: Buffer;
}

/**
 * Gives the `Sec-WebSocket-Accept` that answers a `Sec-WebSocket-Key` (RFC 6455, 4.2.2).
 *
 * @param key - The value of the request's field.
 * @returns The value for the answer's field.
 *
 * @example
 * ```ts
 * import { acceptKey } from 'rx-wss/testing';
 *
 * acceptKey('dGhlIHNhbXBsZSBub25jZQ=='); // 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
 * ```
 */
export function acceptKey(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}

/**
 * Reads one HTTP request head from a raw socket.
 *
 * @remarks
 * Call it in the listener of a {@link createRawServer}, before anything was read. The bytes that
 * follow the head are in {@link RequestHead.rest}; later ones are for the next `data` listener.
 *
 * @param socket - The TCP or TLS socket.
 * @returns The head. It rejects when the socket ends before the head is whole.
 *
 * @example
 * ```ts
 * import { createRawServer, readRequestHead } from 'rx-wss/testing';
 *
 * await using server = await createRawServer(async ({ socket }) => {
 *   const head = await readRequestHead(socket);
 *   socket.end(`HTTP/1.1 ${head.url === '/down' ? 503 : 404} No\r\nContent-Length: 0\r\n\r\n`);
 * });
 * ```
 */
export function readRequestHead(socket: Duplex): Promise<RequestHead> {
  const head = new Promise<RequestHead>((resolve, reject) => {
    let received = Buffer.alloc(0);
    const onData = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) return;
      release();
      resolve(parseHead(received.toString('latin1', 0, end), received.subarray(end + 4)));
    };
    const onClose = (): void => {
      release();
      reject(new Error(`the socket closed after ${received.length} bytes of a request head`));
    };
    const release = (): void => {
      socket.off('data', onData).off('end', onClose).off('close', onClose);
    };
    socket.on('data', onData).on('end', onClose).on('close', onClose);
  });
  return handled(head);
}

/**
 * Answers an opening handshake correctly, so that a raw socket becomes a WebSocket peer that writes
 * whatever bytes a spec wants.
 *
 * @param socket - The socket that the request came on.
 * @param head - The request, from {@link readRequestHead}.
 * @param extraHeaders - More fields, e.g. `{ 'Sec-WebSocket-Protocol': 'feed.v1' }`; one named
 * like a field of the answer replaces it, such as a wrong `Sec-WebSocket-Accept`.
 *
 * @example
 * ```ts
 * import { acceptUpgrade, createRawServer, frame, readRequestHead } from 'rx-wss/testing';
 *
 * await using server = await createRawServer(async ({ socket }) => {
 *   acceptUpgrade(socket, await readRequestHead(socket));
 *   socket.write(frame({ opcode: 1, rsv: 4, payload: 'RSV1 without an extension' }));
 * });
 * ```
 */
export function acceptUpgrade(
  socket: Duplex,
  head: Pick<RequestHead, 'headers'>,
  extraHeaders: Readonly<Record<string, string>> = {},
): void {
  const fields: Record<string, string> = {
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Accept': acceptKey(head.headers['sec-websocket-key'] ?? ''),
    ...extraHeaders,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
}

function parseHead(text: string, rest: Buffer): RequestHead {
  const [requestLine = '', ...lines] = text.split('\r\n');
  const [method = '', url = ''] = requestLine.split(' ');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const earlier = headers[name];
    headers[name] = earlier === undefined ? value : `${earlier}, ${value}`;
  }
  return { method, url, headers, rest };
}
