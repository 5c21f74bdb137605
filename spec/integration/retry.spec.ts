import * as O from 'fp-ts/lib/Option.js';
import { describe, expect, it } from 'vitest';

import {
  concatPolicies,
  constantBackoff,
  exponentialBackoff,
  limitElapsed,
  limitRetries,
  ProviderError,
  text,
  UpgradeRefusedError,
  webSocket,
} from '../../src/index.js';
import type {
  Ending,
  ReconnectOptions,
  RetryPolicy,
  RetryStatus,
  SocketOptions,
  SocketSubject,
  WaitingState,
} from '../../src/index.js';
import type { Refusal, WssServer } from '../../src/testing/index.js';
import { useNoUncaught } from './support/no-uncaught.js';
import { opened } from './support/opened.js';
import { afterUpgrade } from './support/peer.js';
import { useServers } from './support/servers.js';
import { until } from './support/until.js';
import { inState, statesOf, watch } from './support/watch.js';

const servers = useServers();
useNoUncaught();

const soon = constantBackoff({ delay: 1 });

const exactly = (delay: number): RetryPolicy => constantBackoff({ delay, jitter: 'none' });

type TextSocket = SocketSubject<string, string>;

const socketTo = (
  { url }: { readonly url: string },
  options: Omit<Partial<SocketOptions<string, string>>, 'codec' | 'url'>,
): TextSocket => webSocket({ url, ...options, codec: text() });

/** A server that refuses the first handshake, or the first few, and lets the others in. */
const refusing = (refusal: () => Refusal, count = 1): Promise<WssServer> => {
  let left = count;
  return servers.wss({ onRequest: () => ((left -= 1) >= 0 ? refusal() : undefined) });
};

const waitingOf = (socket: TextSocket): Promise<WaitingState> => inState(socket, 'Waiting');

describe('Retry-After', () => {
  it.each([429, 503])(
    'should be waited for, in seconds, and then the policy: %i',
    async (status) => {
      const server = await refusing(() => ({ status, headers: { 'Retry-After': '1' } }));
      const socket = socketTo(server, { reconnect: exactly(70) });
      const from = Date.now();
      const seen = watch(socket);
      const waiting = await waitingOf(socket);
      expect(waiting).toMatchObject({
        attempt: 2,
        delay: 1_070,
        retryAfter: 1_000,
        ending: { _tag: 'UpgradeRefused', status },
      });
      expect(waiting.retryAt - from).toBeGreaterThanOrEqual(1_070);
      expect(waiting.retryAt - Date.now()).toBeLessThanOrEqual(1_070);
      await opened(server, socket);
      // A timer of Node may be a millisecond early.
      expect(Date.now()).toBeGreaterThanOrEqual(waiting.retryAt - 2);
      expect(seen.outcomes).toEqual([]);
      socket.terminate();
    },
  );

  it('should be waited for as a date', async () => {
    const date = new Date(Date.now() + 3_000);
    const server = await refusing(() => ({
      status: 503,
      headers: { 'Retry-After': date.toUTCString() },
    }));
    const socket = socketTo(server, { reconnect: exactly(70) });
    watch(socket);
    const { delay, retryAfter = -1, retryAt } = await waitingOf(socket);
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(3_000);
    expect(delay).toBe(retryAfter + 70);
    expect(retryAt).toBe(Math.floor(date.getTime() / 1_000) * 1_000 + 70);
    socket.terminate();
  });

  it('should be followed by jitter, that keeps a fleet apart', async () => {
    const server = await servers.wss({
      onRequest: () => ({ status: 429, headers: { 'Retry-After': '100' } }),
    });
    const fleet = Array.from({ length: 20 }, () =>
      socketTo(server, { reconnect: exponentialBackoff({ initialDelay: 10_000 }) }),
    );
    for (const socket of fleet) watch(socket);
    const waits = await Promise.all(fleet.map(waitingOf));
    for (const { delay, retryAfter } of waits) {
      expect(retryAfter).toBe(100_000);
      expect(delay).toBeGreaterThanOrEqual(100_000);
      expect(delay).toBeLessThanOrEqual(110_000);
    }
    expect(new Set(waits.map(({ delay }) => delay)).size).toBeGreaterThan(15);
    for (const socket of fleet) socket.terminate();
  });

  it.each<{ name: string; status: number; value: string | undefined }>([
    { name: 'it comes with another status', status: 500, value: '100' },
    { name: 'it is missing', status: 503, value: undefined },
    { name: 'it makes no sense', status: 503, value: 'soon' },
    { name: 'it is negative', status: 503, value: '-5' },
  ])('should be left out when $name', async ({ status, value }) => {
    const server = await refusing(() => ({
      status,
      headers: value === undefined ? {} : { 'Retry-After': value },
    }));
    const socket = socketTo(server, { reconnect: exactly(70) });
    watch(socket);
    const waiting = await waitingOf(socket);
    expect(waiting.delay).toBe(70);
    expect(waiting).not.toHaveProperty('retryAfter');
    socket.terminate();
  });

  it('should be 0 for a date that is past', async () => {
    const server = await refusing(() => ({
      status: 503,
      headers: { 'Retry-After': new Date(0).toUTCString() },
    }));
    const socket = socketTo(server, { reconnect: exactly(70) });
    watch(socket);
    expect(await waitingOf(socket)).toMatchObject({ delay: 70, retryAfter: 0 });
    socket.terminate();
  });

  it('should be too much for limitElapsed at once', async () => {
    const server = await refusing(() => ({ status: 503, headers: { 'Retry-After': '100' } }));
    const socket = socketTo(server, { reconnect: concatPolicies(soon, limitElapsed(60_000)) });
    const error = await watch(socket).failure();
    expect(error).toBeInstanceOf(UpgradeRefusedError);
    expect(server.requests).toHaveLength(1);
  });

  it('should be cut short by reconnect() and by complete()', async () => {
    const server = await refusing(() => ({ status: 503, headers: { 'Retry-After': '100' } }));
    const socket = socketTo(server, { reconnect: soon });
    const seen = watch(socket);
    await waitingOf(socket);
    socket.reconnect();
    await opened(server, socket);
    socket.complete();
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
  });
});

