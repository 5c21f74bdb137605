import { getEventListeners, once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import type { LookupFunction, Socket } from 'node:net';
import { connect as connectTls, createSecureContext, TLSSocket } from 'node:tls';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createCertificateAuthority, createRawServer } from '../../src/testing/index.js';
import type {
  CertificateAuthority,
  IssuedCertificate,
  RawConnection,
  RawServer,
  RawServerOptions,
} from '../../src/testing/index.js';
import { dial } from '../../src/tls/dial.js';
import type { Dialled, DialOptions, DialPhase, ProxyDial } from '../../src/tls/dial.js';
import { LookupFailure } from '../../src/tls/lookup.js';
import { ProxyRefusal } from '../../src/tls/tunnel.js';
import { VerificationError } from '../../src/tls/verification-error.js';
import type { SecureLineOptions } from '../../src/tls/secure-line.js';
import type { TlsOptions } from '../../src/tls/tls-options.js';
import { until } from '../streams/until.js';
import { createConnectProxy } from './connect-proxy.js';
import type { ConnectProxy, ConnectProxyOptions } from './connect-proxy.js';
import { lineOptions } from './line-options.js';

let ca: CertificateAuthority;
let issued: IssuedCertificate;

beforeAll(async () => {
  ca = await createCertificateAuthority();
  issued = await ca.issue({
    commonName: 'x',
    usage: 'server',
    dns: ['localhost'],
    ip: ['127.0.0.1'],
  });
});

function secure(socket: Socket): TLSSocket {
  if (socket instanceof TLSSocket) return socket;
  throw new TypeError('not a TLS socket');
}

