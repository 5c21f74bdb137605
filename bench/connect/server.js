import { once } from 'node:events';
import { createServer } from 'node:https';

import { WebSocketServer } from 'ws';

import { serve } from '../support/serve.js';

serve(async ({ cert, key, ca }) => {
  const server = createServer({ cert, key, ca, requestCert: true });
  new WebSocketServer({ server, perMessageDeflate: false });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return `wss://localhost:${port}`;
});
