import { getEventListeners, once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import type { LookupFunction, Socket } from 'node:net';
import { connect as connectTls, createSecureContext, TLSSocket } from 'node:tls';
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
import type { Dialled, DialOptions, DialPhase } from '../../src/tls/dial.js';
import { VerificationError } from '../../src/tls/verify-peer.js';
import { until } from '../streams/until.js';

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
  const trusting = (): NonNullable<DialOptions['tls']> => ({
    context: createSecureContext({ ca: ca.certificate }),
  });

  /** Dials `port` on loopback, and keeps the phases. */
  async function dialled(port: number, options: Partial<DialOptions> = {}): Promise<Dialled> {
    const result = await dial({
      host: '127.0.0.1',
      port,
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
      const tls = { context: createSecureContext() };
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
    expect(await reasonOf(dialled(443, { host: 'feed.example', lookup }))).toBe(failure);
    expect(phases).toEqual(['dns']);
  });

  it('should fail with what a look-up throws', async () => {
    const failure = new Error('thrown');
    const lookup: LookupFunction = () => {
      throw failure;
    };
    expect(await reasonOf(dialled(443, { host: 'feed.example', lookup }))).toBe(failure);
    expect(await reasonOf(dialled(443, { host: 'feed.example', lookup, tls: trusting() }))).toBe(
      failure,
    );
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
    await reasonOf(dialled(server.port, { tls: { context: createSecureContext() } }));
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
});
