import { text, webSocket } from '../../../src/index.js';
import type { SocketOptions, SocketSubject } from '../../../src/index.js';
import type { WssServer } from '../../../src/testing/index.js';
import type { Servers } from './servers.js';

/** A socket of text messages. */
export type TextSocket = SocketSubject<string, string>;

/** Starts a server, and makes a socket of text messages that will dial it. */
export async function textSocket(
  servers: Servers,
  options: Partial<SocketOptions<string, string>> = {},
): Promise<{ readonly server: WssServer; readonly socket: TextSocket }> {
  const server = await servers.wss();
  return { server, socket: webSocket({ url: server.url, ...options, codec: text() }) };
}
