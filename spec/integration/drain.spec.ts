import { getEventListeners } from 'node:events';

import { describe, expect, it } from 'vitest';

import {
  bytes,
  constantBackoff,
  OptionRangeError,
  OptionTypeError,
  text,
  webSocket,
} from '../../src/index.js';
import type { DrainOptions, SocketOptions } from '../../src/index.js';
import { activeResources, nothingLeftSince } from './support/leaks.js';
import { useNoUncaught } from './support/no-uncaught.js';
import { opened, textsOf } from './support/opened.js';
import { afterUpgrade, silent } from './support/peer.js';
import { useServers } from './support/servers.js';
import { textSocket } from './support/text-socket.js';
import { until, within } from './support/until.js';
import { inState, stateOf, watch } from './support/watch.js';

const servers = useServers();
useNoUncaught();

const soon = constantBackoff({ delay: 1 });

const prepare = (options?: Partial<SocketOptions<string, string>>): ReturnType<typeof textSocket> =>
  textSocket(servers, options);

/** A port on which nobody listens, until a server is started on it. */
async function freePort(): Promise<number> {
  const server = await servers.wss();
  await server.close();
  return server.port;
}

describe('drain', () => {
  it('should send what was given, close, complete, and give true', async () => {
    const { server, socket } = await prepare();
    const before = activeResources();
    const seen = watch(socket);
    const connection = await opened(server, socket);
    for (let each = 0; each < 500; each += 1) socket.next(String(each));
    expect(await within('drain', socket.drain())).toBe(true);
    expect(textsOf(connection)).toEqual(Array.from({ length: 500 }, (_, each) => String(each)));
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
    expect(seen.outcomes).toEqual([{ _tag: 'Completed' }]);
    await nothingLeftSince(before);
  });

  describe('where the server acknowledges', () => {
    const acknowledge = {
      id: (message: string) => /^order (\d+)/.exec(message)?.[1],
      ack: (message: string) => /^ack (\d+)/.exec(message)?.[1],
    };

    it('should wait for the acknowledgements', async () => {
      const { server, socket } = await prepare({ acknowledge });
      const seen = watch(socket);
      const connection = await opened(server, socket);
      connection.onMessage((data) => {
        const [, id] = Buffer.from(data).toString().split(' ');
        setTimeout(() => void connection.send(`ack ${id ?? ''}`), 50);
      });
      const sent = Promise.all(['order 1', 'order 2'].map((each) => socket.send(each)));
      expect(await within('drain', socket.drain())).toBe(true);
      const fate = { _tag: 'Acknowledged', connection: 1, sends: 1 };
      expect(await sent).toEqual([fate, fate]);
      expect(seen.outcomes).toEqual([{ _tag: 'Completed' }]);
    });

    it('should wait for them on the next connection, too', async () => {
      const { server, socket } = await prepare({ acknowledge, reconnect: soon });
      watch(socket);
      const first = await opened(server, socket);
      const sent = socket.send('order 1');
      await first.nextMessage();
      const drained = socket.drain();
      first.terminate();
      const second = await server.nextConnection();
      expect((await second.nextMessage()).text).toBe('order 1');
      await second.send('ack 1');
      expect(await within('drain', drained)).toBe(true);
      expect(await sent).toEqual({ _tag: 'Acknowledged', connection: 2, sends: 2 });
    });

    it('should close after closeTimeout without them, and give false', async () => {
      const { server, socket } = await prepare({ acknowledge, closeTimeout: 100 });
      const seen = watch(socket);
      const connection = await opened(server, socket);
      const sent = socket.send('order 1', { ttl: Infinity });
      expect(await within('drain', socket.drain())).toBe(false);
      expect(await connection.closed).toEqual({ code: 1000, reason: '' });
      expect(seen.outcomes).toEqual([{ _tag: 'Completed' }]);
      // It may be sent again for the next subscriber.
      socket.unsubscribe();
      expect(await sent).toEqual({ _tag: 'Unknown' });
    });

    it('should not take null for an id', async () => {
      const { server, socket } = await prepare({
        acknowledge: { id: () => null, ack: (message) => (message === 'ack' ? 1 : null) },
      });
      const seen = watch(socket);
      const connection = await opened(server, socket);
      expect(await socket.send('order')).toEqual({ _tag: 'Flushed', connection: 1 });
      await connection.send('news');
      await seen.received(1);
      expect(seen.values).toEqual(['news']);
      expect(await within('drain', socket.drain())).toBe(true);
    });
  });

  it('should wait for what is stuck on the way', async () => {
    const server = await servers.wss({ recordsMessages: false });
    const socket = webSocket({ url: server.url, codec: bytes() });
    watch(socket);
    const connection = await opened(server, socket);
    let received = 0;
    connection.onMessage((data) => (received += data.length));
    connection.pause();
    for (let each = 0; each < 16; each += 1) socket.next(Buffer.alloc(1024 * 1024));
    const drained = socket.drain();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(stateOf(socket)._tag).not.toBe('Closed');
    expect(socket.stats().bufferedAmount).toBeGreaterThan(0);
    connection.resume();
    expect(await within('drain', drained)).toBe(true);
    expect(received).toBe(16 * 1024 * 1024);
  });

  it('should wait for a connection while messages wait for one', async () => {
    const { server, socket } = await prepare();
    const seen = watch(socket);
    socket.next('one');
    socket.next('two');
    expect(await within('drain', socket.drain())).toBe(true);
    const connection = await server.nextConnection();
    expect(textsOf(connection)).toEqual(['one', 'two']);
    expect(seen.outcomes).toEqual([{ _tag: 'Completed' }]);
  });

  it('should wait for the server to come back as long as the policy does', async () => {
    const port = await freePort();
    const socket = webSocket({ url: `ws://127.0.0.1:${port}`, codec: text(), reconnect: soon });
    const seen = watch(socket);
    await inState(socket, 'Waiting');
    socket.next('kept');
    const drained = socket.drain();
    socket.next('behind the close');
    await new Promise((resolve) => setTimeout(resolve, 30));
    const server = await servers.wss({ port });
    // What was given after the close is for the connection of the next subscriber.
    expect(await within('drain', drained)).toBe(false);
    expect(textsOf(await server.nextConnection())).toEqual(['kept']);
    expect(seen.outcomes).toEqual([{ _tag: 'Completed' }]);
    expect(socket.stats().queuedMessages).toBe(1);
  });

  it('should be over at once without a connection and with nothing to send', async () => {
    const { socket } = await prepare({ lookup: () => undefined, url: 'ws://feed.test' });
    const before = activeResources();
    const seen = watch(socket);
    await inState(socket, 'Connecting');
    // No server has answered a close.
    expect(await within('drain', socket.drain())).toBe(false);
    expect(seen.outcomes).toEqual([{ _tag: 'Completed' }]);
    await nothingLeftSince(before);
  });

  it('should leave a socket alone that has nobody, and tell whether messages wait', async () => {
    const { server, socket } = await prepare();
    expect(await socket.drain()).toBe(true);
    socket.next('for the first subscriber');
    expect(await socket.drain()).toBe(false);
    expect(server.requests).toEqual([]);
    watch(socket);
    const connection = await opened(server, socket);
    expect((await connection.nextMessage()).text).toBe('for the first subscriber');
    void connection.close(1000);
    await inState(socket, 'Closed');
    expect(await socket.drain()).toBe(true);
    expect(server.accepted).toBe(1);
  });

  it('should tear down what takes longer than its timeout, and give false', async () => {
    const mute = await servers.raw(afterUpgrade(silent));
    const socket = webSocket({ url: mute.url, codec: text() });
    const before = activeResources();
    const seen = watch(socket);
    await inState(socket, 'Open');
    const from = performance.now();
    expect(await within('drain', socket.drain({ timeout: 40 }))).toBe(false);
    expect(performance.now() - from).toBeLessThan(1_500);
    expect(seen.outcomes).toEqual([{ _tag: 'Completed' }]);
    expect(await socket.closed).toMatchObject({ _tag: 'Closed', by: 'client', wasClean: false });
    await within('the line', Promise.all(mute.connections.map((each) => each.closed)));
    await nothingLeftSince(before);
  });

  it('should keep what waits when its timeout runs out', async () => {
    const port = await freePort();
    const socket = webSocket({ url: `ws://127.0.0.1:${port}`, codec: text(), reconnect: soon });
    const seen = watch(socket);
    socket.next('one');
    socket.next('two');
    expect(await within('drain', socket.drain({ timeout: 30 }))).toBe(false);
    expect(seen.outcomes).toEqual([{ _tag: 'Completed' }]);
    expect(socket.stats().queuedMessages).toBe(2);
    const server = await servers.wss({ port });
    const again = watch(socket);
    const connection = await opened(server, socket);
    await until('both', () => connection.messages.length === 2);
    expect(textsOf(connection)).toEqual(['one', 'two']);
    again.subscription.unsubscribe();
    await connection.closed;
  });

  it('should not wait with a timeout of 0', async () => {
    const mute = await servers.raw(afterUpgrade(silent));
    const socket = webSocket({ url: mute.url, codec: text() });
    const seen = watch(socket);
    await inState(socket, 'Open');
    expect(await within('drain', socket.drain({ timeout: 0 }))).toBe(false);
    expect(seen.outcomes).toEqual([{ _tag: 'Completed' }]);
  });

  it('should end when the signal aborts, and let go of it', async () => {
    const mute = await servers.raw(afterUpgrade(silent));
    const { signal, abort } = abortion();
    const socket = webSocket({ url: mute.url, codec: text() });
    const seen = watch(socket);
    await inState(socket, 'Open');
    const drained = socket.drain({ signal });
    await inState(socket, 'Closing');
    abort();
    expect(await within('drain', drained)).toBe(false);
    expect(seen.outcomes).toEqual([{ _tag: 'Completed' }]);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('should let go of the signal when it ends well', async () => {
    const { server, socket } = await prepare();
    const { signal, abort } = abortion();
    watch(socket);
    await opened(server, socket);
    expect(await within('drain', socket.drain({ signal, timeout: 60_000 }))).toBe(true);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    abort();
  });

  it('should not wait with a signal that has aborted', async () => {
    const { server, socket } = await prepare();
    const seen = watch(socket);
    const connection = await opened(server, socket);
    const drained = socket.drain({ signal: AbortSignal.abort() });
    expect(await within('drain', drained)).toBe(false);
    expect(seen.outcomes).toEqual([{ _tag: 'Completed' }]);
    await connection.closed;
  });

  it('should give false when the line breaks during the close', async () => {
    const server = await servers.raw(afterUpgrade(silent));
    const socket = webSocket({ url: server.url, codec: text() });
    const seen = watch(socket);
    await inState(socket, 'Open');
    const drained = socket.drain();
    for (const connection of server.connections) connection.reset();
    expect(await within('drain', drained)).toBe(false);
    expect(seen.outcomes).toEqual([{ _tag: 'Completed' }]);
    expect(await socket.closed).toMatchObject({ _tag: 'Closed', wasClean: false });
  });

  it('should give false when the policy gives up, and keep what waits', async () => {
    const port = await freePort();
    const socket = webSocket({ url: `ws://127.0.0.1:${port}`, codec: text() });
    const seen = watch(socket);
    socket.next('kept');
    expect(await within('drain', socket.drain())).toBe(false);
    expect((await seen.failure()).ending).toMatchObject({ kind: 'refused' });
    expect(socket.stats().queuedMessages).toBe(1);
  });

  it('should answer everybody who asks', async () => {
    const { server, socket } = await prepare();
    watch(socket);
    await opened(server, socket);
    const all = [socket.drain(), socket.drain({ timeout: 60_000 }), socket.drain()];
    expect(await within('drain', Promise.all(all))).toEqual([true, true, true]);
    expect(await socket.drain()).toBe(true);
  });

  it('should wait for the close of the last unsubscribe as well', async () => {
    const { server, socket } = await prepare();
    const seen = watch(socket);
    const connection = await opened(server, socket);
    seen.subscription.unsubscribe();
    expect(stateOf(socket)._tag).toBe('Closing');
    expect(await within('drain', socket.drain())).toBe(true);
    expect(stateOf(socket)._tag).toBe('Closed');
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
  });

  it('should drain a socket that lingers', async () => {
    const { server, socket } = await prepare({ linger: Infinity });
    watch(socket).subscription.unsubscribe();
    const connection = await opened(server, socket);
    socket.next('last words');
    expect(await within('drain', socket.drain())).toBe(true);
    expect(textsOf(connection)).toEqual(['last words']);
  });

  it('should drain a socket that onOpen has, after it', async () => {
    let letGo = (): void => undefined;
    const { server, socket } = await prepare({
      onOpen: (session) => {
        session.send('login');
        return new Promise<void>((resolve) => (letGo = resolve));
      },
    });
    watch(socket);
    socket.next('queued');
    await inState(socket, 'Opening');
    const drained = socket.drain();
    const connection = await server.nextConnection();
    await connection.nextMessage();
    letGo();
    expect(await within('drain', drained)).toBe(true);
    expect(textsOf(connection)).toEqual(['login', 'queued']);
  });

  it.each<[string, unknown, new (...args: never[]) => Error]>([
    ['null', null, OptionTypeError],
    ['a number', 500, OptionTypeError],
    ['an unknown option', { timeuot: 1 }, OptionTypeError],
    ['a timeout that is no number', { timeout: '1s' }, OptionTypeError],
    ['a negative timeout', { timeout: -1 }, OptionRangeError],
    ['a signal that is none', { signal: {} }, OptionTypeError],
  ])('should reject %s, and close nothing', async (_name, options, type) => {
    const { server, socket } = await prepare();
    const seen = watch(socket);
    await opened(server, socket);
    await expect(socket.drain(options as DrainOptions)).rejects.toBeInstanceOf(type);
    expect(stateOf(socket)._tag).toBe('Open');
    seen.subscription.unsubscribe();
  });

  it('should reject a wrong option also where there is nothing to drain', async () => {
    const { socket } = await prepare();
    await expect(socket.drain({ timeout: -1 })).rejects.toBeInstanceOf(OptionRangeError);
  });
});

function abortion(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    abort: () => {
      controller.abort();
    },
  };
}
