import { randomUUID } from 'node:crypto';

import { beforeAll, describe, expect, it } from 'vitest';

import {
  CloseError,
  concatPolicies,
  exponentialBackoff,
  limitRetries,
  text,
  webSocket,
} from '../../src/index.js';
import type { Closed, SocketOptions, SocketSubject } from '../../src/index.js';
import { record } from './recording.js';
import { startStack } from './servers/stack.js';
import type { Stack } from './servers/stack.js';

const backoff = exponentialBackoff({ initialDelay: 10, maxDelay: 40, jitter: 'none' });

describe('closes', () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await startStack();
    return stack.stop;
  });

  function open(
    path: string | ((attempt: number) => string),
    options: Partial<SocketOptions<string, string>> = {},
  ): SocketSubject<string, string> {
    const url = (attempt: number): string =>
      stack.url(typeof path === 'string' ? path : path(attempt));
    return webSocket({ tls: stack.tls, ...options, url, codec: text() });
  }

  /** A path on which the backend closes with `code`, and the ending that this makes. */
  function closing(code: number): { readonly path: string; readonly ending: Closed } {
    const reason = randomUUID();
    return {
      path: `/close?code=${code}&reason=${reason}`,
      ending: {
        _tag: 'Closed',
        by: 'server',
        phase: 'open',
        code,
        reason,
        wasClean: true,
        uptime: expect.any(Number) as number,
        target: `localhost:${stack.nginx.ports.tls}`,
      },
    };
  }

  async function connectionsTo(path: string): Promise<number> {
    const events = await stack.backend.events();
    return events.filter((each) => each.event === 'opened' && each.path === path).length;
  }

  it.each([
    { name: 'without a policy', options: {} },
    { name: 'under a policy', options: { reconnect: backoff } },
  ])('should complete on 1000 $name', async ({ options }) => {
    const { path, ending } = closing(1000);
    const recording = record(open(path, options));
    await recording.completed();

    expect(recording.messages).toEqual(['before the close']);
    expect(recording.tags()).toEqual(['Idle', 'Connecting', 'Open', 'Closed']);
    expect(await recording.state('Closed')).toEqual({ _tag: 'Closed', ending });
    expect(await connectionsTo(path)).toBe(1);
  });

  it.each([1001, 1008, 1011, 1012, 4000, 4401])(
    'should fail on %i without a policy',
    async (code) => {
      const { path, ending } = closing(code);
      const recording = record(open(path));
      const error = await recording.failed();

      expect(error).toBeInstanceOf(CloseError);
      expect(error).toMatchObject({ _tag: 'CloseError', code: 'ERR_WSS_CLOSED' });
      expect(error.ending).toEqual(ending);
      expect(recording.messages).toEqual(['before the close']);
      expect(await recording.state('Closed')).toEqual({ _tag: 'Closed', ending });
      expect(await connectionsTo(path)).toBe(1);
    },
  );

  it.each([1008, 4401])('should fail on %i at once under a policy', async (code) => {
    const { path, ending } = closing(code);
    const recording = record(open(path, { reconnect: backoff }));
    const error = await recording.failed();

    expect(error).toBeInstanceOf(CloseError);
    expect(error.ending).toEqual(ending);
    expect(recording.tags()).toEqual(['Idle', 'Connecting', 'Open', 'Closed']);
    expect(await connectionsTo(path)).toBe(1);
  });

  it.each([1001, 1011, 1012, 4000])('should dial again on %i under a policy', async (code) => {
    const { path, ending } = closing(code);
    const socket = open((attempt) => (attempt === 1 ? path : '/echo'), { reconnect: backoff });
    const recording = record(socket);
    await recording.state('Open', 1);
    socket.next('on the second connection');

    expect(await recording.message(1)).toBe('on the second connection');
    expect(recording.states).toMatchObject([
      { _tag: 'Idle' },
      { _tag: 'Connecting', attempt: 1 },
      { _tag: 'Open', attempt: 1 },
      { _tag: 'Waiting', attempt: 2, delay: 10 },
      { _tag: 'Connecting', attempt: 2 },
      { _tag: 'Open', attempt: 2 },
    ]);
    expect((await recording.state('Waiting')).ending).toEqual(ending);
  });

  it('should fail on the last close that the policy allows', async () => {
    const { path, ending } = closing(1012);
    const reconnect = concatPolicies(backoff, limitRetries(3));
    const recording = record(open(path, { reconnect }));
    const error = await recording.failed();

    expect(error).toBeInstanceOf(CloseError);
    expect(error.ending).toEqual(ending);
    const retryAt: unknown = expect.any(Number);
    expect(recording.statesOf('Waiting')).toEqual([
      { _tag: 'Waiting', attempt: 2, delay: 10, retryAt, ending },
      { _tag: 'Waiting', attempt: 3, delay: 20, retryAt, ending },
      { _tag: 'Waiting', attempt: 4, delay: 40, retryAt, ending },
    ]);
    expect(await connectionsTo(path)).toBe(4);
  });

  it.each([
    {
      name: 'complete()',
      close: (socket: SocketSubject<string, string>) => {
        socket.complete();
      },
      code: 1000,
      reason: '',
    },
    {
      name: 'error({ code, reason })',
      close: (socket: SocketSubject<string, string>) => {
        socket.error({ code: 4000, reason: 'moving ✓' });
      },
      code: 4000,
      reason: 'moving ✓',
    },
  ])('should bring the code of $name to the backend', async ({ close, code, reason }) => {
    const path = `/echo?${randomUUID()}=`;
    const socket = open(path, { reconnect: backoff });
    const recording = record(socket);
    socket.next('before the close');
    close(socket);
    await recording.completed();

    expect(await stack.backend.told({ event: 'closed', path })).toMatchObject({ code, reason });
    expect((await recording.state('Closed')).ending).toEqual({
      _tag: 'Closed',
      by: 'client',
      phase: 'closing',
      code,
      reason,
      wasClean: true,
      uptime: expect.any(Number) as number,
      target: `localhost:${stack.nginx.ports.tls}`,
    });
  });

  it('should close with 1000 when the last subscriber leaves', async () => {
    const path = `/echo?${randomUUID()}=`;
    const recording = record(open(path));
    await recording.state('Open');
    recording.leave();

    expect(await stack.backend.told({ event: 'closed', path })).toMatchObject({ code: 1000 });
  });
});
