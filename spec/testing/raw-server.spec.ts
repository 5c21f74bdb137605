import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  acceptUpgrade,
  type CertificateAuthority,
  closePayload,
  createCertificateAuthority,
  createRawServer,
  frame,
  type IssuedCertificate,
  parseFrames,
  type RawConnection,
  type RawServer,
  type RawServerOptions,
  readRequestHead,
} from '../../src/testing/index.js';

let ca: CertificateAuthority;
let issued: IssuedCertificate;

beforeAll(async () => {
  ca = await createCertificateAuthority();
  issued = await ca.issue({ commonName: 'localhost', usage: 'server' });
});

describe('createRawServer', () => {
  const servers: RawServer[] = [];

  async function start(
    listener: (connection: RawConnection) => unknown,
    options?: RawServerOptions,
  ): Promise<RawServer> {
    const server = await createRawServer(listener, options);
    servers.push(server);
    return server;
  }

  /** A client of node:net or node:tls, and how its connection ended: 'end' or an error's code. */
  function dial(server: RawServer): { readonly socket: Socket; readonly ended: Promise<string> } {
    const socket: Socket | TLSSocket = server.url.startsWith('wss:')
      ? connectTls({ port: server.port, host: '127.0.0.1', ca: ca.certificate })
      : connect(server.port, '127.0.0.1');
    const ended = new Promise<string>((resolve) => {
      socket.on('end', () => resolve('end'));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)));
    });
    return { socket: socket.resume(), ended };
  }

  const withTls = (): RawServerOptions => ({ tls: { cert: issued.chain, key: issued.key } });

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((each) => each.close()));
  });

  it.each([
    { name: 'TCP', options: () => ({}), scheme: 'ws:' },
    { name: 'TLS', options: withTls, scheme: 'wss:' },
  ])('should keep and count what arrives over $name', async ({ options, scheme }) => {
    const server = await start(({ socket }) => void socket.write('welcome'), options());
    expect(server.url).toBe(`${scheme}//${server.authority}`);
    expect(server.connections).toEqual([]);
    const { socket } = dial(server);
    expect(String((await once(socket, 'data'))[0])).toBe('welcome');
    const [connection] = server.connections;
    socket.write('one ');
    await connection?.receivedUntil((received) => received.length === 4);
    socket.write('two');
    expect(String(await connection?.receivedUntil((received) => received.includes('two')))).toBe(
      'one two',
    );
    await connection?.receivedUntil((received) => received.length === 7);
    expect(connection?.received).toEqual(Buffer.from('one two'));
    expect(connection?.bytesReceived).toBe(7);
    expect(server.bytesReceived).toBe(7);
  });

  it.each([
    { name: 'TCP', options: () => ({}) },
    { name: 'TLS', options: withTls },
  ])('should tell a reset from an end over $name', async ({ options }) => {
    const resetting = await start((connection) => connection.reset(), options());
    const ending = await start(({ socket }) => void socket.end(), options());
    expect(await dial(resetting).ended).toBe('ECONNRESET');
    expect(await dial(ending).ended).toBe('end');
    const [reset] = resetting.connections;
    expect(reset?.socket === reset?.tcpSocket).toBe(resetting.url.startsWith('ws:'));
  });

  it('should tell how its own side ended', async () => {
    const server = await start(({ socket }) => void socket.write('go'));
    const clean = dial(server).socket;
    await once(clean, 'data');
    const [first] = server.connections;
    const pending = first?.receivedUntil(() => false);
    clean.end('bye');
    expect(await first?.closed).toEqual({ error: undefined });
    await expect(pending).rejects.toThrow('closed after 3 bytes');

    const rude = dial(server).socket;
    await once(rude, 'data');
    rude.resetAndDestroy();
    const ending = await server.connections[1]?.closed;
    expect(ending?.error).toMatchObject({ code: 'ECONNRESET' });
  });

  it('should keep its half open when asked', async () => {
    const server = await start(
      ({ socket }) => {
        socket.once('end', () => setImmediate(() => socket.end('still here')));
      },
      { allowHalfOpen: true },
    );
    const { socket } = dial(server);
    const data = once(socket, 'data');
    socket.end();
    expect(String((await data)[0])).toBe('still here');
  });

  it('should see no byte of a client that refuses the certificate', async () => {
    const server = await start(() => undefined, withTls());
    const client = connectTls({ port: server.port, host: '127.0.0.1' });
    client.write('secret');
    const error: unknown = (await once(client, 'error'))[0];
    expect(error).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    expect(server.bytesReceived).toBe(0);
  });

  it('should keep the errors of TLS handshakes', async () => {
    const server = await start(() => undefined, withTls());
    const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
    socket.end('GET / HTTP/1.1\r\n\r\n');
    await once(socket.resume(), 'close');
    expect(server.handshakeErrors).toMatchObject([{ code: 'ERR_SSL_HTTP_REQUEST' }]);
    expect(server.connections).toEqual([]);
  });

  it.each([
    {
      name: 'throws',
      listener: () => {
        throw new Error('broken script');
      },
    },
    { name: 'rejects', listener: () => Promise.reject(new Error('broken script')) },
  ])('should drop the connection when the listener $name', async ({ listener }) => {
    const server = await start(listener);
    await dial(server).ended;
    expect(server.scriptErrors).toEqual([new Error('broken script')]);
  });

  it('should end everything at close, and leave nothing', async () => {
    const before = process.getActiveResourcesInfo().length;
    const server = await createRawServer(() => undefined);
    const { socket, ended } = dial(server);
    await once(socket, 'connect');
    await server[Symbol.asyncDispose]();
    await ended;
    await expect(dial(server).ended).resolves.toBe('ECONNREFUSED');
    await new Promise(setImmediate);
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before);
  });

  it('should become a scripted WebSocket peer', async () => {
    const server = await start(async (connection) => {
      acceptUpgrade(connection.socket, await readRequestHead(connection.socket));
      connection.socket.write(frame({ opcode: 1, fin: false, payload: 'hel' }));
      connection.socket.write(frame({ opcode: 0, payload: 'lo' }));
      connection.socket.write(frame({ opcode: 8, payload: closePayload(4001, 'bye') }));
    });
    const client = new WebSocket(server.url);
    const message = once(client, 'message');
    const closed = once(client, 'close');
    expect(String((await message)[0])).toBe('hello');
    expect((await closed).map(String)).toEqual(['4001', 'bye']);
    const received = server.connections[0]?.received ?? Buffer.alloc(0);
    const { frames } = parseFrames(received.subarray(received.indexOf('\r\n\r\n') + 4));
    expect(frames).toEqual([
      { opcode: 8, fin: true, rsv: 0, isMasked: true, payload: closePayload(4001, 'bye') },
    ]);
  });

  it.each([
    { name: 'reserved bits', wrong: { opcode: 1, rsv: 2 }, code: 'WS_ERR_UNEXPECTED_RSV_2_3' },
    { name: 'a bad opcode', wrong: { opcode: 5 }, code: 'WS_ERR_INVALID_OPCODE' },
    {
      name: 'a mask',
      wrong: { opcode: 1, payload: 'x', mask: Buffer.alloc(4) },
      code: 'WS_ERR_UNEXPECTED_MASK',
    },
    {
      name: 'a length of 2^62',
      wrong: { opcode: 2, declaredLength: 2n ** 62n },
      code: 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH',
    },
    {
      name: 'a close payload of one byte',
      wrong: { opcode: 8, payload: Buffer.alloc(1) },
      code: 'WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH',
    },
    {
      name: 'the close code 1005',
      wrong: { opcode: 8, payload: closePayload(1005) },
      code: 'WS_ERR_INVALID_CLOSE_CODE',
    },
  ])('should break the protocol with $name', async ({ wrong, code }) => {
    const server = await start(async ({ socket }) => {
      acceptUpgrade(socket, await readRequestHead(socket));
      socket.write(frame(wrong));
    });
    const error: unknown = (await once(new WebSocket(server.url), 'error'))[0];
    expect(error).toMatchObject({ code });
  });
});
