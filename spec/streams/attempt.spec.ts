import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  createCertificateAuthority,
  createRawServer,
  createWssServer,
  readRequestHead,
} from '../../src/testing/index.js';
import type { CertificateAuthority, IssuedCertificate } from '../../src/testing/index.js';
import { Attempt } from '../../src/streams/attempt.js';
import type { Prepare } from '../../src/streams/attempt.js';
import type { Connection } from '../../src/streams/connection.js';
import type { Ending } from '../../src/streams/ending.js';
import { ProviderFailure } from '../../src/streams/per-attempt.js';
import { checkOptions } from '../../src/streams/settings.js';
import type { AttemptSettings } from '../../src/streams/settings.js';
import type { SocketOptions } from '../../src/streams/socket-options.js';
import type { ConnectionInfo } from '../../src/streams/socket-state.js';
import { createConnectProxy } from '../tls/connect-proxy.js';
import { VirtualClock } from './virtual-clock.js';
import { until } from './until.js';

let ca: CertificateAuthority;
let issued: IssuedCertificate;

beforeAll(async () => {
  ca = await createCertificateAuthority();
  issued = await ca.issue({ commonName: 'x', usage: 'server' });
});

interface Told {
  readonly opened: ConnectionInfo[];
  readonly pongs: string[];
  readonly messages: string[];
  readonly endings: Ending[];
}