describe('refreshCredentials', () => {
  /** A server that lets in who has the token `valid`, and what it was shown. */
  async function guarded(): Promise<{
    readonly server: WssServer;
    readonly valid: { token: string };
    readonly shown: () => readonly unknown[];
  }> {
    const valid = { token: 'token-2' };
    const server = await servers.wss({
      onRequest: ({ headers }) =>
        headers.authorization === valid.token ? undefined : { status: 401 },
    });
    return {
      server,
      valid,
      shown: () => server.requests.map(({ headers }) => headers.authorization),
    };
  }

  /** A socket whose token is refreshed to the next number. */
  function client(
    server: WssServer,
    options: Partial<ReconnectOptions> = {},
  ): { readonly socket: TextSocket; readonly refreshed: readonly Ending[] } {
    let number = 1;
    const refreshed: Ending[] = [];
    const socket = socketTo(server, {
      headers: () => ({ authorization: `token-${number}` }),
      reconnect: {
        policy: soon,
        refreshCredentials: async (ending) => {
          refreshed.push(ending);
          await new Promise(setImmediate);
          number += 1;
        },
        ...options,
      },
    });
    return { socket, refreshed };
  }

  it('should be called after a 401, before the headers are asked for again', async () => {
    const { server, shown } = await guarded();
    const { socket, refreshed } = client(server);
    const states = statesOf(socket);
    const seen = watch(socket);
    await opened(server, socket);
    expect(shown()).toEqual(['token-1', 'token-2']);
    expect(refreshed).toMatchObject([{ _tag: 'UpgradeRefused', status: 401 }]);
    expect(states.map(({ _tag }) => _tag)).toEqual([
      ...['Idle', 'Connecting', 'Waiting', 'Connecting', 'Open'],
    ]);
    expect(states[2]).toMatchObject({ attempt: 2, delay: 1, ending: refreshed[0] });
    expect(seen.outcomes).toEqual([]);
    socket.terminate();
  });

  it('should be called once: a 401 for the fresh ones is fatal', async () => {
    const { server, valid, shown } = await guarded();
    valid.token = 'unknown';
    const { socket, refreshed } = client(server, { isTransient: () => true });
    const error = await watch(socket).failure();
    expect(error).toBeInstanceOf(UpgradeRefusedError);
    expect(error.ending).toMatchObject({ status: 401 });
    expect(shown()).toEqual(['token-1', 'token-2']);
    expect(refreshed).toHaveLength(1);
  });

  it('should not be called where there is none, nor for anything else', async () => {
    const { server, shown } = await guarded();
    const without = socketTo(server, { reconnect: soon });
    expect((await watch(without).failure()).ending).toMatchObject({ status: 401 });
    expect(shown()).toHaveLength(1);
    const other = await refusing(() => ({ status: 503 }), 3);
    const { socket, refreshed } = client(other);
    watch(socket);
    await opened(other, socket);
    expect(refreshed).toEqual([]);
    socket.terminate();
    const forbidding = await refusing(() => ({ status: 403 }));
    const forbidden = client(forbidding);
    await watch(forbidden.socket).failure();
    expect(forbidden.refreshed).toEqual([]);
  });

  it('should be called again for the next outage', async () => {
    const { server, valid, shown } = await guarded();
    const { socket, refreshed } = client(server, { minUptime: 0 });
    const seen = watch(socket);
    const first = await opened(server, socket);
    await new Promise((resolve) => setTimeout(resolve, 10));
    valid.token = 'token-3';
    first.terminate();
    await opened(server, socket);
    expect(shown()).toEqual(['token-1', 'token-2', 'token-2', 'token-3']);
    expect(refreshed).toHaveLength(2);
    expect(seen.outcomes).toEqual([]);
    socket.terminate();
  });

  it.each([4401, 3000])('should be called after a close with %i', async (code) => {
    const tokens: unknown[] = [];
    const server = await servers.wss({
      onConnection: (connection) => {
        const { authorization } = connection.request.headers;
        tokens.push(authorization);
        if (authorization === 'token-1') void connection.close(code, 'expired');
      },
    });
    const { socket, refreshed } = client(server);
    watch(socket);
    await until('the second token', () => tokens.length === 2);
    await inState(socket, 'Open');
    expect(tokens).toEqual(['token-1', 'token-2']);
    expect(refreshed).toMatchObject([{ _tag: 'Closed', by: 'server', code }]);
    socket.terminate();
  });

  it('should be called after such a close during onOpen as well', async () => {
    const server = await servers.wss({
      onConnection: (connection) => {
        connection.onMessage((data) => {
          if (Buffer.from(data).toString() === 'token-1') void connection.close(4401);
          else void connection.send('welcome');
        });
      },
    });
    let number = 1;
    const socket = socketTo(server, {
      reconnect: { policy: soon, refreshCredentials: () => void (number += 1) },
      onOpen: async (session) => {
        session.send(`token-${number}`);
        await session.receive();
      },
    });
    const seen = watch(socket);
    await inState(socket, 'Open');
    expect(server.accepted).toBe(2);
    expect(seen.outcomes).toEqual([]);
    socket.terminate();
  });

  it('should be called again when it fails', async () => {
    const { server, shown } = await guarded();
    let calls = 0;
    let token = 'token-1';
    const socket = socketTo(server, {
      headers: () => ({ authorization: token }),
      reconnect: {
        policy: soon,
        refreshCredentials: () => {
          calls += 1;
          if (calls < 3) throw new Error('the vault is sealed');
          token = 'token-2';
        },
      },
    });
    const states = statesOf(socket);
    watch(socket);
    await opened(server, socket);
    expect(calls).toBe(3);
    expect(shown()).toEqual(['token-1', 'token-2']);
    const endings = states.flatMap((state) => (state._tag === 'Waiting' ? [state.ending] : []));
    expect(endings).toMatchObject([
      { _tag: 'UpgradeRefused' },
      { _tag: 'ProviderFailed', option: 'reconnect.refreshCredentials', phase: 'options' },
      { _tag: 'ProviderFailed', option: 'reconnect.refreshCredentials', phase: 'options' },
    ]);
    socket.terminate();
  });

  it('should fail with its error when the policy gives up', async () => {
    const { server } = await guarded();
    const reason = new Error('the vault is sealed');
    const socket = socketTo(server, {
      reconnect: {
        policy: concatPolicies(soon, limitRetries(1)),
        refreshCredentials: () => Promise.reject(reason),
      },
    });
    const error = await watch(socket).failure();
    expect(error).toBeInstanceOf(ProviderError);
    expect(error.cause).toBe(reason);
  });

  it('should be bounded by connectTimeout, and told when its attempt is over', async () => {
    const { server } = await guarded();
    const aborted: boolean[] = [];
    const socket = socketTo(server, {
      connectTimeout: 50,
      reconnect: {
        policy: concatPolicies(soon, limitRetries(1)),
        refreshCredentials: (_ending, signal) => {
          signal.addEventListener('abort', () => aborted.push(true));
          return new Promise<void>(() => undefined);
        },
      },
    });
    const error = await watch(socket).failure();
    expect(error.ending).toMatchObject({ option: 'connectTimeout', phase: 'options' });
    expect(aborted).toEqual([true]);
  });
});