describe('dial', () => {
  const servers: RawServer[] = [];
  const sockets: Socket[] = [];
  let phases: DialPhase[] = [];
  let controller = new AbortController();

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(servers.splice(0).map((each) => each.close()));
    phases = [];
    controller = new AbortController();
  });

  async function start(
    options: RawServerOptions = {},
    listener: (connection: RawConnection) => unknown = () => undefined,
  ): Promise<RawServer> {
    const server = await createRawServer(listener, options);
    servers.push(server);
    return server;
  }

  const withTls = (): RawServerOptions => ({ tls: { cert: issued.chain, key: issued.key } });
  const trusting = (options?: TlsOptions): SecureLineOptions =>
    lineOptions(ca.certificate, options);

  /** Dials `port` on loopback, and keeps the phases. */
  async function dialled(port: number, options: Partial<DialOptions> = {}): Promise<Dialled> {
    const result = await dial({
      host: '127.0.0.1',
      port,
      target: `127.0.0.1:${port}`,
      attempt: 1,
      signal: controller.signal,
      onPhase: (phase) => phases.push(phase),
      ...options,
    });
    sockets.push(result.socket);
    return result;
  }

  const reasonOf = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => Promise.reject(new Error('it did not fail')),
      (reason: unknown) => reason,
    );

  const toLoopback: LookupFunction = (_host, _options, callback) => {
    setImmediate(() => {
      callback(null, [{ address: '127.0.0.1', family: 4 }]);
    });
  };
  const never: LookupFunction = () => undefined;

  it('should connect to an address over TCP', async () => {
    const server = await start();
    const { socket, peer } = await dialled(server.port);
    expect(socket.remotePort).toBe(server.port);
    expect(socket).not.toBeInstanceOf(TLSSocket);
    expect(peer).toBeUndefined();
    expect(phases).toEqual(['tcp']);
  });

  it('should look a name up, by the given function', async () => {
    const server = await start();
    const lookup = vi.fn(toLoopback);
    await dialled(server.port, { host: 'feed.example', lookup });
    expect(lookup).toHaveBeenCalledExactlyOnceWith(
      'feed.example',
      expect.anything(),
      expect.anything(),
    );
    expect(phases).toEqual(['dns', 'tcp']);
  });

  it('should look a name up by itself', async () => {
    const server = await start();
    await dialled(server.port, { host: 'localhost' });
    expect(phases).toEqual(['dns', 'tcp']);
  });

  it('should tell of the look-up once, however many addresses there are', async () => {
    const server = await start();
    const both: LookupFunction = (_host, _options, callback) => {
      const addresses = [
        { address: '::1', family: 6 },
        { address: '127.0.0.1', family: 4 },
      ];
      setImmediate(() => {
        callback(null, addresses);
      });
    };
    await dialled(server.port, { host: 'feed.example', lookup: both });
    expect(phases).toEqual(['dns', 'tcp']);
  });

  it('should tell of a look-up that answers at once', async () => {
    const server = await start();
    const lookup: LookupFunction = (_host, _options, callback) => {
      callback(null, [{ address: '127.0.0.1', family: 4 }]);
    };
    await dialled(server.port, { host: 'feed.example', lookup });
    expect(phases).toEqual(['dns', 'tcp']);
  });

  it('should go through every phase over TLS, and tell what is known of the server', async () => {
    const server = await start(withTls());
    const { socket, peer } = await dialled(server.port, {
      host: 'localhost',
      lookup: toLoopback,
      tls: trusting(),
    });
    expect(socket).toBeInstanceOf(TLSSocket);
    expect(peer).toMatchObject({
      protocol: 'TLSv1.3',
      altNames: 'DNS:localhost, IP Address:127.0.0.1',
    });
    expect(phases).toEqual(['dns', 'tcp', 'tls', 'verify']);
  });

  it('should write nothing by itself', async () => {
    const server = await start(withTls());
    const { socket } = await dialled(server.port, { tls: trusting() });
    socket.end();
    await until(() => expect(server.connections).toHaveLength(1));
    await server.connections[0]?.closed;
    expect(server.bytesReceived).toBe(0);
  });

  it.each([
    ['localhost', undefined, 'localhost'],
    ['localhost.', undefined, 'localhost'],
    ['127.0.0.1', undefined, false],
    ['127.0.0.1', 'localhost', 'localhost'],
  ])('should dial %s with the server name %s and ask for %s', async (host, servername, asked) => {
    const seen: unknown[] = [];
    const server = await start(withTls(), ({ socket }) => {
      seen.push(Reflect.get(socket, 'servername'));
      socket.write('.');
    });
    const { socket } = await dialled(server.port, {
      host,
      lookup: toLoopback,
      tls: { ...trusting(), servername },
    });
    await once(socket, 'data');
    expect(seen).toEqual([asked]);
  });

  it('should offer HTTP/1.1 and nothing else', async () => {
    const server = await start({ tls: { ...withTls().tls, ALPNProtocols: ['h2', 'http/1.1'] } });
    const { socket } = await dialled(server.port, { tls: trusting() });
    expect(secure(socket).alpnProtocol).toBe('http/1.1');
  });

  it('should never resume a session, so that each connection shows its certificate', async () => {
    const tls = trusting();
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const server = await start({ tls: { ...withTls().tls, maxVersion } }, ({ socket }) =>
        socket.write('.'),
      );
      for (let each = 0; each < 3; each += 1) {
        const { socket, peer } = await dialled(server.port, { tls });
        await once(socket, 'data');
        expect(secure(socket).isSessionReused()).toBe(false);
        expect(peer?.subject).toBe('CN=x');
      }
    }
  });

  it('should check the certificate for the server name in place of the host', async () => {
    const server = await start(withTls());
    const tls = { ...trusting(), servername: 'other.example' };
    const error = await reasonOf(dialled(server.port, { tls }));
    expect(error).toBeInstanceOf(VerificationError);
    expect(error).toMatchObject({ policyErrors: ['name-mismatch'] });
  });

  it.each(['0', '1'])(
    'should refuse a wrong certificate and hang up, with NODE_TLS_REJECT_UNAUTHORIZED=%s too',
    async (value) => {
      vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', value);
      // Node warns of it, rightly.
      vi.spyOn(process, 'emitWarning').mockReturnValue();
      const server = await start(withTls());
      const tls = lineOptions();
      const error = await reasonOf(
        dialled(server.port, { host: 'localhost', lookup: toLoopback, tls }),
      );
      expect(error).toBeInstanceOf(VerificationError);
      expect(error).toMatchObject({ policyErrors: ['chain'] });
      expect(phases).toEqual(['dns', 'tcp', 'tls', 'verify']);
      // With TLS 1.3 the server may not have seen the end of the handshake.
      const ended = (): number => server.connections.length + server.handshakeErrors.length;
      await until(() => expect(ended()).toBe(1));
      await Promise.all(server.connections.map((each) => each.closed));
      expect(server.bytesReceived).toBe(0);
    },
  );

  it('should fail with the error of the look-up', async () => {
    const failure = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    const lookup: LookupFunction = (_host, _options, callback) => {
      callback(failure, '', 0);
    };
    const error = await reasonOf(dialled(443, { host: 'feed.example', lookup }));
    expect(error).toBeInstanceOf(LookupFailure);
    expect(error).toHaveProperty('cause', failure);
    expect(phases).toEqual(['dns']);
  });

  it('should fail with what a look-up throws', async () => {
    const failure = new Error('thrown');
    const lookup: LookupFunction = () => {
      throw failure;
    };
    for (const tls of [undefined, trusting()]) {
      const error = await reasonOf(dialled(443, { host: 'feed.example', lookup, tls }));
      expect(error).toBeInstanceOf(LookupFailure);
      expect(error).toHaveProperty('cause', failure);
    }
  });

  it.each(['ws', 'wss'])(
    'should fail with ECONNREFUSED where nobody listens, %s',
    async (scheme) => {
      const { port, close } = await start();
      await close();
      const tls = scheme === 'wss' ? trusting() : undefined;
      expect(await reasonOf(dialled(port, { tls }))).toMatchObject({ code: 'ECONNREFUSED' });
      expect(phases).toEqual(['tcp']);
    },
  );

  it('should fail with the error of OpenSSL where TLS is not spoken', async () => {
    const server = await start({}, ({ socket }) => socket.once('data', () => socket.end('HTTP')));
    const error = await reasonOf(dialled(server.port, { tls: trusting() }));
    expect(error).toMatchObject({
      code: expect.stringMatching(/^(EPROTO|ECONNRESET)$/) as unknown,
    });
    expect(phases).toEqual(['tcp', 'tls']);
  });

  it.each([
    [
      'resets',
      (connection: RawConnection) => {
        connection.reset();
      },
    ],
    [
      'ends',
      (connection: RawConnection) => {
        connection.socket.end();
      },
    ],
  ])('should fail with ECONNRESET where the server %s during TLS', async (_name, act) => {
    const server = await start({}, (connection) =>
      connection.socket.once('data', () => {
        act(connection);
      }),
    );
    const error = await reasonOf(dialled(server.port, { tls: trusting() }));
    expect(error).toMatchObject({ code: 'ECONNRESET' });
  });

  it('should not begin when the signal has aborted', async () => {
    const server = await start();
    const reason = new Error('too late');
    controller.abort(reason);
    expect(await reasonOf(dialled(server.port))).toBe(reason);
    expect(phases).toEqual([]);
    expect(server.connections).toHaveLength(0);
  });

  it('should end when the signal aborts during the look-up', async () => {
    const promise = reasonOf(dialled(443, { host: 'feed.example', lookup: never }));
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await promise).toBe(reason);
    expect(phases).toEqual(['dns']);
  });

  it.each(['tcp', 'tls'] as const)(
    'should end when the signal aborts in the phase %s',
    async (last) => {
      const server = await start();
      const reason = new Error('enough');
      const onPhase = (phase: DialPhase): void => {
        phases.push(phase);
        if (phase === last) controller.abort(reason);
      };
      const tls = trusting();
      expect(
        await reasonOf(
          dialled(server.port, { host: 'feed.example', lookup: toLoopback, onPhase, tls }),
        ),
      ).toBe(reason);
      expect(phases.at(-1)).toBe(last);
      await Promise.all(server.connections.map((each) => each.closed));
    },
  );

  it.each(['ws', 'wss'])('should end when the look-up itself aborts it, %s', async (scheme) => {
    const server = await start();
    const reason = new Error('enough');
    const lookup: LookupFunction = (_host, _options, callback) => {
      controller.abort(reason);
      callback(null, [{ address: '127.0.0.1', family: 4 }]);
    };
    const tls = scheme === 'wss' ? trusting() : undefined;
    const promise = dialled(server.port, { host: 'feed.example', lookup, tls });
    expect(await reasonOf(promise)).toBe(reason);
    await new Promise(setImmediate);
    await Promise.all(server.connections.map((each) => each.closed));
  });

  it('should end with the reason of a signal that has none of its own', async () => {
    const promise = reasonOf(dialled(443, { host: 'feed.example', lookup: never }));
    controller.abort();
    expect(await promise).toMatchObject({ name: 'AbortError' });
  });

  it('should leave no listener on the signal, however it ends', async () => {
    const listeners = (): number => getEventListeners(controller.signal, 'abort').length;
    const server = await start(withTls());
    await dialled(server.port);
    await dialled(server.port, { tls: trusting() });
    expect(listeners()).toBe(0);
    await reasonOf(dialled(server.port, { tls: lineOptions() }));
    expect(listeners()).toBe(0);
    await server.close();
    await reasonOf(dialled(server.port));
    expect(listeners()).toBe(0);
    const promise = reasonOf(dialled(443, { host: 'feed.example', lookup: never }));
    expect(listeners()).toBe(1);
    controller.abort();
    await promise;
    expect(listeners()).toBe(0);
  });

  /** The listeners of a socket beside Node's own, which `bare` has as well. */
  const added = (socket: Socket, bare: Socket): Record<string, number> =>
    Object.fromEntries(
      socket
        .eventNames()
        .map(
          (name) => [String(name), socket.listenerCount(name) - bare.listenerCount(name)] as const,
        )
        .filter(([, count]) => count !== 0),
    );

  it('should leave on the socket only the listener that ignores errors', async () => {
    const plain = await start();
    const bareTcp = connectTcp(plain.port, '127.0.0.1');
    sockets.push(bareTcp);
    await once(bareTcp, 'connect');
    for (const host of ['127.0.0.1', 'localhost']) {
      const { socket } = await dialled(plain.port, { host, lookup: toLoopback });
      expect(added(socket, bareTcp)).toEqual({ error: 1 });
    }
    const secure = await start(withTls());
    const bareTls = connectTls({ port: secure.port, rejectUnauthorized: false });
    sockets.push(bareTls);
    await once(bareTls, 'secureConnect');
    for (const host of ['127.0.0.1', 'localhost']) {
      const { socket } = await dialled(secure.port, { host, lookup: toLoopback, tls: trusting() });
      expect(added(socket, bareTls)).toEqual({ error: 1 });
    }
  });

  it('should see to it that a later error of the socket is not uncaught', async () => {
    const server = await start();
    const { socket } = await dialled(server.port);
    await until(() => expect(server.connections).toHaveLength(1));
    const error = once(socket, 'error').catch(() => undefined);
    server.connections[0]?.reset();
    socket.resume();
    await error;
    // By now the listener of this test is gone, and only the one of dial is there.
    socket.emit('error', new Error('later'));
    expect(socket.listenerCount('error')).toBe(1);
  });

  describe('through a proxy', () => {
    const proxies: ConnectProxy[] = [];

    afterEach(async () => {
      await Promise.all(proxies.splice(0).map((each) => each.close()));
    });

    async function proxyWith(options?: ConnectProxyOptions): Promise<ConnectProxy> {
      const proxy = await createConnectProxy(options);
      proxies.push(proxy);
      return proxy;
    }

    const by = ({ port }: { readonly port: number }, fields?: Partial<ProxyDial>): ProxyDial => ({
      secure: fields?.tls !== undefined,
      host: '127.0.0.1',
      port,
      target: `127.0.0.1:${port}`,
      authorization: undefined,
      tls: undefined,
      ...fields,
    });

    it('should let the proxy connect us to a server, whose name it looks up', async () => {
      const server = await start({}, ({ socket }) => socket.write('hello'));
      const proxy = await proxyWith();
      const target = `localhost:${server.port}`;
      const lookup = vi.fn(never);
      const { socket, peer, proxyPeer } = await dialled(server.port, {
        host: 'localhost',
        target,
        proxy: by(proxy),
        lookup,
      });
      const [greeting]: unknown[] = await once(socket, 'data');
      expect(String(greeting)).toBe('hello');
      expect(proxy.requests).toEqual([{ target, authorization: undefined }]);
      expect(lookup).not.toHaveBeenCalled();
      expect(peer).toBeUndefined();
      expect(proxyPeer).toBeUndefined();
      expect(phases).toEqual(['proxy']);
    });

    it('should give the proxy its credentials, and nothing of them to the server', async () => {
      const server = await start();
      const proxy = await proxyWith({ authorization: 'Basic eDp5' });
      await dialled(server.port, { proxy: by(proxy, { authorization: 'Basic eDp5' }) });
      expect(proxy.requests).toMatchObject([{ authorization: 'Basic eDp5' }]);
      await until(() => expect(server.connections).toHaveLength(1));
      expect(server.bytesReceived).toBe(0);
    });

    it.each(['http', 'https'])(
      'should verify the server in the tunnel of an %s proxy',
      async (scheme) => {
        const server = await start(withTls());
        const proxy = await proxyWith(scheme === 'https' ? withTls() : {});
        const tls = scheme === 'https' ? trusting() : undefined;
        const { socket, peer, proxyPeer } = await dialled(server.port, {
          host: 'localhost',
          proxy: by(proxy, { tls }),
          tls: trusting(),
        });
        expect(peer).toMatchObject({ protocol: 'TLSv1.3', acceptedBy: 'chain' });
        expect(proxyPeer?.acceptedBy).toBe(tls && 'chain');
        expect(phases).toEqual(['proxy', 'tls', 'verify']);
        socket.write('first');
        await until(() => expect(server.connections[0]?.received.toString()).toBe('first'));
      },
    );

    it('should present a client certificate to the server in the tunnel', async () => {
      const { cert, key } = await ca.issue({ commonName: 'me', usage: 'client' });
      const server = await start({
        tls: { ...withTls().tls, ca: ca.certificate, requestCert: true },
      });
      const proxy = await proxyWith();
      const context = createSecureContext({ ca: ca.certificate, cert, key });
      await dialled(server.port, { proxy: by(proxy), tls: { ...trusting(), context } });
      await until(() => expect(server.connections).toHaveLength(1));
      const seen = server.connections[0]?.socket as unknown as TLSSocket;
      expect(seen.getPeerCertificate().subject.CN).toBe('me');
    });

    it('should ask each verifier about its own peer, with the attempt', async () => {
      const server = await start(withTls());
      const proxy = await proxyWith(withTls());
      const seen: unknown[] = [];
      const verifying = (name: string): SecureLineOptions =>
        trusting({
          verify: ({ host, servername, attempt }) => {
            seen.push([name, host, servername, attempt]);
            return E.right(undefined);
          },
        });
      await dialled(server.port, {
        host: 'localhost',
        attempt: 7,
        proxy: by(proxy, { tls: verifying('proxy') }),
        tls: verifying('server'),
      });
      expect(seen).toEqual([
        ['proxy', '127.0.0.1', '127.0.0.1', 7],
        ['server', 'localhost', 'localhost', 7],
      ]);
    });

    it('should tell a proxy that is not trusted, and say nothing to it', async () => {
      const proxy = await proxyWith(withTls());
      const authorization = 'Basic eDp5';
      const promise = dialled(443, { proxy: by(proxy, { tls: lineOptions(), authorization }) });
      expect(await reasonOf(promise)).toBeInstanceOf(VerificationError);
      expect(phases).toEqual(['proxy']);
      expect(proxy.requests).toEqual([]);
    });

    it('should tell a server in the tunnel that is not trusted, and say nothing to it', async () => {
      const server = await start(withTls());
      const proxy = await proxyWith(withTls());
      const promise = dialled(server.port, {
        proxy: by(proxy, { tls: trusting() }),
        tls: lineOptions(),
      });
      expect(await reasonOf(promise)).toBeInstanceOf(VerificationError);
      expect(phases).toEqual(['proxy', 'tls', 'verify']);
      expect(server.bytesReceived).toBe(0);
    });

    it.each([407, 403, 502, 503])('should tell that the proxy answers with %i', async (status) => {
      const proxy = await proxyWith({ status });
      const error = await reasonOf(dialled(443, { proxy: by(proxy), tls: trusting() }));
      expect(error).toBeInstanceOf(ProxyRefusal);
      expect(error).toMatchObject({ status });
      expect(phases).toEqual(['proxy']);
    });

    it('should look the name of the proxy up, by the given function', async () => {
      const server = await start();
      const proxy = await proxyWith();
      const lookup = vi.fn(toLoopback);
      const proxyDial = by(proxy, { host: 'proxy.example' });
      await dialled(server.port, { host: 'feed.example', proxy: proxyDial, lookup });
      expect(lookup.mock.calls.map(([host]) => host)).toEqual(['proxy.example']);
      expect(phases).toEqual(['proxy']);
    });

    it.each([
      ['http', undefined],
      ['https', {}],
    ])('should tell that nobody listens as an %s proxy', async (_scheme, options) => {
      const { port, close } = await start();
      await close();
      const tls = options && trusting(options);
      expect(await reasonOf(dialled(443, { proxy: by({ port }, { tls }) }))).toMatchObject({
        code: 'ECONNREFUSED',
      });
      expect(phases).toEqual(['proxy']);
    });

    it('should end when the signal aborts while the proxy is silent', async () => {
      const silent = await start();
      const promise = reasonOf(dialled(443, { proxy: by(silent) }));
      await until(() => expect(silent.bytesReceived).toBeGreaterThan(0));
      const reason = new Error('enough');
      controller.abort(reason);
      expect(await promise).toBe(reason);
      await Promise.all(silent.connections.map((each) => each.closed));
    });

    it('should leave on the socket only the listener that ignores errors', async () => {
      const server = await start();
      const proxy = await proxyWith();
      const bare = connectTcp(proxy.port, '127.0.0.1');
      sockets.push(bare);
      await once(bare, 'connect');
      const { socket } = await dialled(server.port, { proxy: by(proxy) });
      expect(added(socket, bare)).toEqual({ error: 1 });
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    });
  });
});
