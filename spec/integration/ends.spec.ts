import { describe, expect, it } from 'vitest';

import {
  AbortedError,
  CloseError,
  constantBackoff,
  DisposedError,
  text,
  webSocket,
} from '../../src/index.js';
import type { Ending, SocketOptions } from '../../src/index.js';
import { closePayload, frame } from '../../src/testing/index.js';
import { brief } from './support/brief.js';
import { activeResources, nothingLeftSince } from './support/leaks.js';
import { useNoUncaught } from './support/no-uncaught.js';
import { opened, tagsOf, textsOf } from './support/opened.js';
import { afterUpgrade, frameFrom, sending, silent } from './support/peer.js';
import { useServers } from './support/servers.js';
import { textSocket } from './support/text-socket.js';
import type { TextSocket } from './support/text-socket.js';
import { until, within } from './support/until.js';
import { endingOf, inState, stateOf, statesOf, watch } from './support/watch.js';

const servers = useServers();
useNoUncaught();

const soon = constantBackoff({ delay: 1 });
const late = constantBackoff({ delay: 60_000 });

const prepare = (options?: Partial<SocketOptions<string, string>>): ReturnType<typeof textSocket> =>
  textSocket(servers, options);

/** A socket whose server never answers a close. */
async function muteSocket(
  options: Partial<SocketOptions<string, string>> = {},
): Promise<{ readonly gone: () => Promise<unknown>; readonly socket: TextSocket }> {
  const mute = await servers.raw(afterUpgrade(silent));
  return {
    gone: () => within('the line', Promise.all(mute.connections.map((each) => each.closed))),
    socket: webSocket({ url: mute.url, ...options, codec: text() }),
  };
}

const TORN = { _tag: 'Closed', by: 'client', code: 1006, reason: '', wasClean: false } as const;

describe('terminate()', () => {
  it('should tear an open connection down without a close, and complete', async () => {
    const { server, socket } = await prepare({ reconnect: soon });
    const before = activeResources();
    const states = statesOf(socket);
    const [first, second] = [watch(socket), watch(socket.decoded)];
    const connection = await opened(server, socket);
    socket.terminate();
    expect(await connection.closed).toEqual({ code: 1006, reason: '' });
    expect(await first.outcome()).toEqual({ _tag: 'Completed' });
    expect(await second.outcome()).toEqual({ _tag: 'Completed' });
    expect(brief(await endingOf(socket))).toEqual({ ...TORN, phase: 'open' });
    expect(tagsOf(states)).toEqual(['Idle', 'Connecting', 'Open', 'Closed']);
    await nothingLeftSince(before);
    expect(server.requests).toHaveLength(1);
  });

  it('should still give the system what was sent in the same turn', async () => {
    const { server, socket } = await prepare();
    watch(socket);
    const connection = await opened(server, socket);
    socket.next('last');
    socket.next('words');
    socket.terminate();
    await connection.closed;
    expect(textsOf(connection)).toEqual(['last', 'words']);
  });

  it('should deliver nothing after it', async () => {
    const { server, socket } = await prepare();
    const seen = watch(socket);
    socket.subscribe((message) => {
      if (message === '3') socket.terminate();
    });
    const connection = await opened(server, socket);
    // One write, so that the messages are there together.
    connection.socket.cork();
    const all = Array.from({ length: 50 }, (_, each) => connection.send(String(each)));
    connection.socket.uncork();
    await Promise.allSettled(all);
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(seen.values).toEqual(['0', '1', '2', '3']);
  });

  it.each(['Connecting', 'Waiting', 'Opening'] as const)('should end %s at once', async (tag) => {
    const server = await servers.wss(
      tag === 'Waiting' ? { onRequest: () => ({ status: 503 }) } : {},
    );
    const socket = webSocket({
      url: server.url,
      codec: text(),
      reconnect: late,
      onOpen: () => new Promise<void>(() => undefined),
    });
    const before = activeResources();
    const seen = watch(socket);
    await inState(socket, tag);
    socket.terminate();
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
    expect(await endingOf(socket)).toMatchObject({
      ...TORN,
      phase: tag === 'Opening' ? 'opening' : 'options',
    });
    await nothingLeftSince(before);
  });

  it('should cut a closing handshake short', async () => {
    const { socket, gone } = await muteSocket({ closeTimeout: 60_000 });
    const before = activeResources();
    const seen = watch(socket);
    await inState(socket, 'Open');
    socket.complete();
    expect(stateOf(socket)._tag).toBe('Closing');
    socket.terminate();
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
    await gone();
    expect(await endingOf(socket)).toMatchObject({ by: 'client', wasClean: false });
    await nothingLeftSince(before);
  });

  it('should cut the one short that goes on after the last subscriber', async () => {
    const { socket, gone } = await muteSocket({ closeTimeout: 60_000 });
    const before = activeResources();
    const seen = watch(socket);
    await inState(socket, 'Open');
    seen.subscription.unsubscribe();
    socket.terminate();
    await gone();
    await inState(socket, 'Closed');
    await nothingLeftSince(before);
    expect(seen.outcomes).toEqual([]);
  });

  it('should keep what waits for the next subscriber', async () => {
    const { server, socket } = await prepare({ reconnect: late });
    const seen = watch(socket);
    (await opened(server, socket)).terminate();
    await inState(socket, 'Waiting');
    socket.next('kept');
    socket.terminate();
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
    const again = watch(socket);
    const connection = await opened(server, socket);
    expect((await connection.nextMessage()).text).toBe('kept');
    again.subscription.unsubscribe();
  });

  it('should do nothing where there is nothing', async () => {
    const { server, socket } = await prepare();
    socket.terminate();
    expect(stateOf(socket)).toEqual({ _tag: 'Idle' });
    const seen = watch(socket);
    void (await opened(server, socket)).close(1000);
    await seen.outcome();
    const ending = await endingOf(socket);
    socket.terminate();
    expect(await endingOf(socket)).toBe(ending);
  });
});

