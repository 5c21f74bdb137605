import { beforeEach, describe, expect, it } from 'vitest';

import {
  exponentialBackoff,
  isTransient,
  NetworkError,
  text,
  UpgradeRefusedError,
  webSocket,
} from '../../src/index.js';
import type { SocketOptions, SocketSubject } from '../../src/index.js';
import { record } from './recording.js';
import type { Recording } from './recording.js';
import { IDLE_TIMEOUT } from './servers/nginx-configuration.js';
import { startStack } from './servers/stack.js';
import type { Stack } from './servers/stack.js';
import { waitFor } from './servers/wait-for.js';

const policy = exponentialBackoff({ initialDelay: 50, maxDelay: 400, jitter: 'none' });

/** The delay that the policy gives before the attempt with this number. */
function delayBefore(attempt: number): number {
  return Math.min(50 * 2 ** (attempt - 2), 400);
}

describe('outages', () => {
  let stack: Stack;

  beforeEach(async () => {
    stack = await startStack();
    return stack.stop;
  });

  function open(
    path: string | ((attempt: number) => string),
    options: Partial<SocketOptions<string, string>> = {},
  ): SocketSubject<string, string> {
    const url = (attempt: number): string =>
      stack.url(typeof path === 'string' ? path : path(attempt));
    return webSocket({ tls: stack.tls, reconnect: policy, ...options, url, codec: text() });
  }

  // Endings, with everything that is in them.

  function ended(): object {
    return {
      _tag: 'NetworkFailed',
      by: 'network',
      phase: 'open',
      kind: 'ended',
      uptime: expect.any(Number) as number,
      target: `localhost:${stack.nginx.ports.tls}`,
    };
  }

  /** A line that broke while it was written to: which side notices first is chance. */
  function broken(): object {
    return expect.objectContaining({
      _tag: 'NetworkFailed',
      by: 'network',
      phase: 'open',
      kind: expect.stringMatching(/^(ended|reset)$/) as string,
      target: `localhost:${stack.nginx.ports.tls}`,
    }) as object;
  }

  function goingAway(): object {
    return {
      _tag: 'Closed',
      by: 'server',
      phase: 'open',
      code: 1001,
      reason: '',
      wasClean: true,
      uptime: expect.any(Number) as number,
      target: `localhost:${stack.nginx.ports.tls}`,
    };
  }

  function badGateway(): object {
    return {
      _tag: 'UpgradeRefused',
      by: 'server',
      phase: 'upgrade',
      status: 502,
      statusText: 'Bad Gateway',
      headers: expect.objectContaining({ 'content-type': 'text/html' }) as unknown,
      body: expect.stringContaining('<title>502 Bad Gateway</title>') as string,
      uptime: 0,
      target: `localhost:${stack.nginx.ports.tls}`,
    };
  }

  function refused(): object {
    return {
      _tag: 'NetworkFailed',
      by: 'network',
      phase: 'tcp',
      kind: 'refused',
      errno: 'ECONNREFUSED',
      uptime: 0,
      target: `localhost:${stack.nginx.ports.tls}`,
      cause: expect.any(Error) as Error,
    };
  }

  /**
   * Checks the states of a stream that had one outage, has been dialled until it opened, and has
   * been open before the outage if that began with the loss of a line.
   */
  function expectOutage(
    { states, statesOf }: Recording<string>,
    { first, others, wasOpen }: { first: object; others: object; wasOpen: boolean },
  ): void {
    const waits = statesOf('Waiting');
    const attempts = waits.map((_, index) => index + 2);
    const open = (attempt: number): unknown => expect.objectContaining({ _tag: 'Open', attempt });
    expect(states).toEqual([
      { _tag: 'Idle' },
      { _tag: 'Connecting', attempt: 1 },
      ...(wasOpen ? [open(1)] : []),
      ...attempts.flatMap((attempt) => [
        {
          _tag: 'Waiting',
          attempt,
          delay: delayBefore(attempt),
          retryAt: expect.any(Number),
          ending: attempt === 2 ? first : others,
        },
        { _tag: 'Connecting', attempt },
      ]),
      open(waits.length + 1),
    ]);
    expect(waits.filter(({ ending }) => !isTransient(ending))).toEqual([]);
  }

  it.each([
    { signal: 'SIGKILL', first: broken },
    { signal: 'SIGTERM', first: goingAway },
  ] as const)(
    'should go on after a restart of the backend under load, by $signal',
    async ({ signal, first }) => {
      // Every attempt asks for the numbers from the first one that has not come yet.
      const socket = open((attempt) => {
        const start = attempt === 1 ? 0 : recording.messages.length;
        return `/count?start=${start}`;
      });
      const recording = record(socket);
      const acknowledgements = socket.subscribe((number) => {
        if (number.endsWith('0')) socket.next(`acknowledged ${number}`);
      });
      await recording.message(500);

      const stopped = stack.backend.stop(signal);
      const queued = Array.from({ length: 300 }, (_, index) => `queued ${index}`);
      await recording.state('Waiting');
      for (const message of queued.slice(0, 200)) socket.next(message);
      await recording.state('Waiting', 1);
      for (const message of queued.slice(200)) socket.next(message);
      await stopped;
      const before = recording.messages.length;
      await stack.backend.start();
      await recording.message(before + 500);
      acknowledgements.unsubscribe();
      const received = await waitFor('acknowledgement after the outage', async () => {
        const messages = await stack.backend.received();
        const last = messages.indexOf('queued 299');
        return last !== -1 && last < messages.length - 1 && messages;
      });

      expect(recording.messages).toEqual(recording.messages.map((_, index) => String(index)));
      // What was read from the dying line may have been acknowledged into the outbox before them.
      expect(received.filter((message) => message.startsWith('queued'))).toEqual(queued);
      expect(received.at(-1)).toMatch(/^acknowledged \d+0$/);
      expectOutage(recording, { first: first(), others: badGateway(), wasOpen: true });
    },
  );

  it.each([
    { what: 'go on counting attempts before', minUptime: 60_000, goesOn: true },
    { what: 'count attempts from the first one after', minUptime: 1, goesOn: false },
  ])('should $what a connection has lasted for $minUptime ms', async ({ minUptime, goesOn }) => {
    const recording = record(open('/echo', { reconnect: { policy, minUptime } }));
    for (const outage of [0, 1]) {
      const { since } = await recording.state('Open', outage);
      await waitFor('moment', () => Date.now() > since + 1);
      await stack.backend.stop('SIGKILL');
      await stack.backend.start();
    }
    const { attempt } = await recording.state('Open', 1);
    await recording.state('Open', 2);
    const losses = recording
      .statesOf('Waiting')
      .filter(({ ending }) => ending._tag === 'NetworkFailed');
    const next = goesOn ? attempt + 1 : 2;

    expect(losses).toEqual([
      { _tag: 'Waiting', attempt: 2, delay: 50, retryAt: expect.any(Number), ending: ended() },
      {
        _tag: 'Waiting',
        attempt: next,
        delay: delayBefore(next),
        retryAt: expect.any(Number),
        ending: ended(),
      },
    ]);
  });

  it('should fail with HTTP 502 without a policy when the backend is down', async () => {
    await stack.backend.stop();
    const error = await record(open('/echo', { reconnect: undefined })).failed();

    expect(error).toBeInstanceOf(UpgradeRefusedError);
    expect(error.ending).toEqual(badGateway());
  });

  it('should dial until the backend is there', async () => {
    await stack.backend.stop();
    const socket = open('/echo');
    const recording = record(socket);
    socket.next('queued');
    await recording.state('Waiting', 1);
    await stack.backend.start();

    expect(await recording.message(0)).toBe('queued');
    expectOutage(recording, { first: badGateway(), others: badGateway(), wasOpen: false });
  });

  it('should fail with a refusal without a policy when nginx is down', async () => {
    await stack.nginx.stop();
    const error = await record(open('/echo', { reconnect: undefined })).failed();

    expect(error).toBeInstanceOf(NetworkError);
    expect(error.code).toBe('ERR_WSS_REFUSED');
    expect(error.ending).toEqual(refused());
  });

  it('should dial until nginx is there', async () => {
    await stack.nginx.stop();
    const socket = open('/echo');
    const recording = record(socket);
    socket.next('queued');
    await recording.state('Waiting', 1);
    await stack.nginx.start();

    expect(await recording.message(0)).toBe('queued');
    expectOutage(recording, { first: refused(), others: refused(), wasOpen: false });
  });

  it('should go on after nginx was stopped under an open connection', async () => {
    const socket = open('/echo');
    const recording = record(socket);
    await recording.state('Open');
    await stack.nginx.stop();
    await recording.state('Waiting', 1);
    socket.next('queued');
    await stack.nginx.start();

    expect(await recording.message(0)).toBe('queued');
    expectOutage(recording, { first: ended(), others: refused(), wasOpen: true });
  });

  it('should fail when nginx cuts an idle line', async () => {
    const recording = record(open('/idle/echo', { reconnect: undefined }));
    const error = await recording.failed();

    expect(error).toBeInstanceOf(NetworkError);
    expect(error.code).toBe('ERR_WSS_ENDED');
    expect(error.ending).toEqual(ended());
    expect(await stack.nginx.errorLog()).toContain(
      'upstream timed out (110: Connection timed out) while proxying upgraded connection',
    );
  });

  it('should dial again when nginx cuts an idle line', async () => {
    const recording = record(open('/idle/echo'));
    await recording.state('Open', 1);

    expect(recording.statesOf('Waiting')).toEqual([
      { _tag: 'Waiting', attempt: 2, delay: 50, retryAt: expect.any(Number), ending: ended() },
    ]);
  });

  it('should keep a line that is not idle', async () => {
    const recording = record(open('/idle/count?start=0'));
    const { since } = await recording.state('Open');
    await waitFor('age beyond the timeout', () => Date.now() > since + 2 * IDLE_TIMEOUT);

    expect(recording.tags()).toEqual(['Idle', 'Connecting', 'Open']);
  });

  it('should keep an open connection while nginx reloads its configuration', async () => {
    const socket = open('/echo');
    const recording = record(socket);
    await recording.state('Open');
    const generation = async (): Promise<unknown> =>
      JSON.parse(await record(open('/identify')).message(0));

    expect(await generation()).toMatchObject({ headers: { 'x-generation': '1' } });
    await stack.nginx.reload(2);
    expect(await generation()).toMatchObject({ headers: { 'x-generation': '2' } });
    socket.next('by way of the old worker');
    expect(await recording.message(0)).toBe('by way of the old worker');
    socket.complete();
    await recording.completed();
    expect(recording.tags()).toEqual(['Idle', 'Connecting', 'Open', 'Closing', 'Closed']);
  });
});
