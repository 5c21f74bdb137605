import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

import * as E from 'fp-ts/lib/Either.js';
import * as fc from 'fast-check';
import * as t from 'io-ts';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  AbortedError,
  constantBackoff,
  describeChannelMessage,
  json,
  NetworkError,
  subscribeChannel,
  text,
  webSocket,
} from '../../src/index.js';
import type { ChannelMessages, ChannelName, SocketStats } from '../../src/index.js';
import { createCertificateAuthority, createWssServer } from '../../src/testing/index.js';
import type { CertificateAuthority, WssConnection } from '../../src/testing/index.js';
import { eitherCodec } from './support/either-codec.js';
import { useServers } from './support/servers.js';
import { collectUncaught } from './support/uncaught.js';
import type { UncaughtErrors } from './support/uncaught.js';
import { until, within } from './support/until.js';
import { endingOf, inState, watch } from './support/watch.js';

const NAMES = [
  'rx-wss:connecting',
  'rx-wss:opening',
  'rx-wss:open',
  'rx-wss:closing',
  'rx-wss:close',
  'rx-wss:retry',
  'rx-wss:end',
  'rx-wss:reject',
  'rx-wss:ping',
  'rx-wss:pong',
  'rx-wss:tls',
] as const satisfies readonly ChannelName[];

/** A message and the channel that it came on. */
type Published = {
  readonly [Name in ChannelName]: { readonly name: Name; readonly message: ChannelMessages[Name] };
}[ChannelName];

const servers = useServers();
const soon = constantBackoff({ delay: 1 });

let uncaught: UncaughtErrors;
let published: Published[];
let stops: (() => void)[];

beforeEach(() => {
  uncaught = collectUncaught();
  published = [];
  stops = NAMES.map((name) =>
    subscribeChannel(name, (message) => {
      // TypeScript does not see that the two belong together.
      published.push({ name, message } as Published);
    }),
  );
});

afterEach(() => {
  for (const stop of stops) stop();
  uncaught.stop();
  expect(uncaught.errors).toEqual([]);
});

/** The messages of one channel, in order. */
function on<Name extends ChannelName>(name: Name): readonly ChannelMessages[Name][] {
  return published.flatMap((each) =>
    each.name === name ? [each.message as ChannelMessages[Name]] : [],
  );
}

/** The short names of the channels in the order they were published on, without the heartbeat. */
function course(): readonly string[] {
  return published
    .map(({ name }) => name.replace('rx-wss:', ''))
    .filter((name) => name !== 'ping' && name !== 'pong');
}