describe('closed', () => {
  it('should be the ending of the stream that is to begin, that is there, and that was', async () => {
    const { server, socket } = await prepare();
    const before = socket.closed;
    const seen = watch(socket);
    const during = socket.closed;
    void (await opened(server, socket)).close(1000, 'enough');
    const ending = await within('closed', before);
    expect(brief(ending)).toMatchObject({ _tag: 'Closed', by: 'server', reason: 'enough' });
    expect(await during).toBe(ending);
    expect(await socket.closed).toBe(ending);
    expect(seen.outcomes).toEqual([{ _tag: 'Completed' }]);
  });

  it('should not dial', async () => {
    const { server, socket } = await prepare();
    void socket.closed;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(server.requests).toEqual([]);
  });

  it('should resolve for a stream that fails', async () => {
    const { server, socket } = await prepare();
    const { closed } = socket;
    const seen = watch(socket);
    void (await opened(server, socket)).close(1011, 'broken');
    const error = await seen.failure();
    expect(error).toBeInstanceOf(CloseError);
    expect(await closed).toBe(error.ending);
  });

  it('should wait for the closing handshake', async () => {
    const { server, socket } = await prepare();
    const { closed } = socket;
    let isClosed = false;
    void closed.then(() => (isClosed = true));
    const seen = watch(socket);
    const connection = await opened(server, socket);
    connection.pause();
    seen.subscription.unsubscribe();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isClosed).toBe(false);
    connection.resume();
    expect(await within('closed', closed)).toMatchObject({ wasClean: true, code: 1000 });
  });

  it('should not be an end while it reconnects', async () => {
    const { server, socket } = await prepare({ reconnect: soon });
    const endings: Ending[] = [];
    void socket.closed.then((ending) => endings.push(ending));
    const seen = watch(socket);
    for (let each = 0; each < 3; each += 1) (await opened(server, socket)).terminate();
    const last = await opened(server, socket);
    expect(endings).toEqual([]);
    seen.subscription.unsubscribe();
    await last.closed;
    await until('the end', () => endings.length === 1);
    expect(endings).toMatchObject([{ by: 'client', code: 1000 }]);
  });

  it('should be of each stream, one after the other', async () => {
    const { server, socket } = await prepare();
    for (const code of [1000, 1011, 4000, 1000]) {
      const seen = watch(socket);
      const { closed } = socket;
      void (await opened(server, socket)).close(code);
      expect(await within('closed', closed)).toMatchObject({ code });
      await seen.outcome();
    }
  });

  it('should be of the stream that ended, for who dials again from within its end', async () => {
    const { server, socket } = await prepare();
    const closed = new Promise<Ending>((resolve, reject) => {
      socket.subscribe({
        complete: () => {
          watch(socket);
          socket.closed.then(resolve, reject);
        },
      });
    });
    void (await opened(server, socket)).close(1000, 'first');
    void (await opened(server, socket)).close(1000, 'second');
    expect(await within('closed', closed)).toMatchObject({ reason: 'second' });
  });
});