describe('Attempt', () => {
  const servers: { close(): Promise<void> }[] = [];
  const attempts: Attempt[] = [];
  let connections: Connection[] = [];
  let clock = new VirtualClock();

  afterEach(async () => {
    for (const attempt of attempts.splice(0)) attempt.cancel();
    await Promise.all(servers.splice(0).map((each) => each.close()));
    clock = new VirtualClock();
    connections = [];
  });

  async function serving<S extends { close(): Promise<void> }>(starting: Promise<S>): Promise<S> {
    const server = await starting;
    servers.push(server);
    return server;
  }

  /** An attempt that was not started, and what it tells. */
  function attemptWith(
    options: SocketOptions<unknown, unknown>,
    change: Partial<AttemptSettings> = {},
    prepare?: Prepare,
  ): { readonly attempt: Attempt; readonly told: Told } {
    const told: Told = { opened: [], pongs: [], messages: [], endings: [] };
    const settings = { ...checkOptions({ scheduler: clock, ...options }), ...change };
    const events = {
      opened: (connection: Connection, info: ConnectionInfo) => {
        connections.push(connection);
        told.opened.push(info);
      },
      pong: (payload: Uint8Array) => told.pongs.push(Buffer.from(payload).toString()),
      message: (data: Buffer) => told.messages.push(data.toString()),
      ended: (ending: Ending) => told.endings.push(ending),
    };
    const attempt = new Attempt(settings, 7, events, prepare);
    attempts.push(attempt);
    return { attempt, told };
  }

  const started = (...args: Parameters<typeof attemptWith>): ReturnType<typeof attemptWith> => {
    const both = attemptWith(...args);
    both.attempt.start();
    return both;
  };

  const endingOf = async ({ endings }: Told): Promise<Ending | undefined> => {
    await until(() => expect(endings).toHaveLength(1));
    return endings[0];
  };

  /** Lets everything happen that waits for nothing but its turn. */
  const turns = async (): Promise<void> => {
    for (let each = 0; each < 5; each += 1) await new Promise(setImmediate);
  };

  const never = (): Promise<never> => new Promise(() => undefined);

  it('should open a connection over TCP, and tell of it and its messages', async () => {
    const server = await serving(createWssServer());
    const { attempt, told } = attemptWith({ url: `${server.url}/v1` });
    expect([attempt.phase, attempt.target]).toEqual(['options', undefined]);
    clock.advance(50);
    attempt.start();
    const peer = await server.nextConnection();
    await peer.send('hello');
    await until(() => expect(told.messages).toEqual(['hello']));
    const address = `127.0.0.1:${server.port}`;
    expect(told.opened).toEqual([{ target: address, protocol: '', address }]);
    expect([attempt.phase, attempt.target]).toEqual(['upgrade', address]);
    expect(told.endings).toEqual([]);
  });

  it('should tell what is known of the server over TLS', async () => {
    const tls = { cert: issued.chain, key: issued.key };
    const server = await serving(createWssServer({ tls }));
    const { told } = started({ url: server.url, tls: { ca: ca.certificate } });
    await until(() => expect(told.opened).toHaveLength(1));
    expect(told.opened[0]?.tls).toMatchObject({ protocol: 'TLSv1.3', subject: 'CN=x' });
  });

  it('should tell what is known of the server and of the proxy before it', async () => {
    const tls = { cert: issued.chain, key: issued.key };
    const server = await serving(createWssServer({ tls }));
    const proxy = await serving(createConnectProxy({ tls, authorization: 'Basic eDp5' }));
    const { told, attempt } = started({
      url: server.url,
      tls: { ca: ca.certificate },
      proxy: { url: `https://x:y@127.0.0.1:${proxy.port}`, tls: { ca: ca.certificate } },
    });
    await until(() => expect(told.opened).toHaveLength(1));
    expect(told.opened[0]).toMatchObject({
      tls: { subject: 'CN=x', acceptedBy: 'chain' },
      proxyTls: { subject: 'CN=x', acceptedBy: 'chain' },
    });
    expect(attempt.target).toBe(`127.0.0.1:${server.port}`);
  });

  it('should tell nothing of an http: proxy, which shows no certificate', async () => {
    const server = await serving(createWssServer());
    const proxy = await serving(createConnectProxy());
    const { told } = started({ url: server.url, proxy: `http://127.0.0.1:${proxy.port}` });
    await until(() => expect(told.opened).toHaveLength(1));
    expect(told.opened[0]).not.toHaveProperty('tls');
    expect(told.opened[0]).not.toHaveProperty('proxyTls');
    expect(proxy.requests).toHaveLength(1);
  });

  it('should ask for the options with its number and a signal that aborts when it is over', async () => {
    const server = await serving(createWssServer());
    const url = vi.fn<(attempt: number, signal: AbortSignal) => string>(() => server.url);
    const { told } = started({ url });
    expect(url).not.toHaveBeenCalled();
    const peer = await server.nextConnection();
    await until(() => expect(told.opened).toHaveLength(1));
    const [number, signal] = url.mock.calls[0] ?? [];
    expect([number, signal?.aborted]).toEqual([7, false]);
    void peer.close(1000);
    expect(await endingOf(told)).toMatchObject({ _tag: 'Closed', by: 'server', code: 1000 });
    expect(signal?.aborted).toBe(true);
  });

  it('should tell of the pongs on its connection', async () => {
    const server = await serving(createWssServer());
    const { told } = started({ url: server.url });
    await until(() => expect(told.opened).toHaveLength(1));
    connections[0]?.ping(Buffer.from('beat'));
    await until(() => expect(told.pongs).toEqual(['beat']));
  });

  it('should tell the host that was dialled from the address that is behind it', async () => {
    const server = await serving(createWssServer());
    const { told } = started({ url: `ws://localhost:${server.port}` });
    await until(() => expect(told.opened).toHaveLength(1));
    expect(told.opened).toEqual([
      { target: `localhost:${server.port}`, protocol: '', address: `127.0.0.1:${server.port}` },
    ]);
  });

  it('should tell the subprotocol that the server chose', async () => {
    const server = await serving(createWssServer({ protocols: ['b'] }));
    const { told } = started({ url: server.url, protocols: ['a', 'b'] });
    await until(() => expect(told.opened).toMatchObject([{ protocol: 'b' }]));
  });

  it('should leave it to others when the connection is open for the user', async () => {
    const server = await serving(createWssServer());
    const { told } = started({ url: server.url });
    await until(() => expect(told.opened).toHaveLength(1));
    expect(connections[0]?.progress).toMatchObject({ phase: 'opening', uptime: 0 });
    const peer = await server.nextConnection();
    clock.advance(70);
    void peer.close(1012);
    expect(await endingOf(told)).toMatchObject({ _tag: 'Closed', phase: 'opening', uptime: 0 });
  });

  describe('what is to be done before', () => {
    it('should be done before the options are asked for', async () => {
      const server = await serving(createWssServer());
      const order: string[] = [];
      const url = (): string => {
        order.push('url');
        return server.url;
      };
      const signals: AbortSignal[] = [];
      const prepare: Prepare = async (signal) => {
        signals.push(signal);
        await turns();
        order.push(`prepared in ${attempt.phase}`);
      };
      const { attempt, told } = started({ url }, {}, prepare);
      await until(() => expect(told.opened).toHaveLength(1));
      expect(order).toEqual(['prepared in options', 'url']);
      expect(signals[0]?.aborted).toBe(false);
    });

    it('should end the attempt when it fails', async () => {
      const url = vi.fn(() => 'ws://h');
      const cause = new Error('no token');
      const { told } = started({ url }, {}, () =>
        Promise.reject(new ProviderFailure('reconnect.refreshCredentials', cause)),
      );
      await turns();
      expect(told.endings).toEqual([]);
      clock.advance(0);
      expect(told.endings).toEqual([
        {
          _tag: 'ProviderFailed',
          by: 'client',
          phase: 'options',
          option: 'reconnect.refreshCredentials',
          uptime: 0,
          cause,
        },
      ]);
      expect(url).not.toHaveBeenCalled();
    });

    it('should be within the time limit', async () => {
      const signals: AbortSignal[] = [];
      const { told } = started({ url: 'ws://h', connectTimeout: 250 }, {}, (signal) => {
        signals.push(signal);
        return never();
      });
      await turns();
      clock.advance(250);
      expect(told.endings).toMatchObject([{ _tag: 'TimedOut', phase: 'options', limit: 250 }]);
      expect(signals[0]?.aborted).toBe(true);
    });

    it('should not be done for an attempt that is cancelled before it begins', async () => {
      const prepare = vi.fn(never);
      const { attempt } = started({ url: 'ws://h' }, {}, prepare);
      attempt.cancel();
      await turns();
      expect(prepare).not.toHaveBeenCalled();
    });

    it('should not be followed by anything once the attempt is cancelled', async () => {
      const url = vi.fn(() => 'ws://127.0.0.1:1');
      const { attempt, told } = started({ url }, {}, async () => {
        await turns();
      });
      await Promise.resolve();
      attempt.cancel();
      await turns();
      await turns();
      clock.advance(60_000);
      expect(told.endings).toEqual([]);
    });
  });

  describe('a failure', () => {
    it('should be told after a turn of the event loop when the options were at fault', async () => {
      const { told } = started({ url: () => 'http://h' });
      await turns();
      expect(told.endings).toEqual([]);
      clock.advance(0);
      expect(told.endings).toMatchObject([
        { _tag: 'OptionsInvalid', by: 'client', phase: 'options', option: 'url', uptime: 0 },
      ]);
      expect(told.endings[0]).not.toHaveProperty('target');
    });

    it('should be told as the failure of a function', async () => {
      const cause = new Error('no token');
      const headers = (): never => {
        throw cause;
      };
      const { told } = started({ url: 'ws://h', headers });
      await turns();
      clock.advance(0);
      expect(told.endings).toMatchObject([{ _tag: 'ProviderFailed', option: 'headers', cause }]);
      expect(clock.pending).toBe(0);
    });

    it('should be told with the phase and the target', async () => {
      const server = await createRawServer(() => undefined);
      await server.close();
      const { attempt, told } = started({ url: server.url });
      expect(await endingOf(told)).toMatchObject({
        _tag: 'NetworkFailed',
        phase: 'tcp',
        kind: 'refused',
        target: server.authority,
      });
      expect(attempt.target).toBe(server.authority);
      expect(clock.pending).toBe(0);
    });

    it('should be told with the name of the proxy when that refuses', async () => {
      const proxy = await serving(createConnectProxy({ authorization: 'Basic eDp5' }));
      const { told } = started({
        url: 'wss://feed.example',
        proxy: `http://x:secret@127.0.0.1:${proxy.port}`,
      });
      const ending = await endingOf(told);
      expect(ending).toMatchObject({
        _tag: 'ProxyRefused',
        phase: 'proxy',
        proxy: `127.0.0.1:${proxy.port}`,
        status: 407,
        target: 'feed.example:443',
      });
      expect(JSON.stringify(ending)).not.toContain('secret');
    });

    it('should be told of a certificate that does not pass', async () => {
      const tls = { cert: issued.chain, key: issued.key };
      const server = await serving(createWssServer({ tls }));
      const { told } = started({ url: server.url });
      expect(await endingOf(told)).toMatchObject({ _tag: 'TlsFailed', phase: 'verify' });
      expect(server.requests).toEqual([]);
    });

    it('should hang up when the opening handshake cannot even be begun', async () => {
      const server = await serving(createRawServer(() => undefined));
      const { told } = started({ url: server.url }, { protocols: ['a b'] });
      expect(await endingOf(told)).toMatchObject({ _tag: 'UpgradeInvalid', phase: 'upgrade' });
      await until(() => expect(server.connections).toHaveLength(1));
      await server.connections[0]?.closed;
    });
  });

  describe('the time limit', () => {
    const timedOut = { _tag: 'TimedOut', by: 'policy', option: 'connectTimeout', uptime: 0 };

    it('should cover the options', async () => {
      const { told } = started({ url: never, connectTimeout: 250 });
      await turns();
      clock.advance(249);
      expect(told.endings).toEqual([]);
      clock.advance(1);
      expect(told.endings).toEqual([{ ...timedOut, phase: 'options', limit: 250 }]);
    });

    it('should cover the look-up', async () => {
      const { attempt, told } = started({ url: 'ws://feed.example', lookup: () => undefined });
      await until(() => expect(attempt.phase).toBe('dns'));
      clock.advance(10_000);
      const target = 'feed.example:80';
      expect(told.endings).toEqual([{ ...timedOut, phase: 'dns', limit: 10_000, target }]);
    });

    it.each([
      ['tls', 'wss'],
      ['upgrade', 'ws'],
    ] as const)('should cover the phase %s', async (phase, scheme) => {
      const server = await serving(createRawServer(() => undefined));
      const { attempt, told } = started({ url: `${scheme}://${server.authority}` });
      await until(() => expect(attempt.phase).toBe(phase));
      await until(() => expect(server.connections).toHaveLength(1));
      clock.advance(10_000);
      expect(told.endings).toEqual([
        { ...timedOut, phase, limit: 10_000, target: server.authority },
      ]);
      await server.connections[0]?.closed;
    });

    it('should not hide a refusal whose body is still under way', async () => {
      const server = await serving(
        createRawServer(async ({ socket }) => {
          await readRequestHead(socket);
          socket.write('HTTP/1.1 503 Busy\r\nContent-Length: 9\r\n\r\nsoon');
        }),
      );
      const bodies: unknown[] = [];
      const listener = (message: unknown): number =>
        bodies.push((message as { response: unknown }).response);
      subscribe('http.client.response.finish', listener);
      const { told } = started({ url: server.url });
      await until(() => expect(bodies).toHaveLength(1));
      unsubscribe('http.client.response.finish', listener);
      clock.advance(10_000);
      expect(told.endings).toMatchObject([
        { _tag: 'UpgradeRefused', status: 503, statusText: 'Busy' },
      ]);
      await turns();
      expect(told.endings).toHaveLength(1);
    });

    it('should be over once the connection is open', async () => {
      const server = await serving(createWssServer());
      const { told } = started({ url: server.url });
      await until(() => expect(told.opened).toHaveLength(1));
      expect(clock.pending).toBe(0);
      clock.advance(60_000);
      await turns();
      expect(told.endings).toEqual([]);
    });

    it('should be none with Infinity', () => {
      // Not even asked for: a timer of Node's that is to wait for ever goes off at once.
      const schedule = vi.spyOn(clock, 'schedule');
      started({ url: never, connectTimeout: Infinity });
      expect(schedule).not.toHaveBeenCalled();
      started({ url: never });
      expect(clock.pending).toBe(1);
    });
  });

  describe('cancel', () => {
    it('should keep it from beginning', async () => {
      const url = vi.fn(() => 'ws://h');
      const { attempt, told } = started({ url });
      attempt.cancel();
      await turns();
      clock.advance(60_000);
      expect(url).not.toHaveBeenCalled();
      expect(told.endings).toEqual([]);
      expect(clock.pending).toBe(0);
    });

    it('should abort the signal of the functions, whose failure is not told then', async () => {
      const url = vi.fn(
        (_attempt: number, signal: AbortSignal) =>
          new Promise<string>((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              reject(new Error('aborted'));
            });
          }),
      );
      const { attempt, told } = started({ url });
      await until(() => expect(url).toHaveBeenCalledOnce());
      attempt.cancel();
      await turns();
      clock.advance(60_000);
      expect(told.endings).toEqual([]);
    });

    it('should keep back a failure of the options that waits for its turn', async () => {
      const { attempt, told } = started({ url: () => 'http://h' });
      await turns();
      attempt.cancel();
      clock.advance(0);
      expect(told.endings).toEqual([]);
    });

    it.each(['tls', 'upgrade'] as const)('should hang up in the phase %s', async (phase) => {
      const server = await serving(createRawServer(() => undefined));
      const scheme = phase === 'tls' ? 'wss' : 'ws';
      const { attempt, told } = started({ url: `${scheme}://${server.authority}` });
      await until(() => expect(attempt.phase).toBe(phase));
      await until(() => expect(server.connections).toHaveLength(1));
      attempt.cancel();
      await server.connections[0]?.closed;
      await turns();
      expect(told).toEqual({ opened: [], pongs: [], messages: [], endings: [] });
    });

    // Where the line is handed on, nothing but the attempt itself watches the signal.
    it.each([0, 1, 2, 3])('should hang up %i turns after the line is there', async (turnsLater) => {
      const server = await serving(createRawServer(() => undefined));
      const { attempt, told } = attemptWith({ url: server.url });
      const listener = (message: unknown): void => {
        const { socket } = message as { socket: Socket };
        socket.once('connect', () => {
          let cancel = (): void => {
            attempt.cancel();
          };
          for (let each = 0; each < turnsLater; each += 1) {
            const then = cancel;
            cancel = () => {
              queueMicrotask(then);
            };
          }
          queueMicrotask(cancel);
        });
      };
      subscribe('net.client.socket', listener);
      attempt.start();
      await until(() => expect(server.connections).toHaveLength(1));
      unsubscribe('net.client.socket', listener);
      await server.connections[0]?.closed;
      expect(server.bytesReceived).toBe(0);
      expect(told).toEqual({ opened: [], pongs: [], messages: [], endings: [] });
    });

    it('should end an open connection without a word', async () => {
      const server = await serving(createWssServer());
      const { attempt, told } = started({ url: server.url });
      await until(() => expect(told.opened).toHaveLength(1));
      const peer = await server.nextConnection();
      attempt.cancel();
      expect(await peer.closed).toMatchObject({ code: 1006 });
      await turns();
      expect(told.endings).toEqual([]);
    });
  });
});
