import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ignore, listen, type Listening } from '../../src/testing/loopback.js';

describe('listen', () => {
  const open: Listening[] = [];

  async function start(options: Parameters<typeof listen>[1] = {}): Promise<[Server, Listening]> {
    const server = createServer();
    const listening = await listen(server, options);
    open.push(listening);
    return [server, listening];
  }

  afterEach(async () => {
    await Promise.all(open.splice(0).map((each) => each.close()));
  });

  it('should listen on IPv4 loopback at a free port', async () => {
    const [server, { port, authority }] = await start();
    expect(server.address()).toMatchObject({ address: '127.0.0.1', port });
    expect(authority).toBe(`127.0.0.1:${port}`);
  });

  it('should put IPv6 in brackets', async () => {
    const [server, { port, authority }] = await start({ host: '::1' });
    expect(server.address()).toMatchObject({ address: '::1', port });
    expect(authority).toBe(`[::1]:${port}`);
  });

  it('should reject when the port is taken', async () => {
    const [, { port }] = await start();
    await expect(start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('should destroy every socket, free the port and come back on it', async () => {
    const [, first] = await start();
    const client = connect(first.port, '127.0.0.1').on('error', ignore);
    await once(client, 'connect');
    const gone = once(client, 'close');
    const closed = first.close();
    expect(first.close()).toBe(closed);
    await closed;
    await gone;
    const [, second] = await start({ port: first.port });
    expect(second.port).toBe(first.port);
  });

  it('should survive errors of the server and of its sockets', async () => {
    const [server, { port }] = await start();
    const accepted = once(server, 'connection');
    connect(port, '127.0.0.1').on('error', ignore);
    const socket = (await accepted)[0] as Socket;
    expect(() => server.emit('error', new Error('of the server'))).not.toThrow();
    socket.destroy(new Error('of the socket'));
    await new Promise((resolve) => socket.once('close', resolve));
  });

  it('should give a TCP socket as it is', async () => {
    const [server, { port, tcpSocketOf }] = await start();
    const accepted = once(server, 'connection');
    connect(port, '127.0.0.1').on('error', ignore);
    const socket = (await accepted)[0] as Socket;
    expect(tcpSocketOf(socket)).toBe(socket);
  });
});

describe('ignore', () => {
  it('should do nothing', () => {
    expect(ignore).not.toThrow();
  });
});
