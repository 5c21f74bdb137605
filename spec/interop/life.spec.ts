import { beforeEach, describe, expect, it } from 'vitest';

import { exponentialBackoff, text, webSocket } from '../../src/index.js';
import type { SocketOptions, SocketSubject } from '../../src/index.js';
import { record } from './recording.js';
import { IDLE_TIMEOUT } from './servers/nginx-configuration.js';
import { startStack } from './servers/stack.js';
import type { Stack } from './servers/stack.js';
import { waitFor } from './servers/wait-for.js';

const policy = exponentialBackoff({ initialDelay: 50, maxDelay: 400, jitter: 'none' });

describe('the life of a connection', () => {
  let stack: Stack;

  beforeEach(async () => {
    stack = await startStack();
    return stack.stop;
  });

  const open = (
    path: string,
    options: Omit<Partial<SocketOptions<string, string>>, 'codec' | 'url'> = {},
  ): SocketSubject<string, string> =>
    webSocket({
      tls: stack.tls,
      reconnect: policy,
      ...options,
      url: stack.url(path),
      codec: text(),
    });

  it('should keep an idle line by its heartbeat, that nginx would cut', async () => {
    const socket = open('/idle/echo', {
      heartbeat: { interval: IDLE_TIMEOUT / 4, timeout: 5_000 },
    });
    const rtts: number[] = [];
    socket.rtt.subscribe((rtt) => rtts.push(rtt));
    const recording = record(socket);
    const { since } = await recording.state('Open');
    await waitFor('age beyond the timeout', () => Date.now() > since + 2 * IDLE_TIMEOUT);

    expect(new Set(recording.tags())).toEqual(new Set(['Idle', 'Connecting', 'Open']));
    expect(rtts.length).toBeGreaterThan(3);
    expect(Math.max(...rtts)).toBeLessThan(IDLE_TIMEOUT);
    expect(
      recording
        .statesOf('Open')
        .slice(1)
        .map(({ rtt }) => rtt),
    ).toEqual(rtts);
  });

  it('should find out that the backend hangs, though nginx keeps the line', async () => {
    const socket = open('/echo', {
      heartbeat: { interval: 100, timeout: 200 },
      connectTimeout: 300,
    });
    const recording = record(socket);
    await recording.state('Open');
    stack.backend.freeze();
    const from = Date.now();
    const { ending } = await recording.state('Waiting');
    expect(ending).toMatchObject({ _tag: 'TimedOut', option: 'heartbeat.timeout', limit: 200 });
    expect(Date.now() - from).toBeLessThan(300 + 1_500);
    socket.next('while it hangs');
    expect((await recording.state('Waiting', 1)).ending).toMatchObject({
      _tag: 'TimedOut',
      option: 'connectTimeout',
      phase: 'upgrade',
    });
    stack.backend.thaw();
    expect(await recording.message(0)).toBe('while it hangs');
  });

  it('should log in before anything from the outbox', async () => {
    const logins: string[] = [];
    const socket = open('/echo', {
      onOpen: async (session) => {
        session.send(`login ${session.connection}`);
        logins.push(await session.receive());
      },
    });
    const recording = record(socket);
    socket.next('queued');

    expect(await recording.message(0)).toBe('queued');
    await stack.backend.stop('SIGKILL');
    await recording.state('Waiting');
    socket.next('queued again');
    await stack.backend.start();
    expect(await recording.message(1)).toBe('queued again');
    expect(logins).toEqual(['login 1', 'login 2']);
    expect(recording.messages).toEqual(['queued', 'queued again']);
  });

  it('should drain: all that was given arrives before the close', async () => {
    const path = '/count?start=0';
    const socket = open(path);
    const recording = record(socket);
    const numbers = Array.from({ length: 5_000 }, (_, index) => `message ${index}`);
    for (const each of numbers) socket.next(each);

    expect(await socket.drain({ timeout: 10_000 })).toBe(true);
    await recording.completed();
    expect(await stack.backend.told({ event: 'closed', path })).toMatchObject({ code: 1000 });
    expect(await stack.backend.received()).toEqual(numbers);
  });

  it('should give a new connection for reconnect(), and tell the reason', async () => {
    const path = '/echo';
    const socket = open(path, { closeWith: { code: 4000 } });
    const recording = record(socket);
    await recording.state('Open');
    socket.reconnect('token rotated');
    await recording.state('Open', 1);

    expect(await stack.backend.told({ event: 'closed', path })).toMatchObject({
      code: 4000,
      reason: 'token rotated',
    });
    socket.next('on the second');
    expect(await recording.message(0)).toBe('on the second');
    expect(recording.tags()).toEqual([
      ...['Idle', 'Connecting', 'Open', 'Closing', 'Connecting', 'Open'],
    ]);
  });
});
