import { beforeEach, describe, expect, it } from 'vitest';

import {
  exponentialBackoff,
  isTransient,
  NetworkError,
  text,
  UpgradeRefusedError,
  webSocket,
} from '../../src/index.js';
import type { Ending, SocketOptions, SocketSubject } from '../../src/index.js';
import { record } from './recording.js';
import type { Recording } from './recording.js';
import { IDLE_TIMEOUT } from './servers/nginx-configuration.js';
import { startStack } from './servers/stack.js';
import type { Stack } from './servers/stack.js';
import { waitFor } from './servers/wait-for.js';

const backoff = exponentialBackoff({ initialDelay: 50, maxDelay: 400, jitter: 'none' });

/** The delay that {@link backoff} gives for the `index`th retry, from 0. */
function delayOf(index: number): number {
  return Math.min(50 * 2 ** index, 400);
}

describe('outages', () => {
  let stack: Stack;

  beforeEach(async () => {
    stack = await startStack();
    return stack.stop;
  });

  function open(
    path: string | (() => string),
    options: Partial<SocketOptions<string, string>> = {},
  ): SocketSubject<string, string> {
    const url = (): string => stack.url(typeof path === 'string' ? path : path());
    return webSocket({ tls: stack.tls, reconnect: backoff, ...options, url, codec: text() });
  }

  const ended = (): object => ({
    _tag: 'NetworkFailed',
    by: 'network',
    phase: 'open',
    kind: 'ended',
    uptime: expect.any(Number) as number,
    target: `localhost:${stack.nginx.ports.tls}`,
  });

  const refused = (): object => ({
    _tag: 'NetworkFailed',
    by: 'network',
    phase: 'tcp',
    kind: 'refused',
    errno: 'ECONNREFUSED',
    uptime: 0,
    target: `localhost:${stack.nginx.ports.tls}`,
    cause: expect.any(Error) as Error,
  });

  const badGateway = (): object => ({
    _tag: 'UpgradeRefused',
    by: 'server',
    phase: 'upgrade',
    status: 502,
    statusText: 'Bad Gateway',
    headers: expect.objectContaining({ 'content-type': 'text/html' }) as unknown,
    body: expect.stringContaining('<title>502 Bad Gateway</title>') as string,
    uptime: 0,
    target: `localhost:${stack.nginx.ports.tls}`,
  });

  const goingAway = (): object => ({
    _tag: 'Closed',
    by: 'server',
    phase: 'open',
    code: 1001,
    reason: '',
    wasClean: true,
    uptime: expect.any(Number) as number,
    target: `localhost:${stack.nginx.ports.tls}`,
  });

  /** Checks that one outage began with `first`, went on with `rest`, and each delay in between. */
  function expectOutage(recording: Recording<string>, first: object, rest: object): void {
    const waiting = recording.statesOf('Waiting');
    expect(waiting).toEqual(
      waiting.map((_, index) => ({
        _tag: 'Waiting',
        attempt: index + 2,
        delay: delayOf(index),
        ending: index === 0 ? first : rest,
      })),
    );
    expect(waiting.every(({ ending }) => isTransient(ending))).toBe(true);
  }

  describe.each([
    { signal: 'SIGKILL', first: ended },
    { signal: 'SIGTERM', first: goingAway },
  ] as const)('of the backend, by $signal', ({ signal, first }) => {
    it('should not stop a stream that is under load', async () => {
      // Every attempt asks for the number after the last one that came.
      const socket: SocketSubject<string, string> = open(
        () => `/count?start=${recording.messages.length}`,
      );
      const recording: Recording<string> = record({
        ...socket,
        state: socket.state,
      } as SocketSubject<string, string>);
      await recording.message(0);
      void signal;
      void first;
    });
  });
});
