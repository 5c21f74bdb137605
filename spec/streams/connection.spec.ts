import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import {
  acceptUpgrade,
  closePayload,
  createRawServer,
  createWssServer,
  frame,
  readRequestHead,
} from '../../src/testing/index.js';
import type {
  RawConnection,
  RawServer,
  WssConnection,
  WssServer,
  WssServerOptions,
} from '../../src/testing/index.js';
import { NORMAL_CLOSE } from '../../src/streams/close-request.js';
import { Connection } from '../../src/streams/connection.js';
import type { ConnectionLimits, UpgradeRequest } from '../../src/streams/connection.js';
import type { Ending } from '../../src/streams/ending.js';
import { framesOf } from '../integration/support/peer.js';
import { VirtualClock } from './virtual-clock.js';
import { until } from './until.js';

const LIMITS: ConnectionLimits = {
  closeTimeout: 3_000,
  maxPayload: 1024,
  maxFragments: 4,
  maxBufferedChunks: 1024,
  perMessageDeflate: false,
};

/** What a connection told, in order. */
interface Told {
  readonly messages: (readonly [string, boolean])[];
  readonly pongs: string[];
  readonly endings: Ending[];
  opened: number;
}

interface Line {
  readonly connection: Connection;
  readonly socket: Socket;
  readonly told: Told;
  readonly opened: Promise<undefined>;
  readonly ended: Promise<Ending>;
}

