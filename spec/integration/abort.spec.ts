import { getEventListeners } from 'node:events';

import { describe, expect, it } from 'vitest';

import { AbortedError, constantBackoff, text, webSocket } from '../../src/index.js';
import type { SocketOptions, SocketState, SocketSubject } from '../../src/index.js';
import { brief } from './support/brief.js';
import { activeResources, nothingLeftSince } from './support/leaks.js';
import { useNoUncaught } from './support/no-uncaught.js';
import { opened, tagsOf } from './support/opened.js';
import { afterUpgrade, silent } from './support/peer.js';
import { useServers } from './support/servers.js';
import { until, within } from './support/until.js';
import { endingOf, inState, stateOf, statesOf, watch } from './support/watch.js';

const servers = useServers();
useNoUncaught();

const soon = constantBackoff({ delay: 1 });
const late = constantBackoff({ delay: 60_000 });

/** Where a socket is to be when the signal aborts. */
interface Place {
  readonly phase: string;
  readonly url: () => Promise<string>;
  readonly options?: Partial<SocketOptions<string, string>>;
  /** Waits until it is there. */
  readonly reached: (socket: SocketSubject<string, string>) => Promise<unknown>;
  /** The states before the last one. */
  readonly states: readonly SocketState['_tag'][];
}

const never = (): Promise<never> => new Promise(() => undefined);

let asked = false;

const PLACES: Readonly<Record<string, Place>> = {
  'while a header is awaited': {
    phase: 'options',
    url: async () => (await servers.wss()).url,
    options: { headers: () => ((asked = true), never()) },
    reached: () => until('the question', () => asked),
    states: ['Idle', 'Connecting'],
  },
  'while credentials are refreshed': {
    phase: 'options',
    url: async () => (await servers.wss({ onRequest: () => ({ status: 401 }) })).url,
    options: {
      reconnect: { policy: soon, refreshCredentials: () => ((asked = true), never()) },
    },
    reached: () => until('the question', () => asked),
    states: ['Idle', 'Connecting', 'Waiting', 'Connecting'],
  },
  'during the name look-up': {
    phase: 'dns',
    url: () => Promise.resolve('ws://feed.test'),
    options: { lookup: () => void (asked = true) },
    reached: () => until('the question', () => asked),
    states: ['Idle', 'Connecting'],
  },
  'during the TLS handshake': {
    phase: 'tls',
    url: async () => (await servers.raw(silent)).url.replace('ws:', 'wss:'),
    reached: () => new Promise((resolve) => setTimeout(resolve, 50)),
    states: ['Idle', 'Connecting'],
  },
  'during the opening handshake': {
    phase: 'upgrade',
    url: async () => (await servers.raw(() => void (asked = true))).url,
    reached: async () => {
      await until('the request', () => asked);
      await new Promise((resolve) => setTimeout(resolve, 20));
    },
    states: ['Idle', 'Connecting'],
  },
  'while onOpen has the connection': {
    phase: 'opening',
    url: async () => (await servers.wss()).url,
    options: { onOpen: never },
    reached: (socket) => inState(socket, 'Opening'),
    states: ['Idle', 'Connecting', 'Opening'],
  },
  'while open': {
    phase: 'open',
    url: async () => (await servers.wss()).url,
    reached: (socket) => inState(socket, 'Open'),
    states: ['Idle', 'Connecting', 'Open'],
  },
  'while the server does not answer our close': {
    phase: 'closing',
    url: async () => (await servers.raw(afterUpgrade(silent))).url,
    options: { closeTimeout: 100 },
    reached: async (socket) => {
      await inState(socket, 'Open');
      socket.complete();
    },
    states: ['Idle', 'Connecting', 'Open', 'Closing'],
  },
  'while it waits for the next attempt': {
    phase: 'options',
    url: async () => (await servers.wss({ onRequest: () => ({ status: 503 }) })).url,
    options: { reconnect: late },
    reached: (socket) => inState(socket, 'Waiting'),
    states: ['Idle', 'Connecting', 'Waiting'],
  },
};

