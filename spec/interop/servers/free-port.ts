import { once } from 'node:events';
import { connect, createServer } from 'node:net';

import { waitFor } from './wait-for.js';

const FIRST = 20_000;
const COUNT = 12_000;

/**
 * Finds a port on which nobody listens.
 *
 * @remarks
 * Below the range that Linux takes the ports of outgoing connections from (32768 and up), so that
 * none of those sits on it while its server is being restarted.
 */
export async function findFreePort(): Promise<number> {
  return waitFor('free port', async () => {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(true));
    });
    if (!isFree) return undefined;
    server.close();
    await once(server, 'close');
    return port;
  });
}

/** Tells whether somebody listens on a port of 127.0.0.1. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
