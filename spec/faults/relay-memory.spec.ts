import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { describe, expect, it } from 'vitest';

import { createRelay } from '../../src/testing/index.js';
import type { Relay } from '../../src/testing/index.js';
import { collectedHeap } from './support/heap.js';

const CONNECTIONS = 500;
/** In bytes: with its sockets a connection is some 6,800, without them 2,300 to 2,900. */
const MOST_EACH = 4_500;

/** Makes connections through `relay`, one after the other, and waits for the end of each. */
async function passThrough(relay: Relay, count: number): Promise<void> {
  for (let made = 0; made < count; made += 1) {
    const client = connect(relay.port, relay.host);
    client.end('hello');
    client.resume();
    await once(client, 'close');
    await relay.connections.at(-1)?.closed;
  }
}

describe('createRelay', () => {
  it('should let go of the sockets of connections that are over', async () => {
    const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await using relay = await createRelay({ target: { port } });
    await passThrough(relay, CONNECTIONS / 5);
    const before = await collectedHeap();
    await passThrough(relay, CONNECTIONS);
    const growth = (await collectedHeap()) - before;
    server.close();
    expect(growth / CONNECTIONS).toBeLessThan(MOST_EACH);
  });
});
