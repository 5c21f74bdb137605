import { randomUUID } from 'node:crypto';

import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  exponentialBackoff,
  isTransient,
  NetworkError,
  ProxyError,
  text,
  TlsError,
  UpgradeRefusedError,
  webSocket,
} from '../../src/index.js';
import type { Peer, SocketOptions, SocketSubject, TlsOptions } from '../../src/index.js';
import { createCertificateAuthority } from '../../src/testing/index.js';
import { record as recordOne } from './recording.js';
import type { Recording } from './recording.js';
import { secretsIn } from './secrets.js';
import type { NginxPorts } from './servers/nginx-configuration.js';
import { startProxies } from './servers/proxies.js';
import type { Proxies } from './servers/proxies.js';
import { FORGETFUL_USER, STRANGER, USER } from './servers/squid.js';
import { startStack } from './servers/stack.js';
import type { Stack } from './servers/stack.js';
import { waitFor } from './servers/wait-for.js';

const backoff = exponentialBackoff({ initialDelay: 20, maxDelay: 200, jitter: 'none' });

describe('by way of squid', () => {
  let stack: Stack;
  let proxies: Proxies;
  let recordings: Recording<string>[];

  beforeAll(async () => {
    stack = await startStack();
    return stack.stop;
  });

  beforeAll(async () => {
    proxies = await startProxies(stack);
  });

  beforeEach(() => {
    recordings = [];
  });

  afterEach(() => {
    const logged = recordings.map((recording) => recording.asLogged()).join('\n');
    expect(secretsIn(logged, [USER, FORGETFUL_USER, STRANGER])).toEqual([]);
  });

  function open(
    path: string,
    options: Partial<SocketOptions<string, string>> = {},
  ): SocketSubject<string, string> {
    const proxy = proxies.squid.url();
    const common = { url: stack.url(path), tls: stack.tls, proxy, reconnect: backoff };
    return webSocket({ ...common, ...options, codec: text() });
  }

  /** Subscribes; what comes out must not tell the password. */
  function record(socket: SocketSubject<string, string>): Recording<string> {
    const recording = recordOne(socket);
    recordings.push(recording);
    return recording;
  }

  /** A path of this test alone. */
  function uniquePath(): string {
    return `/echo?${randomUUID()}=`;
  }

  /** The requests with a path that nginx has answered. */
  async function requestsFor(path: string): Promise<readonly string[]> {
    return (await stack.nginx.accessLog()).filter((line) => line.endsWith(` ${path}`));
  }

  function connectTo(port: number, status: number, user = USER.name): string {
    return `CONNECT localhost:${port} ${status} ${user}`;
  }

  describe.each<{ port: keyof NginxPorts; protocol: string }>([
    { port: 'tls12', protocol: 'TLSv1.2' },
    { port: 'tls13', protocol: 'TLSv1.3' },
  ])('to port $port', ({ port, protocol }) => {
    it('should show the backend the client certificate, and us the server', async () => {
      const first = record(open('/echo', { url: stack.url('/echo', port) }));
      const { tls } = await first.state('Open');
      const peers: Peer[] = [];
      const verify = async (peer: Peer): Promise<E.Either<string, undefined>> => {
        peers.push(peer);
        // Nothing of the request may be on its way yet.
        await new Promise((resolve) => setImmediate(resolve));
        return E.right(undefined);
      };
      const url = stack.url('/identify', port);
      const recording = record(
        open('', { url, tls: { ...stack.tls, pins: tls?.pins.slice(1, 2), verify } }),
      );
      const { headers } = JSON.parse(await recording.message(0)) as { headers: object };

      expect(headers).toMatchObject({
        host: `localhost:${stack.nginx.ports[port]}`,
        'x-tls-protocol': protocol,
        'x-client-verify': 'SUCCESS',
        'x-client-serial': stack.credentials.client.serialNumber,
      });
      expect(headers).not.toHaveProperty('proxy-authorization');
      expect(peers).toMatchObject([
        { host: 'localhost', servername: 'localhost', attempt: 1, policyErrors: [], protocol },
      ]);
      expect((await recording.state('Open')).tls).toMatchObject({
        protocol,
        subject: 'CN=localhost',
        pins: tls?.pins,
        acceptedBy: 'verify',
      });
    });

    it('should carry messages both ways', async () => {
      const path = uniquePath();
      const socket = open('', { url: stack.url(path, port) });
      const recording = record(socket);
      const large = '€'.repeat(400_000);
      socket.next('queued');
      socket.next(large);
      expect(await recording.message(0)).toBe('queued');
      expect(await recording.message(1)).toBe(large);
      socket.complete();
      await recording.completed();
      await proxies.squid.logged(connectTo(stack.nginx.ports[port], 200));

      expect(recording.tags()).toEqual(['Idle', 'Connecting', 'Open', 'Closing', 'Closed']);
      const requests = await waitFor('request in the log of nginx', async () => {
        const all = await requestsFor(path);
        return all.length > 0 && all;
      });
      expect(requests).toEqual([`${protocol} SUCCESS 101 ${path}`]);
    });

    it.each<{ name: string; tls: () => Promise<TlsOptions>; reason: string }>([
      {
        name: 'its authority is not trusted',
        tls: async () => ({ ca: (await createCertificateAuthority()).certificate }),
        reason: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      },
      {
        name: 'no pin matches',
        tls: () => Promise.resolve({ pins: [`sha256/${'A'.repeat(43)}=`] }),
        reason: 'PIN_MISMATCH',
      },
      {
        name: 'the verifier refuses it',
        tls: () => Promise.resolve({ verify: () => E.left('not this one') }),
        reason: 'VERIFIER_REFUSED',
      },
    ])('should say nothing to the server when $name', async ({ tls, reason }) => {
      const path = uniquePath();
      const linesBefore = (await stack.nginx.errorLog()).length;
      const recording = record(
        open('', { url: stack.url(path, port), tls: { ...stack.tls, ...(await tls()) } }),
      );
      const error = await recording.failed();
      await waitFor('line in the log of nginx', async () =>
        /(client|peer) closed connection (while waiting for request|in SSL handshake)/.test(
          (await stack.nginx.errorLog()).slice(linesBefore),
        ),
      );

      expect(error).toBeInstanceOf(TlsError);
      expect(error.code).toBe('ERR_WSS_CERTIFICATE');
      expect(error.ending).toMatchObject({
        _tag: 'TlsFailed',
        by: 'policy',
        phase: 'verify',
        reason,
        target: `localhost:${stack.nginx.ports[port]}`,
      });
      expect(recording.tags()).toEqual(['Idle', 'Connecting', 'Closed']);
      expect(await requestsFor(path)).toEqual([]);
    });
  });

  it('should lead to a server without TLS', async () => {
    const url = `ws://localhost:${stack.backend.port}/identify`;
    const recording = record(open('', { url, tls: undefined }));
    const { headers } = JSON.parse(await recording.message(0)) as { headers: object };
    recording.leave();
    await proxies.squid.logged(connectTo(stack.backend.port, 200));

    expect((await recording.state('Open')).tls).toBeUndefined();
    expect(headers).toHaveProperty('host', `localhost:${stack.backend.port}`);
    expect(headers).not.toHaveProperty('proxy-authorization');
  });

  describe('refusals', () => {
    it.each<{ name: string; proxy: () => string; user: string }>([
      {
        name: 'with a wrong password',
        proxy: () => proxies.squid.url(FORGETFUL_USER),
        user: USER.name,
      },
      {
        name: 'with an unknown user',
        proxy: () => proxies.squid.url(STRANGER),
        user: STRANGER.name,
      },
      {
        name: 'without a user',
        proxy: () => `http://localhost:${proxies.squid.port}`,
        user: '-',
      },
    ])('should come with HTTP 407 at once $name', async ({ proxy, user }) => {
      const path = uniquePath();
      const recording = record(open(path, { proxy: proxy() }));
      const error = await recording.failed();

      expect(error).toBeInstanceOf(ProxyError);
      expect(error.code).toBe('ERR_WSS_PROXY_REFUSED');
      expect(error.ending).toEqual({
        _tag: 'ProxyRefused',
        by: 'network',
        phase: 'proxy',
        proxy: `localhost:${proxies.squid.port}`,
        status: 407,
        statusText: 'Proxy Authentication Required',
        headers: expect.objectContaining({
          'proxy-authenticate': 'Basic realm="interop"',
        }) as unknown,
        uptime: 0,
        target: `localhost:${stack.nginx.ports.tls}`,
        cause: expect.any(Error) as Error,
      });
      expect(error.message).toContain(
        `The proxy localhost:${proxies.squid.port} answered with HTTP 407`,
      );
      expect(recording.tags()).toEqual(['Idle', 'Connecting', 'Closed']);
      await proxies.squid.logged(connectTo(stack.nginx.ports.tls, 407, user));
      expect(await requestsFor(path)).toEqual([]);
    });

    it('should come with HTTP 403 at once for a port that it does not serve', async () => {
      const url = `wss://localhost:${proxies.squid.port}/`;
      const recording = record(open('', { url }));
      const error = await recording.failed();

      expect(error).toBeInstanceOf(ProxyError);
      expect(error.ending).toMatchObject({
        _tag: 'ProxyRefused',
        phase: 'proxy',
        status: 403,
        headers: { 'x-squid-error': 'ERR_ACCESS_DENIED 0' },
      });
      expect(isTransient(error.ending)).toBe(false);
      expect(recording.tags()).toEqual(['Idle', 'Connecting', 'Closed']);
    });

    it('should be told apart from those of the server', async () => {
      const recording = record(open('/forbidden'));
      const error = await recording.failed();

      expect(error).toBeInstanceOf(UpgradeRefusedError);
      expect(error.ending).toMatchObject({ phase: 'upgrade', status: 403 });
    });

    it('should come with HTTP 503, for now, when nobody listens at the other end', async () => {
      const url = `wss://localhost:${proxies.deadPort}/`;
      const { ending } = await record(open('', { url })).state('Waiting', 1);

      expect(ending).toMatchObject({
        _tag: 'ProxyRefused',
        phase: 'proxy',
        status: 503,
        headers: { 'x-squid-error': 'ERR_CONNECT_FAIL 111' },
        target: `localhost:${proxies.deadPort}`,
      });
      expect(isTransient(ending)).toBe(true);
    });

    it('should come from nginx for a client without a certificate', async () => {
      const tls = { ca: stack.credentials.authority.certificate };
      const error = await record(open('/echo', { tls })).failed();

      expect(error.ending).toMatchObject({ _tag: 'UpgradeRefused', phase: 'upgrade', status: 400 });
    });
  });

  describe('outages', () => {
    /** The proxy cannot be reached. */
    function refused(): object {
      return {
        _tag: 'NetworkFailed',
        by: 'network',
        phase: 'proxy',
        kind: 'refused',
        errno: 'ECONNREFUSED',
        uptime: 0,
        target: `localhost:${stack.nginx.ports.tls}`,
        cause: expect.any(Error) as Error,
      };
    }

    /** The line was cut, at either end of the tunnel. */
    function cut(): object {
      return expect.objectContaining({
        _tag: 'NetworkFailed',
        phase: 'open',
        kind: expect.stringMatching(/^(ended|reset)$/) as string,
        target: `localhost:${stack.nginx.ports.tls}`,
      }) as object;
    }

    it('should go on after a restart of nginx', async () => {
      const socket = open('/echo');
      const recording = record(socket);
      await recording.state('Open');
      await stack.nginx.stop();
      await recording.state('Waiting', 1);
      socket.next('queued');
      await stack.nginx.start();
      expect(await recording.message(0)).toBe('queued');
      const [first, ...others] = recording.statesOf('Waiting').map(({ ending }) => ending);

      expect(first).toEqual(cut());
      expect(others).toEqual(
        others.map(() => expect.objectContaining({ _tag: 'ProxyRefused', status: 503 }) as object),
      );
    });

    it('should fail with a refusal without a policy when squid is down', async () => {
      await proxies.squid.stop();
      const error = await record(open('/echo', { reconnect: undefined })).failed();
      await proxies.squid.start();

      expect(error).toBeInstanceOf(NetworkError);
      expect(error.code).toBe('ERR_WSS_REFUSED');
      expect(error.ending).toEqual(refused());
    });

    it.each(['SIGTERM', 'SIGKILL'] as const)(
      'should go on after a restart of squid, by %s',
      async (signal) => {
        const path = uniquePath();
        const socket = open(path);
        const recording = record(socket);
        await recording.state('Open');
        await proxies.squid.stop(signal);
        await recording.state('Waiting', 1);
        socket.next('queued');
        await proxies.squid.start();
        expect(await recording.message(0)).toBe('queued');
        const [first, ...others] = recording.statesOf('Waiting').map(({ ending }) => ending);

        expect(first).toEqual(cut());
        expect(others).toEqual(others.map(() => refused()));
        await waitFor(
          'end of the first request',
          async () => (await requestsFor(path)).length === 1,
        );
      },
    );
  });
});