describe('minUptime', () => {
  it.each<{ name: string; url: () => Promise<{ readonly url: string }> }>([
    {
      name: 'closes with 1012',
      url: () => servers.wss({ onConnection: (connection) => void connection.close(1012) }),
    },
    {
      name: 'resets the line',
      url: () =>
        servers.wss({
          onConnection: (connection) => {
            connection.terminate();
          },
        }),
    },
    {
      name: 'sends a message first',
      url: () =>
        servers.wss({
          onConnection: (connection) => {
            void connection.send('hello').then(() => connection.close(1012));
          },
        }),
    },
    {
      name: 'says nothing and ends',
      url: () => servers.raw(afterUpgrade(({ socket }) => socket.end())),
    },
  ])('should let the delays grow with a server that accepts and $name', async ({ url }) => {
    const statuses: RetryStatus[] = [];
    const socket = socketTo(await url(), {
      reconnect: (status) => {
        statuses.push(status);
        return status.iterNumber === 4 ? O.none : O.some(2 ** status.iterNumber);
      },
    });
    const states = statesOf(socket);
    await watch(socket).failure();
    expect(statuses.map(({ iterNumber }) => iterNumber)).toEqual([0, 1, 2, 3, 4]);
    const waits = states.filter((state): state is WaitingState => state._tag === 'Waiting');
    expect(waits.map(({ attempt, delay }) => [attempt, delay])).toEqual([
      [2, 1],
      [3, 2],
      [4, 4],
      [5, 8],
    ]);
    const [last] = statuses.slice(-1);
    expect(last).toMatchObject({ cumulativeDelay: 15, previousDelay: O.some(8) });
    expect(last?.elapsed).toBeGreaterThanOrEqual(15 - 4);
  });

  it('should let the count start over after a connection that was good for so long', async () => {
    const server = await servers.wss();
    const socket = socketTo(server, {
      reconnect: { policy: ({ iterNumber }) => O.some(1 + iterNumber), minUptime: 80 },
    });
    const states = statesOf(socket);
    watch(socket);
    for (const uptime of [0, 0, 120, 0]) {
      const connection = await opened(server, socket);
      await new Promise((resolve) => setTimeout(resolve, uptime));
      void connection.close(1012);
      await connection.closed;
    }
    await opened(server, socket);
    const waits = states.filter((state): state is WaitingState => state._tag === 'Waiting');
    expect(waits.map(({ attempt, delay }) => [attempt, delay])).toEqual([
      [2, 1],
      [3, 2],
      [2, 1],
      [3, 2],
    ]);
    socket.terminate();
  });

  it('should not count the time of onOpen', async () => {
    const server = await servers.wss();
    const uptimes: number[] = [];
    const socket = socketTo(server, {
      reconnect: {
        policy: ({ iterNumber, uptime }) => {
          uptimes.push(uptime);
          return iterNumber === 2 ? O.none : O.some(1);
        },
        minUptime: 40,
      },
      onOpen: async () => {
        await new Promise((resolve) => setTimeout(resolve, 60));
      },
    });
    const life = socket.state.subscribe(({ _tag }) => {
      if (_tag === 'Open') for (const each of server.connections) each.terminate();
    });
    await watch(socket).failure();
    life.unsubscribe();
    expect(uptimes).toHaveLength(3);
    expect(Math.max(...uptimes)).toBeLessThan(40);
  });
});

describe('the state while it waits', () => {
  it('should tell the delay, the time, and why', async () => {
    const server = await servers.wss();
    await server.close();
    const socket = socketTo(server, { reconnect: exactly(30_000) });
    const from = Date.now();
    const seen = watch(socket);
    const waiting = await waitingOf(socket);
    expect(waiting).toEqual({
      _tag: 'Waiting',
      attempt: 2,
      delay: 30_000,
      retryAt: expect.any(Number),
      ending: expect.objectContaining({ _tag: 'NetworkFailed', kind: 'refused', phase: 'tcp' }),
    });
    expect(waiting.retryAt).toBeGreaterThanOrEqual(from + 30_000);
    expect(waiting.retryAt).toBeLessThanOrEqual(Date.now() + 30_000);
    seen.subscription.unsubscribe();
  });
});