describe('Connection', () => {
  const servers: (WssServer | RawServer)[] = [];
  const lines: Line[] = [];
  let clock = new VirtualClock();

  afterEach(async () => {
    for (const { connection } of lines.splice(0)) connection.destroy();
    await Promise.all(servers.splice(0).map((each) => each.close()));
    clock = new VirtualClock();
  });

  async function start(options: WssServerOptions = {}): Promise<WssServer> {
    const server = await createWssServer(options);
    servers.push(server);
    return server;
  }

  async function startRaw(listener: (connection: RawConnection) => unknown): Promise<RawServer> {
    const server = await createRawServer(listener);
    servers.push(server);
    return server;
  }

  /** A raw server that accepts the upgrade, and then does what `act` says. */
  const startPeer = (
    act: (connection: RawConnection) => unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<RawServer> =>
    startRaw(async (connection) => {
      acceptUpgrade(connection.socket, await readRequestHead(connection.socket), headers);
      await act(connection);
    });

  /** Makes a connection on a new line to `url`, which is ready for the user once it is open, unless `isReady` is false. */
  async function connectTo(
    url: string,
    request: Partial<UpgradeRequest> = {},
    limits: Partial<ConnectionLimits> = {},
    onMessage: (connection: Connection, text: string) => void = () => undefined,
    isReady = true,
  ): Promise<Line> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname.replace(/^\[|\]$/g, ''));
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    const told: Told = { messages: [], pongs: [], endings: [], opened: 0 };
    const opening = withResolvers<undefined>();
    const ending = withResolvers<Ending>();
    const connection = new Connection(
      socket,
      { href: url, target: 'h:1', headers: {}, protocols: [], origin: undefined, ...request },
      { ...LIMITS, ...limits },
      clock,
      {
        opened: () => {
          told.opened += 1;
          if (isReady) connection.ready();
          opening.resolve(undefined);
        },
        pong: (payload) => {
          told.pongs.push(Buffer.from(payload).toString());
        },
        message: (data, isBinary) => {
          told.messages.push([data.toString(), isBinary]);
          onMessage(connection, data.toString());
        },
        ended: (each) => {
          told.endings.push(each);
          ending.resolve(each);
        },
      },
    );
    const line = { connection, socket, told, opened: opening.promise, ended: ending.promise };
    lines.push(line);
    return line;
  }

  /** A connection that is open, and the server's side of it. */
  async function openTo(
    server: WssServer,
    limits: Partial<ConnectionLimits> = {},
    isReady = true,
  ): Promise<Line & { readonly peer: WssConnection }> {
    const line = await connectTo(server.url, {}, limits, undefined, isReady);
    const peer = await server.nextConnection();
    await line.opened;
    return { ...line, peer };
  }

  describe('the opening handshake', () => {
    it('should carry headers, origin and subprotocols, and tell what came of it', async () => {
      const server = await start({ protocols: ['b'] });
      const line = await connectTo(`${server.url}/v1?q`, {
        href: `${server.url}/v1?q`,
        headers: { authorization: 'Bearer x', cookie: ['a=1', 'b=2'] },
        protocols: ['a', 'b'],
        origin: 'https://example.com',
      });
      await line.opened;
      expect(line.connection.protocol).toBe('b');
      expect(line.connection.address).toBe(`127.0.0.1:${server.port}`);
      expect(server.requests).toMatchObject([
        {
          url: '/v1?q',
          protocols: ['a', 'b'],
          headers: {
            authorization: 'Bearer x',
            cookie: 'a=1; b=2',
            origin: 'https://example.com',
          },
        },
      ]);
      expect(line.told).toEqual({ messages: [], pongs: [], endings: [], opened: 1 });
    });

    it('should leave out what is not given', async () => {
      const server = await start();
      const { connection } = await openTo(server);
      expect(connection.protocol).toBe('');
      expect(server.requests[0]?.headers).not.toHaveProperty('origin');
      expect(server.requests[0]?.headers).not.toHaveProperty('sec-websocket-protocol');
      expect(server.requests[0]?.headers).not.toHaveProperty('sec-websocket-extensions');
    });

    it('should offer compression when told to', async () => {
      const server = await start({ compression: true });
      await openTo(server, { perMessageDeflate: true });
      expect(server.requests[0]?.headers['sec-websocket-extensions']).toMatch(/permessage-deflate/);
    });

    it('should put an IPv6 address into brackets', async () => {
      const server = await start({ host: '::1' });
      const { connection } = await openTo(server);
      expect(connection.address).toBe(`[::1]:${server.port}`);
    });

    it('should know the address of a line that is gone', async () => {
      const server = await start();
      const { connection, socket } = await openTo(server);
      connection.destroy();
      await once(socket, 'close');
      expect(connection.address).toBe(`127.0.0.1:${server.port}`);
    });

    it('should not throw for the address of a line that was gone before', () => {
      const gone = new Socket().destroy();
      gone.on('error', () => undefined);
      const request = {
        href: 'ws://h',
        target: 'h:1',
        headers: {},
        protocols: [],
        origin: undefined,
      };
      const events = {
        opened: vi.fn(),
        pong: vi.fn(),
        message: vi.fn(),
        ended: vi.fn(),
      };
      const connection = new Connection(gone, request, LIMITS, clock, events);
      expect(connection.address).toBe(':0');
      connection.destroy();
    });

    it('should end with the refusal of the server, and the beginning of its body', async () => {
      const server = await start({
        onRequest: () => ({ status: 401, headers: { 'X-Why': 'token' }, body: 'x'.repeat(5_000) }),
      });
      const { ended, socket, told } = await connectTo(server.url);
      const ending = await ended;
      expect(ending).toMatchObject({
        _tag: 'UpgradeRefused',
        by: 'server',
        phase: 'upgrade',
        uptime: 0,
        target: 'h:1',
        status: 401,
        statusText: 'Unauthorized',
        headers: { 'x-why': 'token' },
        body: 'x'.repeat(1_024),
      });
      expect(socket.destroyed).toBe(true);
      expect(told.opened).toBe(0);
    });

    it('should hand out the refusal while its body is still under way', async () => {
      const { promise: answered, resolve } = withResolvers<undefined>();
      const server = await startRaw(async ({ socket }) => {
        await readRequestHead(socket);
        socket.write('HTTP/1.1 503 Busy\r\nContent-Length: 900\r\n\r\nsoon');
        resolve(undefined);
      });
      const { connection, told } = await connectTo(server.url);
      expect(connection.takeRefusal()).toBeUndefined();
      await answered;
      await until(() => expect(connection.takeRefusal()).toBeDefined());
      await until(() =>
        expect(connection.takeRefusal()).toMatchObject({
          _tag: 'UpgradeRefused',
          status: 503,
          statusText: 'Busy',
          body: 'soon',
        }),
      );
      await server.close();
      await new Promise(setImmediate);
      expect(told.endings).toHaveLength(0);
    });

    it.each<[string, string, string]>([
      ['nothing of a WebSocket', 'HTTP/1.1 101 Yes\r\n\r\n', 'Invalid Upgrade header'],
      [
        'a wrong key',
        'HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n',
        'Invalid Sec-WebSocket-Accept header',
      ],
      ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 'Parse Error: Expected HTTP/, RTSP/ or ICE/'],
    ])('should end with an answer that is invalid: %s', async (_name, answer, violation) => {
      const server = await startRaw(async ({ socket }) => {
        await readRequestHead(socket);
        socket.write(answer);
      });
      const { ended, socket } = await connectTo(server.url);
      expect(await ended).toMatchObject({
        _tag: 'UpgradeInvalid',
        by: 'server',
        phase: 'upgrade',
        uptime: 0,
        target: 'h:1',
        violation: expect.stringContaining(violation.slice(0, 20)) as unknown,
        cause: expect.any(Error) as unknown,
      });
      expect(socket.destroyed).toBe(true);
    });

    it.each([
      ['ended', (connection: RawConnection) => connection.socket.end(), undefined],
      [
        'reset',
        (connection: RawConnection) => {
          connection.reset();
        },
        'ECONNRESET',
      ],
    ] as const)('should tell a line that was %s before the answer', async (kind, act, errno) => {
      const server = await startRaw(async (connection) => {
        await readRequestHead(connection.socket);
        act(connection);
      });
      const { ended } = await connectTo(server.url);
      const ending = await ended;
      expect(ending).toMatchObject({ _tag: 'NetworkFailed', phase: 'upgrade', kind, uptime: 0 });
      expect(ending).toHaveProperty('target', 'h:1');
      if (errno !== undefined) expect(ending).toHaveProperty('errno', errno);
    });

    it('should tell of a request that Node does not make, and hang up', async () => {
      const server = await startRaw(() => undefined);
      const { ended, socket } = await connectTo(server.url, { headers: { trailer: 'x' } });
      expect(await ended).toMatchObject({ cause: { code: 'ERR_HTTP_TRAILER_INVALID' } });
      expect(socket.destroyed).toBe(true);
    });

    it('should throw for a request that ws does not make', async () => {
      const server = await startRaw(() => undefined);
      await expect(connectTo(server.url, { protocols: ['a b'] })).rejects.toThrow(SyntaxError);
    });
  });

  describe('messages', () => {
    it('should tell text from bytes, in order', async () => {
      const { told, peer } = await openTo(await start());
      await peer.send('one');
      await peer.send(Buffer.from('two'));
      await peer.send('three', { fragments: 3 });
      await until(() => expect(told.messages).toHaveLength(3));
      expect(told.messages).toEqual([
        ['one', false],
        ['two', true],
        ['three', false],
      ]);
    });

    it('should send a string as text and bytes as binary', async () => {
      const { connection, peer } = await openTo(await start());
      expect(connection.send('grüße')).toBe(true);
      expect(connection.send(Uint8Array.of(1, 2))).toBe(true);
      expect(await peer.nextMessage()).toMatchObject({ text: 'grüße', isBinary: false });
      expect(await peer.nextMessage()).toMatchObject({ data: Buffer.of(1, 2), isBinary: true });
    });

    it('should be what they were where they may be compressed, and told as handed over where that is asked for', async () => {
      const server = await start({ compression: true });
      const { connection, peer } = await openTo(server, { perMessageDeflate: true });
      let flushed = 0;
      connection.onFlushed(() => (flushed += 1));
      connection.send('a');
      connection.sendCounted(Buffer.from('b'), false);
      connection.sendCounted(Buffer.from('c'), true);
      expect(await peer.nextMessage()).toMatchObject({ text: 'a', isBinary: false });
      expect(await peer.nextMessage()).toMatchObject({ text: 'b', isBinary: false });
      expect(await peer.nextMessage()).toMatchObject({ data: Buffer.from('c'), isBinary: true });
      await until(() => expect(flushed).toBe(2));
      // And of these none is.
      connection.send('d');
      expect(await peer.nextMessage()).toMatchObject({ text: 'd' });
      expect(flushed).toBe(2);
    });

    it('should go out in one write where they are too small to be compressed', async () => {
      const server = await startPeer(() => undefined, {
        'Sec-WebSocket-Extensions': 'permessage-deflate; client_no_context_takeover',
      });
      const line = await connectTo(server.url, {}, { perMessageDeflate: true });
      await line.opened;
      const writes = vi.spyOn(line.socket, '_write');
      const joinedWrites = vi.spyOn(line.socket as Required<Socket>, '_writev');
      for (let each = 0; each < 50; each += 1) line.connection.send('hello');
      await until(() => expect(line.socket.writableLength).toBe(0));
      expect(writes).not.toHaveBeenCalled();
      expect(joinedWrites).toHaveBeenCalledOnce();
    });

    it('should not take a message before it is open', async () => {
      const { connection } = await connectTo((await startRaw(() => undefined)).url);
      expect(connection.send('early')).toBe(false);
    });

    it('should not take a message while it is closing, nor after', async () => {
      const { connection, ended } = await openTo(await start());
      connection.close(NORMAL_CLOSE);
      expect(connection.send('late')).toBe(false);
      await ended;
      expect(connection.send('too late')).toBe(false);
    });

    it.each([
      ['a close', frame({ opcode: 8, payload: closePayload(1000) }), 1000],
      ['a violation of the protocol', frame({ opcode: 3 }), 1002],
    ])('should be answered before %s that came along', async (_name, bytes, code) => {
      const answered = withResolvers<RawConnection>();
      const server = await startPeer((raw) => {
        raw.socket.write(Buffer.concat([frame({ opcode: 1, payload: 'last?' }), bytes]));
        answered.resolve(raw);
      });
      const { ended } = await connectTo(server.url, {}, {}, (connection) => {
        connection.send('yes');
        connection.send('really');
      });
      const raw = await answered.promise;
      await raw.receivedUntil(() => framesOf(raw).length >= 3);
      expect(framesOf(raw).map(({ opcode }) => opcode)).toEqual([1, 1, 8]);
      expect(framesOf(raw).map(({ payload }) => payload.toString())).toEqual([
        'yes',
        'really',
        closePayload(code).toString(),
      ]);
      raw.socket.end();
      await ended;
    });

    it('should go out before our end of a line whose other end is gone', async () => {
      const ended = withResolvers<RawConnection>();
      const server = await startPeer((raw) => {
        raw.socket.end();
        ended.resolve(raw);
      });
      const line = await connectTo(server.url);
      // In the turn in which it is noticed, and before anybody else does.
      line.socket.prependListener('end', () => {
        line.connection.send('still there?');
      });
      const raw = await ended.promise;
      await raw.receivedUntil(() => framesOf(raw).length > 0);
      expect(framesOf(raw)[0]?.payload.toString()).toBe('still there?');
      await line.ended;
    });
  });

  describe('the close', () => {
    it('should be sent after the messages before it, and be clean', async () => {
      const { connection, ended, socket, told, peer } = await openTo(await start());
      connection.send('last');
      clock.advance(500);
      connection.close({ code: 4000, reason: 'done' });
      connection.close({ code: 4001, reason: 'again' });
      expect(told.endings).toEqual([]);
      expect(await peer.closed).toEqual({ code: 4000, reason: 'done' });
      expect(peer.messages).toMatchObject([{ text: 'last' }]);
      expect(await ended).toEqual({
        _tag: 'Closed',
        by: 'client',
        phase: 'closing',
        code: 4000,
        reason: 'done',
        wasClean: true,
        uptime: 500,
        target: 'h:1',
      });
      expect(socket.destroyed).toBe(true);
      expect(told.endings).toHaveLength(1);
    });

    describe('behind messages that have not gone out', () => {
      const MEBIBYTE = 1024 * 1024;

      /** A connection with 32 MiB on their way to a server that does not read. */
      async function stuck(): ReturnType<typeof openTo> {
        const line = await openTo(await start({ recordsMessages: false }));
        line.peer.pause();
        for (let each = 0; each < 32; each += 1) line.connection.send(Buffer.alloc(MEBIBYTE));
        return line;
      }

      it('should be sent once they are', async () => {
        const { connection, ended, peer } = await stuck();
        let received = 0;
        peer.onMessage((data) => (received += data.length));
        connection.close({ code: 4000, reason: 'done' });
        expect(connection.send('late')).toBe(false);
        peer.resume();
        expect(await peer.closed).toEqual({ code: 4000, reason: 'done' });
        expect(received).toBe(32 * MEBIBYTE);
        expect(await ended).toMatchObject({ _tag: 'Closed', by: 'client', wasClean: true });
        expect(clock.pending).toBe(0);
      });

      it('should wait for what was sent in the same turn, too', async () => {
        const close = vi.spyOn(WebSocket.prototype, 'close');
        const { connection, ended, peer } = await openTo(await start({ recordsMessages: false }));
        peer.pause();
        for (let each = 0; each < 32; each += 1) connection.send(Buffer.alloc(MEBIBYTE));
        connection.close(NORMAL_CLOSE);
        // With it the time of the handshake begins.
        expect(close).not.toHaveBeenCalled();
        peer.resume();
        expect(await ended).toMatchObject({ _tag: 'Closed', wasClean: true });
      });

      it('should be given up when nothing goes out for its time', async () => {
        const { connection, ended, socket } = await stuck();
        // What fits into the buffers of the system is gone after this.
        await until(() => expect(socket.writableLength).toBeGreaterThan(0));
        await stable(() => socket.writableLength);
        connection.close(NORMAL_CLOSE);
        clock.advance(2_999);
        await new Promise(setImmediate);
        expect(socket.destroyed).toBe(false);
        clock.advance(1);
        expect(await ended).toMatchObject({
          _tag: 'Closed',
          by: 'client',
          phase: 'closing',
          code: 1000,
          wasClean: false,
        });
        expect(clock.pending).toBe(0);
      });

      it('should not be given up as long as something goes out', async () => {
        const { connection, socket, told, peer } = await stuck();
        await stable(() => socket.writableLength);
        connection.close(NORMAL_CLOSE);
        const before = socket.writableLength;
        peer.resume();
        await until(() => expect(socket.writableLength).toBeLessThan(before));
        peer.pause();
        clock.advance(3_000);
        await new Promise(setImmediate);
        expect(told.endings).toEqual([]);
        peer.resume();
        expect(await peer.closed).toEqual({ code: 1000, reason: '' });
      });

      // What waits in the buffers of the system cannot be told to the byte: here ws is told instead.
      it('should be watched as long as less and less waits', async () => {
        const { connection, socket, peer } = await openTo(await start());
        const waiting = vi.spyOn(WebSocket.prototype, 'bufferedAmount', 'get').mockReturnValue(10);
        connection.close(NORMAL_CLOSE);
        waiting.mockReturnValue(5);
        clock.advance(3_000);
        waiting.mockReturnValue(4);
        clock.advance(3_000);
        expect(socket.destroyed).toBe(false);
        clock.advance(3_000);
        expect(socket.destroyed).toBe(true);
        expect(await peer.closed).toMatchObject({ code: 1006 });
      });

      it('should be sent after its time when what was left were answers to pings', async () => {
        const { connection, peer } = await openTo(await start());
        const waiting = vi.spyOn(WebSocket.prototype, 'bufferedAmount', 'get').mockReturnValue(10);
        connection.close(NORMAL_CLOSE);
        waiting.mockReturnValue(0);
        clock.advance(3_000);
        expect(await peer.closed).toEqual({ code: 1000, reason: '' });
        expect(clock.pending).toBe(0);
      });

      it('should be forgotten when the line is torn down', async () => {
        const { connection, told } = await stuck();
        connection.close(NORMAL_CLOSE);
        connection.destroy();
        expect(clock.pending).toBe(0);
        clock.advance(60_000);
        expect(told.endings).toEqual([]);
      });
    });

    it('should carry why it was made', async () => {
      const { connection, ended } = await openTo(await start());
      const cause = new Error('upstream');
      connection.close({ code: 1011, reason: '', cause });
      expect(await ended).toMatchObject({ _tag: 'Closed', by: 'client', code: 1011, cause });
    });

    it('should do nothing once it is over', async () => {
      const { connection, ended, told, peer } = await openTo(await start());
      await peer.close(4001, 'bye');
      await ended;
      connection.close(NORMAL_CLOSE);
      await new Promise(setImmediate);
      expect(told.endings).toHaveLength(1);
    });

    it("should be the server's, with its code and reason", async () => {
      const { ended, peer } = await openTo(await start());
      clock.advance(250);
      void peer.close(1012, 'restart');
      expect(await ended).toEqual({
        _tag: 'Closed',
        by: 'server',
        phase: 'open',
        code: 1012,
        reason: 'restart',
        wasClean: true,
        uptime: 250,
        target: 'h:1',
      });
    });

    it("should be the server's 1005 when it named no code", async () => {
      const { ended, peer } = await openTo(await start());
      void peer.close();
      expect(await ended).toMatchObject({ by: 'server', code: 1005, reason: '', wasClean: true });
    });

    it('should not be waited for longer than its time', async () => {
      const server = await startPeer(() => undefined);
      const { connection, opened, ended, socket } = await connectTo(
        server.url,
        {},
        { closeTimeout: 10 },
      );
      await opened;
      connection.close(NORMAL_CLOSE);
      expect(await ended).toMatchObject({
        _tag: 'Closed',
        by: 'client',
        phase: 'closing',
        code: 1000,
        wasClean: false,
      });
      expect(socket.destroyed).toBe(true);
    });

    it('should stay ours when the line breaks before the answer', async () => {
      const server = await startPeer(async (connection) => {
        await connection.receivedUntil((bytes) => bytes.includes(0x88));
        connection.reset();
      });
      const { connection, opened, ended } = await connectTo(server.url);
      await opened;
      connection.close(NORMAL_CLOSE);
      expect(await ended).toMatchObject({ _tag: 'Closed', by: 'client', wasClean: false });
    });
  });

  describe('a line that breaks', () => {
    it('should be told as reset, with its uptime', async () => {
      const { ended, peer } = await openTo(await start());
      clock.advance(100);
      peer.terminate();
      expect(await ended).toMatchObject({
        _tag: 'NetworkFailed',
        by: 'network',
        phase: 'open',
        kind: 'reset',
        errno: 'ECONNRESET',
        uptime: 100,
        target: 'h:1',
        cause: { code: 'ECONNRESET' },
      });
    });

    it('should be told as ended without a close', async () => {
      const { ended, peer } = await openTo(await start());
      clock.advance(100);
      peer.end();
      const ending = await ended;
      expect(ending).toEqual({
        _tag: 'NetworkFailed',
        by: 'network',
        phase: 'open',
        kind: 'ended',
        uptime: 100,
        target: 'h:1',
      });
    });
  });

  describe('its progress', () => {
    it('should go from the upgrade over the opening to the closing', async () => {
      const server = await start();
      const { connection, opened, ended } = await connectTo(server.url, {}, {}, undefined, false);
      expect(connection.progress).toEqual({ phase: 'upgrade', target: 'h:1', uptime: 0 });
      clock.advance(100);
      await opened;
      clock.advance(100);
      expect(connection.progress).toEqual({ phase: 'opening', target: 'h:1', uptime: 0 });
      expect(connection.ready()).toBe(200);
      expect(connection.progress).toEqual({ phase: 'open', target: 'h:1', uptime: 0 });
      clock.advance(30);
      expect(connection.progress).toEqual({ phase: 'open', target: 'h:1', uptime: 30 });
      expect(connection.isClosing).toBe(false);
      connection.close(NORMAL_CLOSE);
      expect(connection.isClosing).toBe(true);
      clock.advance(10);
      expect(connection.progress).toEqual({ phase: 'closing', target: 'h:1', uptime: 40 });
      await ended;
      expect(connection.isClosing).toBe(true);
    });

    it.each<[string, (peer: WssConnection) => unknown, Partial<Ending>]>([
      ['a close', (peer) => peer.close(4001, 'x'), { _tag: 'Closed', by: 'server', code: 4001 }],
      [
        'a reset',
        (peer) => {
          peer.terminate();
        },
        { _tag: 'NetworkFailed', kind: 'reset' },
      ],
      [
        'a FIN',
        (peer) => {
          peer.end();
        },
        { _tag: 'NetworkFailed', kind: 'ended' },
      ],
      [
        'a violation',
        (peer) => peer.socket.write(frame({ opcode: 3 })),
        { _tag: 'ProtocolViolated', code: 1002 },
      ],
      [
        'too many pings',
        (peer) =>
          peer.socket.write(Buffer.concat(Array.from({ length: 500 }, () => frame({ opcode: 9 })))),
        { _tag: 'ProtocolViolated', violation: 'TOO_MANY_PINGS' },
      ],
    ])('should be in an ending that comes before it is ready: %s', async (_name, act, expected) => {
      const { ended, peer } = await openTo(await start(), {}, false);
      clock.advance(100);
      act(peer);
      expect(await ended).toMatchObject({ ...expected, phase: 'opening', uptime: 0 });
    });

    it('should be told with a close of ours that comes before it is ready', async () => {
      const { connection, ended } = await openTo(await start(), {}, false);
      connection.close(NORMAL_CLOSE);
      expect(await ended).toMatchObject({ _tag: 'Closed', phase: 'closing', uptime: 0 });
    });
  });

  describe('pings', () => {
    it('should go out with their payload, and be answered with it', async () => {
      const { connection, told, peer } = await openTo(await start());
      const before = connection.bytesRead;
      connection.ping(Buffer.from('one'));
      connection.ping(new Uint8Array(0));
      await until(() => expect(told.pongs).toEqual(['one', '']));
      expect(peer.pings).toBe(2);
      expect(connection.bytesRead).toBe(before + 2 + 3 + 2);
    });

    it('should not go out before it is open, nor once it closes', async () => {
      const server = await start();
      const { connection, opened, ended } = await connectTo(server.url);
      connection.ping(Buffer.from('early'));
      await opened;
      const peer = await server.nextConnection();
      connection.close(NORMAL_CLOSE);
      connection.ping(Buffer.from('late'));
      await ended;
      connection.ping(Buffer.from('too late'));
      expect(peer.pings).toBe(0);
    });

    it('should keep back the pongs that came along', async () => {
      const server = await startPeer(({ socket }) =>
        socket.write(
          Buffer.concat([
            frame({ opcode: 1, payload: 'one' }),
            frame({ opcode: 10, payload: 'pong' }),
          ]),
        ),
      );
      const { told, socket } = await connectTo(server.url, {}, {}, (connection) => {
        connection.destroy();
      });
      await once(socket, 'close');
      expect(told).toMatchObject({ messages: [['one', false]], pongs: [] });
    });
  });

  describe('a pause', () => {
    it('should keep what comes from being read, until it is over', async () => {
      const { connection, told, peer } = await openTo(await start());
      expect(connection.isPaused).toBe(false);
      connection.pause();
      expect(connection.isPaused).toBe(true);
      await peer.send('one');
      for (let each = 0; each < 5; each += 1) await new Promise(setImmediate);
      expect(told.messages).toEqual([]);
      connection.resume();
      expect(connection.isPaused).toBe(false);
      await until(() => expect(told.messages).toEqual([['one', false]]));
    });

    it('should be known also where ws makes it', async () => {
      const { connection, socket } = await openTo(await start());
      socket.pause();
      expect(connection.isPaused).toBe(true);
      socket.resume();
      expect(connection.isPaused).toBe(false);
    });

    it.each(['close', 'closeFor'] as const)(
      'should be over when we close, so that the answer is read: %s',
      async (how) => {
        const { connection, ended, told, peer } = await openTo(await start());
        connection.pause();
        await peer.send('one');
        if (how === 'close') connection.close(NORMAL_CLOSE);
        else
          connection.closeFor(
            { _tag: 'Cancelled', by: 'client', phase: 'open', uptime: 0 },
            NORMAL_CLOSE,
          );
        expect(connection.isPaused).toBe(false);
        expect(await peer.closed).toEqual({ code: 1000, reason: '' });
        expect(await ended).toMatchObject(
          how === 'close' ? { _tag: 'Closed', wasClean: true } : { _tag: 'Cancelled' },
        );
        expect(told.messages).toEqual(how === 'close' ? [['one', false]] : []);
      },
    );

    it('should do no harm before it is open and after', async () => {
      const { connection, opened } = await connectTo((await start()).url);
      connection.pause();
      connection.resume();
      await opened;
      connection.destroy();
      connection.pause();
      connection.resume();
    });
  });

  it('should know what was sent and not handed to the system yet', async () => {
    const { connection, peer } = await openTo(await start({ recordsMessages: false }));
    expect(connection.bufferedAmount).toBe(0);
    connection.send('abc');
    // With its header and masking key.
    expect(connection.bufferedAmount).toBe(9);
    peer.pause();
    for (let each = 0; each < 32; each += 1) connection.send(Buffer.alloc(1024 * 1024));
    expect(connection.bufferedAmount).toBeGreaterThan(1024 * 1024);
  });

  describe('closeFor', () => {
    const verdict: Ending = {
      _tag: 'TimedOut',
      by: 'policy',
      phase: 'open',
      option: 'idleTimeout',
      limit: 70,
      uptime: 70,
    };
    const order = { code: 1001, reason: 'idle' };

    it('should close with the order, and end with the verdict', async () => {
      const { connection, ended, told, peer } = await openTo(await start());
      connection.send('last');
      connection.closeFor(verdict, order);
      expect(told.endings).toEqual([]);
      expect(connection.send('late')).toBe(false);
      expect(await peer.closed).toEqual(order);
      expect(peer.messages).toMatchObject([{ text: 'last' }]);
      expect(await ended).toBe(verdict);
    });

    it('should tell no message any more', async () => {
      const { connection, ended, told, peer } = await openTo(await start());
      connection.closeFor(verdict, order);
      await peer.send('late').catch(() => undefined);
      await ended;
      expect(told.messages).toEqual([]);
    });

    it.each<[string, (peer: WssConnection) => unknown]>([
      [
        'breaks',
        (peer) => {
          peer.terminate();
        },
      ],
      ['brings a violation', (peer) => peer.socket.write(frame({ opcode: 3 }))],
    ])('should end with the verdict also when the line %s meanwhile', async (_name, act) => {
      const { connection, ended, peer } = await openTo(await start(), { closeTimeout: 50 });
      peer.pause();
      connection.closeFor(verdict, order);
      act(peer);
      expect(await ended).toBe(verdict);
    });

    it('should do nothing when a close has begun already', async () => {
      const { connection, ended, told, peer } = await openTo(await start());
      connection.close(NORMAL_CLOSE);
      connection.closeFor(verdict, order);
      await peer.send('still told').catch(() => undefined);
      expect(await ended).toMatchObject({ _tag: 'Closed', code: 1000 });
      expect(await peer.closed).toMatchObject({ code: 1000 });
      connection.closeFor(verdict, order);
      await new Promise(setImmediate);
      expect(told.endings).toHaveLength(1);
    });

    it('should stand when a close comes after it', async () => {
      const { connection, ended, peer } = await openTo(await start());
      connection.closeFor(verdict, order);
      connection.close(NORMAL_CLOSE);
      expect(await ended).toBe(verdict);
      expect(await peer.closed).toEqual(order);
    });
  });

  describe('fail', () => {
    const verdict: Ending = {
      _tag: 'TimedOut',
      by: 'policy',
      phase: 'open',
      option: 'heartbeat.timeout',
      limit: 10,
      uptime: 70,
    };

    it('should tear the line down without a close, and tell the verdict later', async () => {
      const { connection, ended, told, peer, socket } = await openTo(await start());
      connection.fail(verdict);
      expect(told.endings).toEqual([]);
      expect(socket.destroyed).toBe(true);
      expect(connection.send('late')).toBe(false);
      expect(await ended).toBe(verdict);
      expect(await peer.closed).toMatchObject({ code: 1006 });
      expect(told.endings).toHaveLength(1);
    });

    it('should not wait for what has not gone out', async () => {
      const { connection, ended, peer } = await openTo(await start({ recordsMessages: false }));
      peer.pause();
      for (let each = 0; each < 32; each += 1) connection.send(Buffer.alloc(1024 * 1024));
      connection.close(NORMAL_CLOSE);
      connection.fail(verdict);
      expect(clock.pending).toBe(0);
      expect(await ended).toBe(verdict);
    });

    it('should cut a closing handshake short', async () => {
      const { connection, ended, peer } = await openTo(await start());
      peer.pause();
      connection.close(NORMAL_CLOSE);
      connection.fail(verdict);
      expect(await ended).toBe(verdict);
    });

    it('should keep back the messages that came along', async () => {
      const server = await startPeer(({ socket }) =>
        socket.write(
          Buffer.concat(['one', 'two', 'three'].map((payload) => frame({ opcode: 1, payload }))),
        ),
      );
      const { told, ended } = await connectTo(server.url, {}, {}, (connection) => {
        connection.fail(verdict);
      });
      expect(await ended).toBe(verdict);
      expect(told.messages).toEqual([['one', false]]);
    });

    it('should end also a connection that is not open yet', async () => {
      const server = await startRaw(() => undefined);
      const { connection, ended, told } = await connectTo(server.url);
      connection.fail(verdict);
      expect(await ended).toBe(verdict);
      await new Promise(setImmediate);
      expect(told).toMatchObject({ endings: [verdict], opened: 0 });
    });

    it('should be told once, and do nothing once it is over', async () => {
      const { connection, ended, told } = await openTo(await start());
      connection.fail(verdict);
      connection.fail(verdict);
      await ended;
      connection.fail(verdict);
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      expect(told.endings).toEqual([verdict]);
    });

    it('should be told to nobody when it is destroyed before', async () => {
      const { connection, told } = await openTo(await start());
      connection.fail(verdict);
      connection.destroy();
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      expect(told.endings).toEqual([]);
    });

    it('should leave nothing to close', async () => {
      const { connection, ended } = await openTo(await start());
      connection.fail(verdict);
      expect(connection.isClosing).toBe(true);
      await ended;
    });
  });

  describe('a server that breaks the protocol', () => {
    it.each<[string, Uint8Array, number, string]>([
      ['an unknown opcode', frame({ opcode: 3 }), 1002, 'INVALID_OPCODE'],
      ['a reserved bit', frame({ opcode: 1, rsv: 4 }), 1002, 'UNEXPECTED_RSV_1'],
      ['invalid UTF-8', frame({ opcode: 1, payload: Buffer.of(0xff) }), 1007, 'INVALID_UTF8'],
      [
        'a code that is none',
        frame({ opcode: 8, payload: closePayload(1005) }),
        1002,
        'INVALID_CLOSE_CODE',
      ],
      [
        'a message too large',
        frame({ opcode: 2, payload: Buffer.alloc(1025) }),
        1009,
        'UNSUPPORTED_MESSAGE_LENGTH',
      ],
      [
        'a length that nothing holds',
        frame({ opcode: 2, declaredLength: 2n ** 62n }),
        1009,
        'UNSUPPORTED_DATA_PAYLOAD_LENGTH',
      ],
      [
        'too many fragments',
        Buffer.concat([
          frame({ opcode: 1, fin: false, payload: 'x' }),
          ...Array.from({ length: 9 }, () => frame({ opcode: 0, fin: false, payload: 'x' })),
        ]),
        1008,
        'TOO_MANY_BUFFERED_PARTS',
      ],
    ])('should be told by the rule: %s', async (_name, bytes, code, violation) => {
      const server = await startPeer(({ socket }) => socket.write(bytes));
      const { ended } = await connectTo(server.url);
      expect(await ended).toMatchObject({
        _tag: 'ProtocolViolated',
        by: 'server',
        phase: 'open',
        code,
        violation,
        uptime: 0,
        target: 'h:1',
        cause: { code: `WS_ERR_${violation}` },
      });
    });

    it('should be told while the closing handshake is under way', async () => {
      const server = await startPeer(async (connection) => {
        await connection.receivedUntil((bytes) => bytes.includes(0x88));
        connection.socket.write(frame({ opcode: 3 }));
      });
      const { connection, opened, ended } = await connectTo(server.url);
      await opened;
      connection.close(NORMAL_CLOSE);
      expect(await ended).toMatchObject({ _tag: 'ProtocolViolated', phase: 'closing', code: 1002 });
    });

    it('should be told of too many pings, which ws drops without a word', async () => {
      const pings = Buffer.concat(Array.from({ length: 500 }, () => frame({ opcode: 9 })));
      const server = await startPeer(({ socket }) => socket.write(pings));
      const { ended } = await connectTo(server.url);
      expect(await ended).toEqual({
        _tag: 'ProtocolViolated',
        by: 'server',
        phase: 'open',
        code: 1008,
        violation: 'TOO_MANY_PINGS',
        uptime: 0,
        target: 'h:1',
      });
    });
  });

  describe('destroy', () => {
    it('should end the line without a word', async () => {
      const { connection, socket, told, peer } = await openTo(await start());
      connection.destroy();
      expect(socket.destroyed).toBe(true);
      await peer.closed;
      await new Promise(setImmediate);
      expect(told.endings).toEqual([]);
      connection.close(NORMAL_CLOSE);
      connection.destroy();
    });

    it('should end the opening handshake, after which nothing is told', async () => {
      const server = await start();
      const { connection, told, socket } = await connectTo(server.url);
      connection.destroy();
      await once(socket, 'close');
      await new Promise(setImmediate);
      expect(told).toEqual({ messages: [], pongs: [], endings: [], opened: 0 });
    });

    it('should keep back the messages that came along', async () => {
      const server = await startPeer(({ socket }) =>
        socket.write(
          Buffer.concat(['one', 'two', 'three'].map((payload) => frame({ opcode: 1, payload }))),
        ),
      );
      const { told, socket } = await connectTo(server.url, {}, {}, (connection, text) => {
        if (text === 'one') connection.destroy();
      });
      await once(socket, 'close');
      expect(told.messages).toEqual([['one', false]]);
      expect(told.endings).toEqual([]);
    });
  });
});

/** Waits until `read` gives the same for some turns of the event loop. */
async function stable(read: () => number): Promise<void> {
  for (let same = 0, last = -1; same < 20; last = read()) {
    await new Promise(setImmediate);
    same = read() === last ? same + 1 : 0;
  }
}

/** Promise.withResolvers, which Node 20 does not have. */
function withResolvers<T>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
} {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