describe('the channels', () => {
  let ca: CertificateAuthority;

  beforeAll(async () => {
    ca = await createCertificateAuthority();
  });

  it('should tell a whole life with its fields', async () => {
    const { chain, key } = await ca.issue({ commonName: 'localhost', usage: 'server' });
    let requests = 0;
    const server = await servers.wss({
      tls: { cert: chain, key },
      onRequest: () => {
        requests += 1;
        return requests === 1 ? { status: 503 } : undefined;
      },
    });
    const socket = webSocket({
      url: server.url,
      codec: json({ incoming: t.type({ price: t.number }) }),
      tls: { ca: ca.certificate },
      reconnect: soon,
      heartbeat: { interval: 5 },
      onOpen: () => undefined,
    });
    const seen = watch(socket);
    const first = await within('the first connection', server.nextConnection());
    await until('a pong', () => on('rx-wss:pong').length > 0);
    await first.send('{"price":"one"}');
    await first.send('{"price":1}');
    await seen.received(1);
    await first.close(1012, 'restart');
    await within('the second connection', server.nextConnection());
    await until('the second open', () => on('rx-wss:open').length === 2);
    socket.complete();
    await seen.outcome();
    await until('the end', () => on('rx-wss:end').length === 1);

    expect(course()).toEqual([
      ...['connecting', 'close', 'retry'],
      ...['connecting', 'opening', 'open', 'reject', 'close', 'retry'],
      ...['connecting', 'opening', 'open', 'closing', 'close', 'end'],
    ]);
    const number = on('rx-wss:connecting')[0]?.socket;
    expect(published.every(({ message }) => message.socket === number)).toBe(true);
    expect(on('rx-wss:connecting').map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    const target = `127.0.0.1:${server.port}`;
    const info = { target, address: target, protocol: '', tls: { acceptedBy: 'chain' } };
    expect(on('rx-wss:opening')).toMatchObject([
      { attempt: 2, connection: 1, info },
      { attempt: 3, connection: 2, info },
    ]);
    expect(on('rx-wss:open')).toMatchObject([
      { attempt: 2, connection: 1, info: { ...info, since: expect.any(Number) } },
      { attempt: 3, connection: 2, info },
    ]);
    expect(on('rx-wss:close')).toMatchObject([
      { attempt: 1, ending: { _tag: 'UpgradeRefused', status: 503 } },
      { attempt: 2, connection: 1, ending: { _tag: 'Closed', by: 'server', code: 1012 } },
      { attempt: 3, connection: 2, ending: { _tag: 'Closed', by: 'client', code: 1000 } },
    ]);
    expect(on('rx-wss:close')[0]).not.toHaveProperty('connection');
    const retries = on('rx-wss:retry');
    expect(retries).toMatchObject([
      { attempt: 2, delay: 1, ending: { _tag: 'UpgradeRefused' } },
      { attempt: 3, delay: 1, ending: { _tag: 'Closed', code: 1012, reason: 'restart' } },
    ]);
    for (const { retryAt } of retries) expect(Math.abs(Date.now() - retryAt)).toBeLessThan(10_000);
    expect(on('rx-wss:reject')).toMatchObject([
      { connection: 1, failure: { codec: 'json', phase: 'schema' } },
    ]);
    expect(on('rx-wss:closing')).toMatchObject([{ connection: 2, code: 1000, reason: '' }]);
    expect(on('rx-wss:end')).toEqual([{ socket: number, ending: await endingOf(socket) }]);
    expect(on('rx-wss:ping')[0]).toEqual({ socket: number, connection: 1 });
    expect(on('rx-wss:pong')[0]).toEqual({
      socket: number,
      connection: 1,
      rtt: expect.any(Number),
    });
    expect(on('rx-wss:tls')).toEqual([]);
    // Whatever is published can be put on one line.
    for (const { name, message } of published) {
      expect(describeChannelMessage<ChannelName>(name, message)).toMatch(/^socket \d+: [\w:, ]+/);
    }
  });

  it('should number the sockets, and the connections of each', async () => {
    const server = await servers.wss();
    const sockets = [0, 1].map(() => webSocket({ url: server.url, codec: text() }));
    for (const round of [1, 2]) {
      for (const socket of sockets) {
        const { subscription } = watch(socket);
        await within('a connection', server.nextConnection());
        await inState(socket, 'Open');
        subscription.unsubscribe();
        await inState(socket, 'Closed');
      }
      expect(on('rx-wss:open').map(({ connection }) => connection)).toEqual(
        [1, 1, 2, 2].slice(0, 2 * round),
      );
    }
    const numbers = on('rx-wss:open').map(({ socket }) => socket);
    expect(numbers).toEqual([numbers[0], Number(numbers[0]) + 1, ...numbers.slice(0, 2)]);
    expect(on('rx-wss:connecting').map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1]);
  });

  it('should tell the end without an error when the last subscriber leaves', async () => {
    const server = await servers.wss();
    const socket = webSocket({ url: server.url, codec: text() });
    const { subscription } = watch(socket);
    await inState(socket, 'Open');
    subscription.unsubscribe();
    await until('the end', () => on('rx-wss:end').length === 1);
    expect(course()).toEqual(['connecting', 'open', 'closing', 'close', 'end']);
    const ending = { _tag: 'Closed', by: 'client', code: 1000, wasClean: true };
    expect(on('rx-wss:end')).toMatchObject([{ ending }]);
    expect(on('rx-wss:end')[0]).not.toHaveProperty('error');
  });

  it('should tell of an attempt that is left while under way', async () => {
    let isReached = false;
    const server = await servers.raw(() => {
      isReached = true;
    });
    const socket = webSocket({ url: server.url, codec: text() });
    const { subscription } = watch(socket);
    await until('the line', () => isReached);
    subscription.unsubscribe();
    expect(course()).toEqual(['connecting', 'close', 'end']);
    expect(on('rx-wss:close')).toMatchObject([{ attempt: 1, ending: { _tag: 'Cancelled' } }]);
  });

  it('should tell the end while it waits for the next attempt', async () => {
    const server = await servers.wss({ onRequest: () => ({ status: 503 }) });
    const reconnect = constantBackoff({ delay: 60_000 });
    const socket = webSocket({ url: server.url, codec: text(), reconnect });
    const { subscription } = watch(socket);
    await inState(socket, 'Waiting');
    subscription.unsubscribe();
    expect(course()).toEqual(['connecting', 'close', 'retry', 'end']);
  });

  it('should tell the error that the stream failed with', async () => {
    const server = await servers.wss();
    const connected = server.nextConnection();
    const socket = webSocket({ url: server.url, codec: text() });
    const seen = watch(socket);
    (await within('the connection', connected)).terminate();
    const error = await seen.failure();
    expect(error).toBeInstanceOf(NetworkError);
    expect(course()).toEqual(['connecting', 'open', 'close', 'end']);
    expect(on('rx-wss:end')).toEqual([{ socket: expect.any(Number), ending: error.ending, error }]);
  });

  it('should tell the end first when the signal aborts, then the closing handshake', async () => {
    const server = await servers.wss();
    const controller = new AbortController();
    const { signal } = controller;
    const socket = webSocket({ url: server.url, codec: text(), signal });
    const seen = watch(socket);
    const connection = await within('the connection', server.nextConnection());
    await inState(socket, 'Open');
    controller.abort();
    expect(await seen.failure()).toBeInstanceOf(AbortedError);
    await connection.closed;
    await until('the close', () => on('rx-wss:close').length === 1);
    expect(course()).toEqual(['connecting', 'open', 'end', 'closing', 'close']);
    expect(on('rx-wss:end')).toMatchObject([{ error: { code: 'ERR_WSS_ABORTED' } }]);
  });

  it('should tell of one close for every attempt when the signal has aborted before', async () => {
    const signal = AbortSignal.abort();
    const seen = watch(webSocket({ url: 'ws://127.0.0.1:1', codec: text(), signal }));
    await seen.failure();
    const attempts = on('rx-wss:connecting').length;
    expect(on('rx-wss:close')).toHaveLength(attempts);
    expect(on('rx-wss:end')).toHaveLength(1);
  });

  it('should tell of a connection that onOpen refused', async () => {
    const server = await servers.wss();
    const onOpen = (): void => {
      throw new Error('no');
    };
    const seen = watch(webSocket({ url: server.url, codec: text(), onOpen }));
    await seen.failure();
    expect(course()).toEqual(['connecting', 'opening', 'closing', 'close', 'end']);
    expect(on('rx-wss:close')).toMatchObject([{ attempt: 1, ending: { _tag: 'OpeningRefused' } }]);
    expect(on('rx-wss:closing')).toMatchObject([{ connection: 1, code: 1008 }]);
  });

  it('should tell of a dangerous certificate once', async () => {
    const { chain, key } = await ca.issue({ commonName: 'localhost', usage: 'server' });
    const server = await servers.wss({ tls: { cert: chain, key } });
    const tls = { dangerouslyAcceptCertificate: () => E.right(undefined) };
    const socket = webSocket({ url: server.url, codec: text(), tls, reconnect: soon });
    watch(socket);
    const connection = await within('the connection', server.nextConnection());
    await inState(socket, 'Open');
    await connection.close(1012);
    await until('the second open', () => on('rx-wss:open').length === 2);
    expect(on('rx-wss:tls')).toMatchObject([
      { _tag: 'DangerAccepted', role: 'server', socket: on('rx-wss:open')[0]?.socket },
    ]);
    socket.complete();
    await inState(socket, 'Closed');
  });

  it('should leave the socket alone when a listener ends it', async () => {
    const server = await servers.wss();
    const socket = webSocket({ url: server.url, codec: text(), reconnect: soon });
    stops.push(subscribeChannel('rx-wss:open', () => socket.complete()));
    const seen = watch(socket);
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
    expect(course()).toEqual(['connecting', 'open', 'closing', 'close', 'end']);
  });
});

