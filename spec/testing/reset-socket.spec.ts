import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { resetSocket } from '../../src/testing/reset-socket.js';
import { until } from '../integration/support/until.js';
import { hasSeen, record, type Recording, useRelays } from './relay-line.js';

const relays = useRelays();

describe('resetSocket', () => {
  /** A client, and the server's socket that is to be reset. */
  async function pair(): Promise<{ client: Recording; socket: Socket; server: Recording }> {
    let server: Recording | undefined;
    const { port } = await relays.server((socket) => (server = record(socket)));
    const client = relays.dial(port);
    await once(client.socket, 'connect');
    const accepted = await until('the connection', () => server);
    return { client, server: accepted, socket: accepted.socket };
  }

  it('should reset a connection', async () => {
    const { client, server, socket } = await pair();
    resetSocket(socket);
    await hasSeen(client, 'close');
    await hasSeen(server, 'close');
    expect(client.events).toEqual(['ECONNRESET', 'close']);
    expect(server.events).toEqual(['close']);
  });

  it.each([
    { name: 'is being ended', settle: () => Promise.resolve() },
    { name: 'has been ended', settle: (socket: Socket) => once(socket, 'finish') },
  ])('should reset a connection whose own half $name', async ({ settle }) => {
    const { client, server, socket } = await pair();
    socket.end();
    await settle(socket);
    resetSocket(socket);
    await hasSeen(server, 'close');
    expect(server.events).toEqual(['close']);
    // The FIN was there first, but whoever writes is told of the reset.
    await until('the end', () => client.events.length > 0);
    client.socket.write('a');
    await hasSeen(client, 'close');
    expect(client.events.join()).toMatch(/^(end,)?(ECONNRESET|EPIPE),close$/);
  });

  it('should not wait for a client that does not read', async () => {
    const { client, server, socket } = await pair();
    client.socket.pause();
    socket.write(Buffer.alloc(32 * 1024 * 1024));
    resetSocket(socket);
    await hasSeen(server, 'close');
    expect(server.events).toEqual(['close']);
  });

  it('should destroy a socket that is not connected yet', async () => {
    const { port } = await relays.server();
    const client = record(connect({ port, host: '127.0.0.1' }, () => expect.unreachable()));
    resetSocket(client.socket);
    await hasSeen(client, 'close');
    expect(client.events).toEqual(['close']);
  });

  it('should do nothing with a socket that is gone', async () => {
    const { client, server, socket } = await pair();
    socket.destroy();
    resetSocket(socket);
    await hasSeen(server, 'close');
    resetSocket(socket);
    await hasSeen(client, 'end');
    expect(server.events).toEqual(['close']);
  });
});
