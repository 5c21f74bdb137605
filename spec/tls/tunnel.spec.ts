import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { connect, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createRawServer, readRequestHead } from '../../src/testing/index.js';
import type { RawConnection, RawServer } from '../../src/testing/index.js';
import { openTunnel, ProxyRefusal } from '../../src/tls/tunnel.js';

describe('openTunnel', () => {
  const servers: RawServer[] = [];
  const sockets: Socket[] = [];

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(servers.splice(0).map((each) => each.close()));
  });

  /** A socket that is connected to a proxy, which goes by `script` once it was asked. */
  async function proxyWith(script: (connection: RawConnection) => unknown): Promise<Socket> {
    const server = await createRawServer(async (connection) => {
      await connection.receivedUntil((received) => received.includes('\r\n\r\n'));
      await script(connection);
    });
    servers.push(server);
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  const answering =
    (answer: string) =>
    ({ socket }: RawConnection): void => {
      socket.write(answer);
    };

  const reasonOf = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => Promise.reject(new Error('it did not fail')),
      (reason: unknown) => reason,
    );

  it.each([
    ['feed.example:443', undefined],
    ['[::1]:443', 'Basic eDp5'],
  ])(
    'should ask for %s with the credentials %s, and say nothing else',
    async (authority, given) => {
      const socket = await proxyWith(answering('HTTP/1.1 200 OK\r\n\r\n'));
      await openTunnel(socket, authority, given);
      const text = servers[0]?.connections[0]?.received.toString() ?? '';
      const [line, ...fields] = text.trimEnd().split('\r\n');
      expect(line).toBe(`CONNECT ${authority} HTTP/1.1`);
      const named = Object.fromEntries(fields.map((each) => each.toLowerCase().split(/: (.*)/)));
      const { connection, ...rest } = named;
      expect(connection).toMatch(/^(close|keep-alive)$/);
      expect(rest).toEqual({
        host: authority,
        ...(given === undefined ? {} : { 'proxy-authorization': given.toLowerCase() }),
      });
    },
  );

  it.each([
    ['200 Connection established', ''],
    ['200', ''],
    ['201 Created', ''],
    ['299 Odd', ''],
    // A length means nothing in a successful answer to CONNECT (RFC 9110 section 9.3.6).
    ['200 OK', 'Content-Length: 9\r\n'],
  ])('should have a tunnel after %s', async (status, fields) => {
    const socket = await proxyWith(async (connection) => {
      connection.socket.write(`HTTP/1.1 ${status}\r\n${fields}\r\n`);
      await connection.receivedUntil((received) => received.includes('ping'));
      connection.socket.write('pong');
    });
    await openTunnel(socket, 'h:1', undefined);
    socket.write('ping');
    const [answer]: unknown[] = await once(socket, 'data');
    expect(String(answer)).toBe('pong');
  });

  it('should give to the reader what came right behind the answer', async () => {
    const socket = await proxyWith(answering('HTTP/1.1 200 OK\r\n\r\nfirst words'));
    await openTunnel(socket, 'h:1', undefined);
    const [words]: unknown[] = await once(socket, 'data');
    expect(String(words)).toBe('first words');
  });

  it.each([100, 199, 300, 302, 400, 403, 404, 407, 500, 502, 503])(
    'should tell that the proxy refuses with %i',
    async (status) => {
      const answer = `HTTP/1.1 ${status} Some\u00a0reason\r\nVia: a\r\nSet-Cookie: b\r\n\r\nbody`;
      const socket = await proxyWith(answering(answer));
      const error = await reasonOf(openTunnel(socket, 'h:1', undefined));
      expect(error).toBeInstanceOf(ProxyRefusal);
      expect(error).toMatchObject({
        name: 'ProxyRefusal',
        message: `The proxy answered with HTTP ${status}`,
        status,
        headers: { via: 'a', 'set-cookie': ['b'] },
      });
      expect((error as ProxyRefusal).statusText).toMatch(/^Some.*reason$/);
    },
  );

  it('should have an empty reason phrase where there is none', async () => {
    const socket = await proxyWith(answering('HTTP/1.1 407\r\n\r\n'));
    expect(await reasonOf(openTunnel(socket, 'h:1', undefined))).toMatchObject({
      status: 407,
      statusText: '',
      headers: {},
    });
  });

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n', /^HPE_/],
    [
      'a header that never ends',
      `HTTP/1.1 200 OK\r\nA: ${'b'.repeat(100_000)}`,
      'HPE_HEADER_OVERFLOW',
    ],
  ])('should fail with the error of the parser for %s', async (_name, answer, code) => {
    const socket = await proxyWith(answering(answer));
    const error = await reasonOf(openTunnel(socket, 'h:1', undefined));
    expect((error as NodeJS.ErrnoException).code).toMatch(code);
  });

  it.each<[string, (connection: RawConnection) => void]>([
    [
      'ends',
      ({ socket }) => {
        socket.end();
      },
    ],
    [
      'ends in the middle of its answer',
      ({ socket }) => {
        socket.end('HTTP/1.1 200 O');
      },
    ],
    [
      'resets',
      (connection) => {
        connection.reset();
      },
    ],
  ])('should fail when the proxy %s', async (_name, act) => {
    const socket = await proxyWith(act);
    const error = await reasonOf(openTunnel(socket, 'h:1', undefined));
    expect(error).toBeInstanceOf(Error);
    expect(error).toHaveProperty('code');
  });

  it('should never show the credentials', async () => {
    for (const answer of ['HTTP/1.1 407 No\r\n\r\n', 'nonsense\r\n\r\n']) {
      const socket = await proxyWith(answering(answer));
      const error = await reasonOf(openTunnel(socket, 'h:1', 'Basic secret'));
      expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('secret');
    }
  });

  it('should leave none of its listeners on the socket', async () => {
    const socket = await proxyWith(answering('HTTP/1.1 200 OK\r\n\r\n'));
    const count = (): Record<string, number> =>
      Object.fromEntries(
        socket.eventNames().map((name) => [String(name), socket.listenerCount(name)]),
      );
    const before = count();
    await openTunnel(socket, 'h:1', undefined);
    expect(count()).toEqual(before);
    expect(socket.timeout ?? 0).toBe(0);
  });

  it('should be usable for a request of its own', async () => {
    const socket = await proxyWith(async ({ socket: other }) => {
      other.write('HTTP/1.1 200 OK\r\n\r\n');
      await readRequestHead(other);
      other.write('done');
    });
    await openTunnel(socket, 'h:1', undefined);
    socket.write('GET / HTTP/1.1\r\nhost: h\r\n\r\n');
    const [answer]: unknown[] = await once(socket, 'data');
    expect(String(answer)).toBe('done');
  });
});

describe('ProxyRefusal', () => {
  it('should do with an answer that has no status', () => {
    const answer = new IncomingMessage(new Socket());
    const error = new ProxyRefusal(
      Object.assign(answer, { statusCode: undefined, statusMessage: undefined }),
    );
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ status: 0, statusText: '', headers: {} });
  });
});
