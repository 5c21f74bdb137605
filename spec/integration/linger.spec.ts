import { describe, expect, it } from 'vitest';

import { constantBackoff, text, webSocket } from '../../src/index.js';
import type { SocketOptions, SocketSubject } from '../../src/index.js';
import { eitherCodec } from './support/either-codec.js';
import { activeResources, nothingLeftSince } from './support/leaks.js';
import { useNoUncaught } from './support/no-uncaught.js';
import { opened, tagsOf, textsOf } from './support/opened.js';
import { afterUpgrade, silent } from './support/peer.js';
import { useServers } from './support/servers.js';
import { textSocket } from './support/text-socket.js';
import { until, within } from './support/until.js';
import { inState, stateOf, statesOf, watch } from './support/watch.js';

const servers = useServers();
useNoUncaught();

const soon = constantBackoff({ delay: 1 });

/** Long beside what a test does, short beside its deadline. */
const LINGER = 400;

const prepare = (options?: Partial<SocketOptions<string, string>>): ReturnType<typeof textSocket> =>
  textSocket(servers, { linger: LINGER, ...options });

describe('linger', () => {
  it('should keep the connection for who comes within the time', async () => {
    const { server, socket } = await prepare();
    const states = statesOf(socket);
    const first = watch(socket);
    const connection = await opened(server, socket);
    first.subscription.unsubscribe();
    await connection.ping();
    const second = watch(socket);
    await connection.send('hello');
    expect(await second.received(1)).toEqual(['hello']);
    // The time that ran is over, and does not come back.
    await new Promise((resolve) => setTimeout(resolve, LINGER + 50));
    expect(tagsOf(states)).toEqual(['Idle', 'Connecting', 'Open']);
    expect(server.accepted).toBe(1);
    expect(first.values).toEqual([]);
    second.subscription.unsubscribe();
    expect(await within('the close', connection.closed)).toEqual({ code: 1000, reason: '' });
  });

  it('should count anew each time that the last one leaves', async () => {
    const { server, socket } = await prepare();
    watch(socket).subscription.unsubscribe();
    const connection = await opened(server, socket);
    for (let each = 0; each < 4; each += 1) {
      await new Promise((resolve) => setTimeout(resolve, LINGER / 2));
      watch(socket.decoded).subscription.unsubscribe();
    }
    const from = performance.now();
    expect(stateOf(socket)._tag).toBe('Open');
    await connection.closed;
    expect(performance.now() - from).toBeGreaterThan(LINGER - 20);
    expect(server.accepted).toBe(1);
  });

  it('should close after the time, and dial anew for who comes then', async () => {
    const { server, socket } = await prepare({
      linger: 20,
      closeWith: { code: 4001, reason: 'idle' },
    });
    const before = activeResources();
    const first = watch(socket);
    const connection = await opened(server, socket);
    first.subscription.unsubscribe();
    expect(stateOf(socket)._tag).toBe('Open');
    expect(await connection.closed).toEqual({ code: 4001, reason: 'idle' });
    await inState(socket, 'Closed');
    const second = watch(socket);
    const next = await opened(server, socket);
    await next.send('hello');
    expect(await second.received(1)).toEqual(['hello']);
    expect(first.outcomes).toEqual([]);
    second.subscription.unsubscribe();
    await next.closed;
    await nothingLeftSince(before);
  });

  it('should stay for good with Infinity, without a timer', async () => {
    const { server, socket } = await prepare({ linger: Infinity, heartbeat: false });
    const first = watch(socket);
    const connection = await opened(server, socket);
    const { Timeout = 0 } = activeResources();
    first.subscription.unsubscribe();
    expect(activeResources()['Timeout'] ?? 0).toBeLessThanOrEqual(Timeout);
    await connection.ping();
    const second = watch(socket);
    await connection.send('still there');
    expect(await second.received(1)).toEqual(['still there']);
    second.subscription.unsubscribe();
    await connection.ping();
    expect(stateOf(socket)._tag).toBe('Open');
    socket.complete();
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
    expect(second.outcomes).toEqual([]);
  });

  it('should send what is given while nobody is there', async () => {
    const { server, socket } = await prepare();
    watch(socket).subscription.unsubscribe();
    socket.next('while connecting');
    const connection = await opened(server, socket);
    socket.next('while open');
    await until('both', () => connection.messages.length === 2);
    expect(textsOf(connection)).toEqual(['while connecting', 'while open']);
    socket.terminate();
    await connection.closed;
  });

  it('should not keep what comes meanwhile, and tell of what does not decode', async () => {
    const { server, socket } = await prepare();
    const rejected = watch(socket.rejected);
    watch(socket).subscription.unsubscribe();
    const connection = await opened(server, socket);
    await connection.send('for nobody');
    await connection.send(Uint8Array.of(1));
    await rejected.received(1);
    const second = watch(socket);
    await connection.send('for the second');
    expect(await second.received(1)).toEqual(['for the second']);
    second.subscription.unsubscribe();
    await connection.closed;
    expect(second.values).toEqual(['for the second']);
  });

  it.each([
    { code: 1000, name: 'completes' },
    { code: 1012, name: 'fails' },
  ])('should leave nothing behind when the stream $name meanwhile', async ({ code }) => {
    const { server, socket } = await prepare();
    const before = activeResources();
    const first = watch(socket);
    const connection = await opened(server, socket);
    first.subscription.unsubscribe();
    void connection.close(code);
    expect(await inState(socket, 'Closed')).toMatchObject({ ending: { by: 'server', code } });
    await nothingLeftSince(before);
    expect(first.outcomes).toEqual([]);
    const second = watch(socket);
    await opened(server, socket);
    second.subscription.unsubscribe();
    socket.terminate();
    await inState(socket, 'Closed');
    await nothingLeftSince(before);
  });

  it('should reconnect meanwhile, and then close after its time all the same', async () => {
    const { server, socket } = await prepare({ reconnect: soon });
    const first = watch(socket);
    const connection = await opened(server, socket);
    first.subscription.unsubscribe();
    connection.terminate();
    const next = await opened(server, socket);
    expect(await within('the close', next.closed)).toEqual({ code: 1000, reason: '' });
    expect((await inState(socket, 'Closed')).ending).toMatchObject({ by: 'client', code: 1000 });
    expect(server.accepted).toBe(2);
  });

  it('should give up waiting for an attempt after its time', async () => {
    const { server, socket } = await prepare({
      linger: 20,
      reconnect: constantBackoff({ delay: 60_000 }),
    });
    const before = activeResources();
    const first = watch(socket);
    const connection = await opened(server, socket);
    connection.terminate();
    await inState(socket, 'Waiting');
    first.subscription.unsubscribe();
    expect(await inState(socket, 'Closed')).toMatchObject({ ending: { _tag: 'Cancelled' } });
    await nothingLeftSince(before);
  });

  it('should keep an attempt that is under way', async () => {
    const { server, socket } = await prepare();
    const states = statesOf(socket);
    watch(socket).subscription.unsubscribe();
    const second = watch(socket);
    const connection = await opened(server, socket);
    await connection.send('hello');
    expect(await second.received(1)).toEqual(['hello']);
    expect(tagsOf(states)).toEqual(['Idle', 'Connecting', 'Open']);
    expect(server.requests).toHaveLength(1);
    socket.complete();
    await second.outcome();
  });

  it('should not hold up complete(), an abort, terminate() and unsubscribe()', async () => {
    const abortion = new AbortController();
    for (const end of [
      (socket: SocketSubject<string, string>): void => socket.complete(),
      (socket: SocketSubject<string, string>): void => socket.error({ code: 4000 }),
      (socket: SocketSubject<string, string>): void => socket.terminate(),
      (socket: SocketSubject<string, string>): void => socket.unsubscribe(),
      (): void => abortion.abort(),
    ]) {
      const { server, socket } = await prepare({ linger: Infinity, signal: abortion.signal });
      const before = activeResources();
      watch(socket).subscription.unsubscribe();
      const connection = await opened(server, socket);
      end(socket);
      await within('the end', connection.closed);
      await inState(socket, 'Closed');
      await nothingLeftSince({ ...before, Timeout: before['Timeout'] ?? 0 });
    }
  });

  it('should begin after a subscriber of decoded as well', async () => {
    const server = await servers.wss();
    const socket = webSocket({ url: server.url, codec: eitherCodec, linger: 20 });
    const first = watch(socket);
    const second = watch(socket.decoded);
    const connection = await opened(server, socket);
    first.subscription.unsubscribe();
    await new Promise((resolve) => setTimeout(resolve, 60));
    await connection.send('hello');
    await second.received(1);
    second.subscription.unsubscribe();
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
  });

  it('should not touch the next stream when the old one ends late', async () => {
    const mute = await servers.raw(afterUpgrade(silent));
    const server = await servers.wss();
    let { url } = mute;
    const socket = webSocket({ url: () => url, codec: text(), linger: 10, closeTimeout: 500 });
    const states = statesOf(socket);
    const first = watch(socket);
    await inState(socket, 'Open');
    first.subscription.unsubscribe();
    await until('the close', () => tagsOf(states).includes('Closing'));
    url = server.url;
    const second = watch(socket);
    const connection = await opened(server, socket);
    await within('the old line', Promise.all(mute.connections.map((each) => each.closed)));
    await connection.send('hello');
    expect(await second.received(1)).toEqual(['hello']);
    second.subscription.unsubscribe();
    await connection.closed;
  });
});