describe('the order of the channels', () => {
  // What may follow on what in one stream, from its first subscriber to its end.
  const STREAM =
    /^(connecting (opening (reject )*)?(open (reject )*)?(closing (reject )*)?close (retry )?)+end $/;

  const ACTS = [
    ...['complete', 'unsubscribe', 'terminate', 'reconnect', 'bad message', 'refuse the next'],
    ...[
      'server closes',
      'server resets',
      'server ends',
      'fail onOpen',
      'breathe',
      'breathe',
      'breathe',
    ],
  ] as const;

  it('should be that of a life, whatever happens', async () => {
    const runs = fc.asyncProperty(fc.array(fc.constantFrom(...ACTS), { maxLength: 12 }), live);
    await fc.assert(runs, { numRuns: 60, endOnFailure: true });
  });

  async function live(acts: readonly (typeof ACTS)[number][]): Promise<void> {
    published = [];
    let isRefusing = false;
    let isFailing = false;
    const server = await createWssServer({
      onRequest: () => {
        const refusal = isRefusing ? { status: 503 } : undefined;
        isRefusing = false;
        return refusal;
      },
    });
    const socket = webSocket({
      url: server.url,
      codec: json({ incoming: t.number }),
      reconnect: { policy: soon, isTransient: () => true },
      onOpen: () => {
        if (isFailing) throw new Error('no');
      },
    });
    const { subscription } = watch(socket);
    const deeds: Readonly<
      Record<(typeof ACTS)[number], (peer: WssConnection | undefined) => unknown>
    > = {
      complete: () => socket.complete(),
      unsubscribe: () => subscription.unsubscribe(),
      terminate: () => socket.terminate(),
      reconnect: () => socket.reconnect(),
      'bad message': (peer) => peer?.send('bad').catch(() => undefined),
      'refuse the next': () => (isRefusing = true),
      'fail onOpen': () => (isFailing = !isFailing),
      'server closes': (peer) => void peer?.close(1012),
      'server resets': (peer) => peer?.terminate(),
      'server ends': (peer) => peer?.end(),
      breathe: () => pause(3),
    };
    for (const act of acts) {
      await deeds[act]([...server.connections].at(-1));
      await pause(0);
    }
    subscription.unsubscribe();
    await until('the end', () => on('rx-wss:end').length > 0);
    await server.close();
    expect(`${course().join(' ')} `).toMatch(STREAM);
    expect(socket.stats()).toMatchObject({
      attempts: on('rx-wss:connecting').length,
      connections: on('rx-wss:open').length,
      rejected: on('rx-wss:reject').length,
    });
  }
});

