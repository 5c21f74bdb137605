import { createServer } from 'node:https';
import { WebSocketServer } from 'ws';

process.once('message', ({ cert, key, ca }) => {
  const server = createServer({ cert, key, ca, requestCert: true });
  new WebSocketServer({ server, perMessageDeflate: false });
  server.listen(0, '127.0.0.1', () => {
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    process.send?.(`wss://localhost:${port}`);
  });
});
process.once('disconnect', () => process.exit());