describe('closeWith', () => {
  const closeWith = { code: 4123, reason: 'bye' };

  it.each<{ name: string; end: (socket: TextSocket, leave: () => void) => void }>([
    { name: 'complete()', end: (socket) => socket.complete() },
    { name: 'the last unsubscribe', end: (_socket, leave) => leave() },
    { name: 'unsubscribe()', end: (socket) => socket.unsubscribe() },
    { name: 'drain()', end: (socket) => void socket.drain() },
    { name: 'reconnect()', end: (socket) => socket.reconnect() },
    { name: 'await using', end: (socket) => void socket[Symbol.asyncDispose]() },
  ])('should be what $name closes with', async ({ end }) => {
    const { server, socket } = await prepare({ closeWith });
    const seen = watch(socket);
    const connection = await opened(server, socket);
    end(socket, () => {
      seen.subscription.unsubscribe();
    });
    expect(stateOf(socket)).toEqual({ _tag: 'Closing', ...closeWith });
    expect(await connection.closed).toEqual(closeWith);
    socket.terminate();
  });

  it('should complete the stream, whatever the code', async () => {
    for (const code of [1011, 1001, 4400]) {
      const { server, socket } = await prepare({ closeWith: { code }, reconnect: soon });
      const seen = watch(socket);
      const connection = await opened(server, socket);
      socket.complete();
      expect(await connection.closed).toEqual({ code, reason: '' });
      expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
    }
  });

  it('should give way to error({ code })', async () => {
    const { server, socket } = await prepare({ closeWith });
    watch(socket);
    const connection = await opened(server, socket);
    socket.error({ code: 4000, reason: 'mine' });
    expect(await connection.closed).toEqual({ code: 4000, reason: 'mine' });
  });
});