describe('an AbortSignal', () => {
  it.each(Object.keys(PLACES))('should end everything %s', async (name) => {
    const place = PLACES[name];
    if (place === undefined) throw new Error(name);
    asked = false;
    const controller = new AbortController();
    const url = await place.url();
    const socket = webSocket({
      reconnect: soon,
      ...place.options,
      url,
      codec: text(),
      signal: controller.signal,
    });
    const before = activeResources();
    const states = statesOf(socket);
    const { closed } = socket;
    const [first, second] = [watch(socket), watch(socket.decoded)];
    await place.reached(socket);
    const reason = new Error('shutting down');
    controller.abort(reason);
    for (const { outcomes } of [first, second]) {
      expect(outcomes).toEqual([{ _tag: 'Failed', error: expect.any(AbortedError) }]);
    }
    const error = await first.failure();
    expect(error).toMatchObject({ name: 'AbortError', code: 'ERR_WSS_ABORTED', cause: reason });
    expect(brief(error.ending)).toEqual({ _tag: 'Cancelled', by: 'client', phase: place.phase });
    expect(tagsOf(states)).toEqual([...place.states, 'Closed']);
    expect(await within('closed', closed)).toBe(error.ending);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    await nothingLeftSince(before);
    expect(tagsOf(states)).toEqual([...place.states, 'Closed']);
    expect(first.outcomes).toHaveLength(1);
  });

  it('should close an open connection with closeWith, once what was sent is out', async () => {
    const server = await servers.wss();
    const controller = new AbortController();
    const socket = webSocket({
      url: server.url,
      codec: text(),
      signal: controller.signal,
      closeWith: { code: 4008, reason: 'shutdown' },
    });
    const seen = watch(socket);
    const connection = await opened(server, socket);
    for (let each = 0; each < 100; each += 1) socket.next('last words');
    controller.abort();
    expect(await connection.closed).toEqual({ code: 4008, reason: 'shutdown' });
    expect(connection.messages).toHaveLength(100);
    expect(await seen.failure()).toBeInstanceOf(AbortedError);
  });

  it('should fail a subscriber that comes after it, later, and dial nothing', async () => {
    const server = await servers.wss();
    const reason = new Error('over');
    const socket = webSocket({
      url: server.url,
      codec: text(),
      signal: AbortSignal.abort(reason),
      reconnect: soon,
    });
    const before = activeResources();
    const seen = watch(socket);
    expect(seen.outcomes).toEqual([]);
    expect(await seen.failure()).toMatchObject({ name: 'AbortError', cause: reason });
    expect(stateOf(socket)).toMatchObject({ _tag: 'Closed', ending: { _tag: 'Cancelled' } });
    const again = watch(socket);
    expect(await again.failure()).toBeInstanceOf(AbortedError);
    expect(server.requests).toEqual([]);
    await nothingLeftSince(before);
  });

  it('should do nothing when it aborts after the end, or before the first subscriber', async () => {
    const server = await servers.wss();
    const controller = new AbortController();
    const { signal } = controller;
    const socket = webSocket({ url: server.url, codec: text(), signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    const seen = watch(socket);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    void (await opened(server, socket)).close(1000);
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    const ending = await endingOf(socket);
    controller.abort();
    expect(await endingOf(socket)).toBe(ending);
  });

  it('should let go of the signal when the last subscriber leaves', async () => {
    const server = await servers.wss();
    const { signal } = new AbortController();
    const socket = webSocket({ url: server.url, codec: text(), signal });
    for (let each = 0; each < 3; each += 1) {
      const seen = watch(socket);
      const connection = await opened(server, socket);
      expect(getEventListeners(signal, 'abort')).toHaveLength(1);
      seen.subscription.unsubscribe();
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
      await connection.closed;
      await inState(socket, 'Closed');
    }
  });

  it('should keep what waits in the outbox', async () => {
    const server = await servers.wss({ onRequest: () => ({ status: 503 }) });
    const controller = new AbortController();
    const { signal } = controller;
    const socket = webSocket({ url: server.url, codec: text(), signal, reconnect: late });
    const seen = watch(socket);
    await inState(socket, 'Waiting');
    socket.next('kept');
    controller.abort();
    await seen.failure();
    expect(socket.stats().queuedMessages).toBe(1);
  });

  it('should end many sockets at once, without a warning', async () => {
    const server = await servers.wss();
    const controller = new AbortController();
    const warnings: Error[] = [];
    const keep = (warning: Error): void => void warnings.push(warning);
    process.on('warning', keep);
    const sockets = Array.from({ length: 40 }, () =>
      webSocket({ url: server.url, codec: text(), signal: controller.signal }),
    );
    const all = sockets.map((socket) => watch(socket));
    await until('all', () => server.connections.size === sockets.length);
    controller.abort();
    for (const seen of all) expect(await seen.failure()).toBeInstanceOf(AbortedError);
    await until('the closes', () => server.connections.size === 0);
    process.off('warning', keep);
    expect(warnings).toEqual([]);
  });

  it('should be obeyed when it aborts from within a message, a state and onOpen', async () => {
    for (const place of ['message', 'state', 'onOpen'] as const) {
      const server = await servers.wss();
      const controller = new AbortController();
      const socket = webSocket({
        url: server.url,
        codec: text(),
        signal: controller.signal,
        onOpen: () => {
          if (place === 'onOpen') controller.abort();
        },
      });
      const before = activeResources();
      const seen = watch(socket);
      const life = socket.state.subscribe(({ _tag }) => {
        if (place === 'state' && _tag === 'Open') controller.abort();
      });
      const inMessage = socket.subscribe({
        next: () => {
          controller.abort();
        },
        error: () => undefined,
      });
      const connection = await server.nextConnection();
      if (place === 'message') {
        await inState(socket, 'Open');
        await connection.send('abort');
        await connection.send('after it');
      }
      expect(await seen.failure()).toBeInstanceOf(AbortedError);
      expect(seen.outcomes).toHaveLength(1);
      await within('the close', connection.closed);
      await nothingLeftSince(before);
      expect(seen.values.length).toBeLessThan(2);
      life.unsubscribe();
      inMessage.unsubscribe();
    }
  });
});
