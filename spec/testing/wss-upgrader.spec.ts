import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import {
  createCertificateAuthority,
  createWssServer,
  parseFrames,
  type WssConnection,
  type WssServer,
  type WssServerOptions,
} from '../../src/testing/index.js';

let tls: { readonly cert: string; readonly key: string };
let trust: ClientOptions;

beforeAll(async () => {
  const ca = await createCertificateAuthority();
  const { chain, key } = await ca.issue({ commonName: 'localhost', usage: 'server' });
  tls = { cert: chain, key };
  trust = { ca: ca.certificate };
});

describe('createUpgrader', () => {
  let server: WssServer | undefined;

  afterEach(async () => {
    await server?.close();
  });

  /** Both sides of one open connection. */
  async function open(
    options: WssServerOptions = {},
    protocols: string[] = [],
    clientOptions: ClientOptions = {},
  ): Promise<{
    readonly client: WebSocket;
    readonly connection: WssConnection;
    readonly socket: Socket;
  }> {
    server = await createWssServer(options);
    const client = new WebSocket(server.url, protocols, { ...trust, ...clientOptions });
    client.on('error', () => undefined);
    const upgraded = once(client, 'upgrade');
    const opened = once(client, 'open');
    const connection = await server.nextConnection();
    const { socket } = (await upgraded)[0] as IncomingMessage;
    await opened;
    return { client, connection, socket };
  }

  it.each([
    { name: 'the first offered by itself', protocols: undefined, expected: 'a' },
    { name: 'the first offered that it speaks', protocols: ['c', 'b'], expected: 'b' },
    { name: 'what a function says', protocols: (all: readonly string[]) => all[2], expected: 'c' },
  ])('should choose $name', async ({ protocols, expected }) => {
    const { client, connection } = await open({ protocols }, ['a', 'b', 'c']);
    expect(connection.protocol).toBe(expected);
    expect(client.protocol).toBe(expected);
  });

  it('should choose no subprotocol that it does not speak', async () => {
    server = await createWssServer({ protocols: [] });
    const error: unknown = (await once(new WebSocket(server.url, ['a']), 'error'))[0];
    expect(error).toMatchObject({ message: 'Server sent no subprotocol' });
  });

  it('should keep messages, whole, and give each once', async () => {
    const { client, connection } = await open();
    client.send('hel', { fin: false });
    client.send('lo');
    client.send(Uint8Array.of(1, 2));
    expect(await connection.nextMessage()).toMatchObject({ text: 'hello', isBinary: false });
    expect(await connection.nextMessage()).toMatchObject({
      data: Buffer.from([1, 2]),
      isBinary: true,
    });
    expect(connection.messages.map(({ text }) => text)).toEqual(['hello', '\x01\x02']);
    const next = connection.nextMessage();
    client.close(4001, 'enough');
    await expect(next).rejects.toThrow("the connection closed with 4001 'enough'");
  });

  it('should tell listeners until they are taken off', async () => {
    const { client, connection } = await open();
    const seen: unknown[] = [];
    const off = connection.onMessage((data, isBinary) => seen.push([String(data), isBinary]));
    client.send('one');
    await connection.nextMessage();
    off();
    client.send('two');
    await connection.nextMessage();
    expect(seen).toEqual([['one', false]]);
  });

  it('should keep no message when told so', async () => {
    const { client, connection } = await open({ recordsMessages: false });
    const heard = new Promise((resolve) => connection.onMessage(resolve));
    client.send('one');
    await heard;
    expect(connection.messages).toEqual([]);
  });

  it.each([
    { name: 'a string', data: 'text', options: undefined, expected: ['text', 'false'] },
    { name: 'bytes', data: Buffer.from('b'), options: undefined, expected: ['b', 'true'] },
    {
      name: 'bytes as text',
      data: Buffer.from('b'),
      options: { isBinary: false },
      expected: ['b', 'false'],
    },
    { name: 'an empty message', data: '', options: { fragments: 3 }, expected: ['', 'false'] },
    {
      name: 'fragments',
      data: 'grüße',
      options: { fragmentSize: 1 },
      expected: ['grüße', 'false'],
    },
  ])('should send $name', async ({ data, options, expected }) => {
    const { client, connection } = await open();
    const message = once(client, 'message');
    await connection.send(data, options);
    expect((await message).map(String)).toEqual(expected);
  });

  it('should send fragments as frames of their own', async () => {
    const { client, connection, socket } = await open();
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    const message = once(client, 'message');
    await connection.send('abcdef', { fragments: 3 });
    await message;
    const { frames } = parseFrames(Buffer.concat(chunks));
    expect(frames.map(({ opcode, fin, payload }) => [opcode, fin, String(payload)])).toEqual([
      [1, false, 'ab'],
      [0, false, 'cd'],
      [0, true, 'ef'],
    ]);
  });

  it('should answer pings and count them', async () => {
    const { client, connection } = await open();
    client.ping();
    await once(client, 'pong');
    expect(connection.pings).toBe(1);
  });

  it('should leave pings unanswered when told so', async () => {
    const { client, connection } = await open({ answersPings: false });
    let pongs = 0;
    client.on('pong', () => (pongs += 1));
    client.ping();
    client.send('after the ping');
    await connection.nextMessage();
    expect(connection.pings).toBe(1);
    // The client has everything the server said before this.
    const message = once(client, 'message');
    await connection.send('answer');
    await message;
    expect(pongs).toBe(0);
  });

  it('should ping, and know the pong', async () => {
    const { client, connection } = await open();
    const pinged = once(client, 'ping');
    await connection.ping('are you there');
    expect(String((await pinged)[0])).toBe('are you there');
    client.pause();
    const unanswered = connection.ping();
    connection.terminate();
    await expect(unanswered).rejects.toThrow("the connection closed with 1006 ''");
    client.resume();
  });

  it('should close with a code and a reason, and tell those of the client', async () => {
    const { client, connection } = await open();
    const closed = once(client, 'close');
    expect(await connection.close(4001, 'bye')).toEqual({ code: 4001, reason: 'bye' });
    expect((await closed).map(String)).toEqual(['4001', 'bye']);
    await expect(connection.send('late')).rejects.toThrow();
  });

  it.each([
    { name: 'ws', options: () => ({}) },
    { name: 'wss', options: () => ({ tls }) },
  ])('should tell a reset from an end: $name', async ({ options }) => {
    for (const how of ['terminate', 'end'] as const) {
      const { client, connection, socket } = await open(options());
      // ws itself says 1006 for both, so that only the socket tells them apart.
      const ended = new Promise((resolve) => {
        socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
        socket.on('end', () => resolve('end'));
      });
      const closed = once(client, 'close');
      connection[how]();
      expect(await ended).toBe(how === 'terminate' ? 'ECONNRESET' : 'end');
      expect((await closed)[0]).toBe(1006);
      expect(await connection.closed).toEqual({ code: 1006, reason: '' });
      await server?.close();
    }
  });

  it.each([
    { name: 'ws', options: () => ({}) },
    { name: 'wss', options: () => ({ tls }) },
  ])('should close when it is reset while its end is under way: $name', async ({ options }) => {
    const { client, connection } = await open(options());
    const closed = once(client, 'close');
    connection.end();
    connection.terminate();
    expect(await connection.closed).toEqual({ code: 1006, reason: '' });
    await closed;
  });

  it('should stop reading while paused', async () => {
    const { client, connection } = await open();
    connection.pause();
    expect(connection.socket.isPaused()).toBe(true);
    client.send('one');
    const message = once(client, 'message');
    await connection.send('said while paused');
    await message;
    expect(connection.messages).toEqual([]);
    connection.resume();
    expect((await connection.nextMessage()).text).toBe('one');
  });

  it('should survive a client that breaks the protocol or sends too much', async () => {
    const { client, connection } = await open({ maxPayload: 4 });
    client.send('too much');
    expect(await connection.closed).toMatchObject({ code: 1006 });
  });

  it('should compress only when told so', async () => {
    const offer = { perMessageDeflate: true };
    const plain = await open({}, [], offer);
    expect(plain.client.extensions).toBe('');
    await server?.close();
    const compressed = await open({ compression: true }, [], offer);
    expect(compressed.client.extensions).toBe('permessage-deflate');
  });
});
