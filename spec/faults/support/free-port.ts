import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Gives a port that is free, and that the system lends to no connection that goes out: a server can
 * leave it and come back to it. A client that dials a port from which it may dial can also reach
 * itself, while nobody listens there (RFC 9293 section 3.5, simultaneous open).
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer();
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      return port;
    } catch {
      // Somebody has it: on to another one.
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  }
}
