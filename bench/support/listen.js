import { once } from 'node:events';
import { createServer } from 'node:tls';

import { acceptUpgrade, readRequestHead } from 'rx-wss/testing';

/**
 * Listens with TLS on loopback, and accepts every opening handshake.
 *
 * @param {{ cert: string, key: string }} credentials
 * @param {(line: import('node:tls').TLSSocket, url: string) => void} opened Is called with each line that is open.
 * @returns {Promise<string>} The origin to dial.
 */
export async function listen({ cert, key }, opened) {
  const server = createServer({ cert, key }, async (socket) => {
    socket.setNoDelay(true).on('error', () => socket.destroy());
    const head = await readRequestHead(socket);
    acceptUpgrade(socket, head);
    opened(socket, head.url);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return `wss://localhost:${port}`;
}