describe('stats', () => {
  const sizeOf = (message: string | Uint8Array): number => Buffer.byteLength(message);
  const total = (messages: readonly (string | Uint8Array)[]): number =>
    messages.reduce((sum, message) => sum + sizeOf(message), 0);

  it('should add up to what was sent and received, over several connections', async () => {
    const incoming = ['', 'ä€😀', Uint8Array.of(0, 255), 'x'.repeat(70_000), new Uint8Array(300)];
    const outgoing = ['öffnen', Uint8Array.of(1, 2, 3), '', 'y'.repeat(100_000)];
    const server = await servers.wss();
    const connections: WssConnection[] = [];
    const socket = webSocket({
      url: server.url,
      codec: eitherCodec,
      reconnect: soon,
      onOpen: (session) => {
        session.send('hello');
      },
    });
    for (const message of outgoing) socket.next(message);
    expect(socket.stats()).toMatchObject({
      ...{ messagesSent: 0, bytesSent: 0, attempts: 0, connections: 0, uptime: 0 },
      ...{ queuedMessages: outgoing.length, queuedBytes: total(outgoing) },
    });
    const seen = watch(socket);
    for (const round of [1, 2, 3]) {
      const connection = await within('a connection', server.nextConnection());
      connections.push(connection);
      await until('the open', () => socket.stats().connections === round);
      for (const message of outgoing) socket.next(message);
      for (const message of incoming) await connection.send(message);
      await seen.received(round * incoming.length);
      const due = round === 1 ? 2 * outgoing.length + 1 : outgoing.length + 1;
      await until('what was sent', () => connection.messages.length === due);
      expect(socket.stats()).toMatchObject({ queuedMessages: 0, queuedBytes: 0 });
      if (round < 3) await connection.close(1012);
    }
    const arrived = connections.flatMap(({ messages }) => messages.map(({ data }) => data));
    const stats = socket.stats();
    expect(stats).toMatchObject({
      ...{ messagesReceived: 3 * incoming.length, bytesReceived: 3 * total(incoming) },
      ...{ messagesSent: arrived.length, bytesSent: total(arrived), rejected: 0 },
      ...{ attempts: 3, connections: 3, reconnects: 2, bufferedAmount: 0 },
    });
    expect(total(arrived)).toBe(4 * total(outgoing) + 3 * sizeOf('hello'));
    expect(stats.uptime).toBeLessThanOrEqual(Date.now() - Number(stats.since));
    socket.complete();
    await seen.outcome();
    expect(socket.stats()).toEqual({ ...stats, since: undefined, uptime: 0 });
  });

  it('should count the bad messages among those that came', async () => {
    const server = await servers.wss();
    const codec = json({ incoming: t.type({ price: t.number }) });
    const socket = webSocket({ url: server.url, codec });
    const seen = watch(socket);
    const connection = await within('the connection', server.nextConnection());
    for (const message of ['{"price":1}', '{', '{"price":"1"}', '{"price":2}']) {
      await connection.send(message);
    }
    await seen.received(2);
    const bytesReceived = 11 + 1 + 13 + 11;
    expect(socket.stats()).toMatchObject({ messagesReceived: 4, bytesReceived, rejected: 2 });
    seen.subscription.unsubscribe();
    await inState(socket, 'Closed');
  });

  it('should count the pings and tell the round trip time while the line is open', async () => {
    const server = await servers.wss();
    const heartbeat = { interval: 5 };
    const socket = webSocket({ url: server.url, codec: text(), heartbeat });
    expect(socket.stats().rtt).toBeUndefined();
    const seen = watch(socket);
    const connection = await within('the connection', server.nextConnection());
    const { rtt } = await until('two pongs', () => {
      const stats = socket.stats();
      return stats.pongs >= 2 && stats;
    });
    expect(rtt).toBeGreaterThanOrEqual(0);
    socket.complete();
    await seen.outcome();
    const { pings, pongs, rtt: after } = socket.stats();
    expect(pings).toBe(connection.pings);
    expect(pongs).toBeLessThanOrEqual(pings);
    expect(on('rx-wss:ping')).toHaveLength(pings);
    expect(on('rx-wss:pong')).toHaveLength(pongs);
    expect(after).toBeUndefined();
  });

  it('should tell what the system does not take', async () => {
    const server = await servers.wss();
    const socket = webSocket({ url: server.url, codec: text() });
    const seen = watch(socket);
    const connection = await within('the connection', server.nextConnection());
    await inState(socket, 'Open');
    connection.pause();
    const message = 'x'.repeat(1_000_000);
    for (let count = 0; count < 16; count += 1) socket.next(message);
    // As many as it takes to reach outbox.highWaterMark; the others wait in the outbox.
    expect(socket.stats()).toMatchObject({
      messagesSent: 2,
      queuedMessages: 14,
      queuedBytes: 14_000_000,
    });
    await until('what the system does not take', () => {
      const { bufferedAmount, messagesSent, queuedMessages } = socket.stats();
      expect(bufferedAmount).toBeLessThan(2_100_000);
      expect(messagesSent + queuedMessages).toBe(16);
      return bufferedAmount > 1_000_000;
    });
    connection.resume();
    await until('the flush', () => socket.stats().messagesSent === 16, 10_000);
    await until('the last of it', () => socket.stats().bufferedAmount === 0, 10_000);
    expect(socket.stats()).toMatchObject({ queuedMessages: 0, queuedBytes: 0 });
    seen.subscription.unsubscribe();
    await inState(socket, 'Closed');
  });

  it('should come as an observable that neither dials nor holds anything', async () => {
    const server = await servers.wss();
    const socket = webSocket({ url: server.url, codec: text() });
    const told: SocketStats[] = [];
    const watching = socket.watchStats(5).subscribe((stats) => told.push(stats));
    await until('some stats', () => told.length > 2);
    expect(server.requests).toEqual([]);
    const seen = watch(socket);
    const connection = await within('the connection', server.nextConnection());
    await connection.send('one');
    await until('the message in the stats', () => told.at(-1)?.messagesReceived === 1);
    socket.complete();
    await seen.outcome();
    await until('stats after the end', () => told.at(-1)?.since === undefined);
    watching.unsubscribe();
    const { length } = told;
    await inState(socket, 'Closed');
    expect(told).toHaveLength(length);
    expect(() => socket.watchStats(0)).toThrow(/^interval: must be /);
  });
});