describe('unsubscribe()', () => {
  it('should close, tell nobody, and refuse to be used again', async () => {
    const { server, socket } = await prepare({ reconnect: soon });
    const before = activeResources();
    const all = [watch(socket), watch(socket.decoded)];
    const connection = await opened(server, socket);
    socket.next('last words');
    socket.unsubscribe();
    expect(all.map(({ subscription }) => subscription.closed)).toEqual([true, true]);
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
    expect(textsOf(connection)).toEqual(['last words']);
    expect(() => {
      socket.next('more');
    }).toThrow(DisposedError);
    for (const source of [socket, socket.decoded, socket.asObservable()]) {
      expect(await watch<unknown>(source).outcome()).toMatchObject({
        error: { _tag: 'DisposedError', code: 'ERR_WSS_DISPOSED' },
      });
    }
    await inState(socket, 'Closed');
    await nothingLeftSince(before);
    expect(all.flatMap(({ outcomes }) => outcomes)).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  it('should leave everything else harmless', async () => {
    const { server, socket } = await prepare();
    const seen = watch(socket);
    const connection = await opened(server, socket);
    socket.unsubscribe();
    socket.unsubscribe();
    socket.complete();
    socket.error({ code: 4000 });
    socket.error(new Error('a source'));
    socket.reconnect();
    seen.subscription.unsubscribe();
    expect(await within('drain', socket.drain())).toBe(true);
    socket.terminate();
    await socket[Symbol.asyncDispose]();
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
    expect(await socket.closed).toMatchObject({ code: 1000, wasClean: true });
    expect(stateOf(socket)._tag).toBe('Closed');
    expect(socket.stats()).toMatchObject({ connections: 1, queuedMessages: 0 });
  });

  it('should drop what waits', async () => {
    const { server, socket } = await prepare({ reconnect: late });
    watch(socket);
    (await opened(server, socket)).terminate();
    await inState(socket, 'Waiting');
    socket.next('dropped');
    socket.unsubscribe();
    expect(socket.stats()).toMatchObject({ queuedMessages: 0, queuedBytes: 0 });
  });

  it.each(['Idle', 'Connecting', 'Opening', 'Waiting', 'Closing', 'Closed'] as const)(
    'should leave nothing behind in the state %s',
    async (tag) => {
      const server = await servers.wss(
        tag === 'Waiting' ? { onRequest: () => ({ status: 503 }) } : {},
      );
      const socket = webSocket({
        url: server.url,
        codec: text(),
        reconnect: late,
        ...(tag === 'Opening' ? { onOpen: () => new Promise<void>(() => undefined) } : {}),
      });
      const before = activeResources();
      if (tag !== 'Idle') {
        const seen = watch(socket);
        if (tag.startsWith('Clos')) {
          await inState(socket, 'Open');
          socket.complete();
        }
        await inState(socket, tag);
        socket.unsubscribe();
        await new Promise(setImmediate);
        expect(seen.outcomes).toHaveLength(tag === 'Closed' ? 1 : 0);
      }
      socket.unsubscribe();
      await nothingLeftSince(before);
      expect(() => {
        socket.next('x');
      }).toThrow(DisposedError);
    },
  );

  it('should be possible from within a message, for all who have not had it yet too', async () => {
    const { server, socket } = await prepare();
    const values: string[] = [];
    socket.subscribe((message) => {
      values.push(message);
      socket.unsubscribe();
    });
    const second = watch(socket);
    const connection = await opened(server, socket);
    await connection.send('one');
    await connection.send('two').catch(() => undefined);
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
    expect(values).toEqual(['one']);
    expect(second.values).toEqual([]);
  });

  it('should end multiplexed streams and watchStats() without a word, or not at all', async () => {
    const { server, socket } = await prepare();
    const part = watch(
      socket.multiplex(
        () => 'sub',
        () => 'unsub',
        () => true,
      ),
    );
    const stats = watch(socket.watchStats(5));
    const connection = await opened(server, socket);
    await connection.nextMessage();
    socket.unsubscribe();
    await connection.closed;
    expect(part.outcomes).toEqual([]);
    const { length } = stats.values;
    await until('more stats', () => stats.values.length > length + 1);
    stats.subscription.unsubscribe();
    part.subscription.unsubscribe();
  });
});

describe('await using', () => {
  it('should send what was given, close, and be done with it', async () => {
    const { server, socket } = await prepare();
    const before = activeResources();
    let seen;
    {
      await using own = socket;
      seen = watch(own);
      own.next('one');
      await inState(own, 'Open');
      own.next('two');
    }
    const connection = await server.nextConnection();
    expect(textsOf(connection)).toEqual(['one', 'two']);
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
    expect(seen.outcomes).toEqual([{ _tag: 'Completed' }]);
    expect(await watch(socket).outcome()).toMatchObject({ error: expect.any(DisposedError) });
    await nothingLeftSince(before);
  });

  it('should be done at once with a socket that nobody used', async () => {
    const { server, socket } = await prepare();
    await within('the end', socket[Symbol.asyncDispose]());
    expect(server.requests).toEqual([]);
    expect(() => {
      socket.next('x');
    }).toThrow(DisposedError);
  });

  it('should not wait longer than closeTimeout for a server that does not answer', async () => {
    const { socket, gone } = await muteSocket({ closeTimeout: 60 });
    const before = activeResources();
    const seen = watch(socket);
    await inState(socket, 'Open');
    const from = performance.now();
    await within('the end', socket[Symbol.asyncDispose]());
    expect(performance.now() - from).toBeLessThan(1_500);
    expect(seen.outcomes).toEqual([{ _tag: 'Completed' }]);
    await gone();
    await nothingLeftSince(before);
  });

  it('should not wait longer than closeTimeout for a server that is down, with a full outbox', async () => {
    const { server, socket } = await prepare({
      reconnect: soon,
      closeTimeout: 60,
      outbox: { maxMessages: 100 },
    });
    await server.close();
    const before = activeResources();
    const seen = watch(socket);
    for (let each = 0; each < 100; each += 1) socket.next(String(each));
    const from = performance.now();
    await within('the end', socket[Symbol.asyncDispose]());
    expect(performance.now() - from).toBeLessThan(1_500);
    expect(seen.outcomes).toEqual([{ _tag: 'Completed' }]);
    expect(socket.stats().queuedMessages).toBe(0);
    await nothingLeftSince(before);
  });

  it('should not wait for onOpen longer than closeTimeout', async () => {
    const { socket } = await prepare({
      closeTimeout: 60,
      onOpen: () => new Promise<void>(() => undefined),
    });
    const before = activeResources();
    watch(socket);
    socket.next('never sent');
    await inState(socket, 'Opening');
    await within('the end', socket[Symbol.asyncDispose]());
    await nothingLeftSince(before);
  });

  it('should tear down a line that takes nothing', async () => {
    const stuck = await servers.raw(
      afterUpgrade(({ socket }) => {
        socket.pause();
      }),
    );
    const socket = webSocket({ url: stuck.url, codec: text(), closeTimeout: 60 });
    const before = activeResources();
    watch(socket);
    await inState(socket, 'Open');
    for (let each = 0; each < 16; each += 1) socket.next('x'.repeat(1024 * 1024));
    await within('the end', socket[Symbol.asyncDispose]());
    for (const { socket: line } of stuck.connections) line.destroy();
    await nothingLeftSince(before);
  });

  it('should not throw when the stream fails meanwhile', async () => {
    const controller = new AbortController();
    const { socket } = await muteSocket({ signal: controller.signal });
    const seen = watch(socket);
    await inState(socket, 'Open');
    const disposed = socket[Symbol.asyncDispose]();
    controller.abort();
    await within('the end', disposed);
    expect(await seen.failure()).toBeInstanceOf(AbortedError);
  });
});

describe('complete() behind what waits', () => {
  it('should send the close after the messages, in one stream of frames', async () => {
    const server = await servers.raw(afterUpgrade(silent));
    const socket = webSocket({ url: server.url, codec: text(), closeTimeout: 50 });
    const seen = watch(socket);
    socket.next('one');
    socket.complete();
    socket.next('after the close');
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
    const [connection] = server.connections;
    if (connection === undefined) throw new Error('no connection');
    expect((await frameFrom(connection, 8)).payload.readUInt16BE(0)).toBe(1000);
    expect(socket.stats().queuedMessages).toBe(1);
  });
});

describe('complete()', () => {
  it('should close as we say, though the close of the server came with the message that is answered', async () => {
    const question = frame({ opcode: 1, payload: 'question' });
    const close = frame({ opcode: 8, payload: closePayload(4001, 'over') });
    const server = await servers.raw(sending(Buffer.concat([question, close])));
    const socket = webSocket({ url: server.url, codec: text() });
    socket.subscribe(() => {
      socket.next('answer');
      socket.complete();
    });
    const connection = await until('the connection', () => server.connections[0]);
    expect((await frameFrom(connection, 1)).payload.toString()).toBe('answer');
    expect((await frameFrom(connection, 8)).payload.readUInt16BE(0)).toBe(1000);
    connection.socket.end();
    expect(await within('the end', socket.closed)).toMatchObject({ code: 1000, by: 'client' });
  });
});
