import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';

/**
 * The least that any client can spend: the bytes are decrypted and counted, and nothing is read.
 *
 * @type {import('../contestants.js').Connect}
 */
export const connect = async ({ url, ca, tally }) => {
  const { hostname, port, pathname } = new URL(url);
  const socket = connectTls({ host: hostname, port: Number(port), ca, servername: hostname });
  await once(socket, 'secureConnect');
  const fields = [
    `GET ${pathname} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    'Sec-WebSocket-Version: 13',
  ];
  socket.write(`${fields.join('\r\n')}\r\n\r\n`);
  // The server sends nothing after its answer before it is told to.
  await once(socket, 'data');
  socket.on('error', tally.fail);
  socket.on('data', (/** @type {Buffer} */ chunk) => tally.add(chunk.length, chunk.length));
};