describe('NODE_DEBUG=rx-wss', () => {
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rx-wss-diagnostics-'));
    const entry = fileURLToPath(new URL('../../src/index.ts', import.meta.url));
    await build({
      configFile: false,
      logLevel: 'silent',
      ssr: { noExternal: true },
      build: {
        ssr: entry,
        outDir: folder,
        rolldownOptions: { output: { entryFileNames: 'index.mjs' } },
      },
    });
    writeFileSync(
      join(folder, 'run.mjs'),
      `import { constantBackoff, webSocket } from ${JSON.stringify(pathToFileURL(join(folder, 'index.mjs')).href)};
       const socket = webSocket({
         url: process.argv[2] + '/secret-path?token=secret',
         headers: { authorization: 'secret' },
         reconnect: constantBackoff({ delay: 1 }),
         heartbeat: { interval: 5 },
         completeOn: ({ reason }) => reason === 'bye',
       });
       socket.subscribe();
       socket.next('secret');`,
    );
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('should print the life of a real socket, and nothing that is secret or hostile', async () => {
    const server = await servers.wss({
      onRequest: () =>
        server.requests.length === 1
          ? { status: 503, headers: { 'Set-Cookie': 'secret' }, body: 'secret' }
          : undefined,
    });
    const env = { PATH: process.env['PATH'], NODE_DEBUG: 'rx-wss' };
    const script = join(folder, 'run.mjs');
    const child = spawn(process.execPath, [script, server.url], { env, stdio: 'pipe' });
    try {
      const printed = textOf(child.stderr);
      const exited = new Promise((resolve) => child.once('exit', resolve));
      const first = await within('the first connection', server.nextConnection());
      await first.send('not JSON, but secret');
      await until('a ping', () => first.pings > 1);
      await first.close(4000, '\u001b[31m\r\nfake: x\u2028\u202e');
      const second = await within('the second connection', server.nextConnection());
      await second.close(4001, 'bye');
      expect(await within('the exit', exited)).toBe(0);
      const lines = (await printed).split('\n').map((line) => line.replace(/^RX-WSS \d+: /, ''));
      const target = `127.0.0.1:${server.port}`;
      const hostile = '\\u001b[31m\\u000d\\u000afake: x\\u2028\\u202e';
      const closed = `${target}: The server closed the connection with code`;
      const beats = (line: string): boolean => !/: p[io]ng: /.test(line);
      expect(lines.filter(beats).map((line) => line.replace(/after \d+ ms/, 'after 0 ms'))).toEqual(
        [
          'socket 1: connecting: attempt 1',
          `socket 1: close: attempt 1: ${target}: The server answered the opening handshake with HTTP 503 Service Unavailable`,
          `socket 1: retry: attempt 2 in 1 ms: ${target}: The server answered the opening handshake with HTTP 503 Service Unavailable`,
          'socket 1: connecting: attempt 2',
          `socket 1: open: connection 1 by attempt 2 to ${target} (${target}), without TLS`,
          'socket 1: reject: connection 1: a text message of 20 bytes did not decode (json codec, json)',
          `socket 1: close: connection 1 after 0 ms: ${closed} 4000 (${hostile})`,
          `socket 1: retry: attempt 3 in 1 ms: ${closed} 4000 (${hostile})`,
          'socket 1: connecting: attempt 3',
          `socket 1: open: connection 2 by attempt 3 to ${target} (${target}), without TLS`,
          `socket 1: close: connection 2 after 0 ms: ${closed} 4001 (bye)`,
          `socket 1: end: ${closed} 4001 (bye)`,
          '',
        ],
      );
      expect(lines.some((line) => /^socket 1: pong: connection 1 in \d+ ms$/.test(line))).toBe(
        true,
      );
      expect(lines.join('')).not.toContain('secret');
    } finally {
      child.kill('SIGKILL');
    }
  });
});
