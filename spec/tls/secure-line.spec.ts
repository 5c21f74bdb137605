import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { OptionRangeError } from '../../src/errors/option-error.js';
import { createCertificateAuthority, createRawServer } from '../../src/testing/index.js';
import type {
  CertificateAuthority,
  IssuedCertificate,
  RawConnection,
  RawServer,
  RawServerOptions,
} from '../../src/testing/index.js';
import type { Peer } from '../../src/tls/peer.js';
import { ignore, once as onceEmitted, openSecureLine } from '../../src/tls/secure-line.js';
import type { SecureLine, SecureLineEvents, SecureLineOptions } from '../../src/tls/secure-line.js';
import type { TlsOptions } from '../../src/tls/tls-options.js';
import { VerificationError } from '../../src/tls/verification-error.js';
import type { Verifier } from '../../src/tls/verify-peer.js';
import { until } from '../streams/until.js';
import { lineOptions } from './line-options.js';

const accept: Verifier = () => E.right(undefined);
const never: Verifier = () => new Promise<never>(() => undefined);

let ca: CertificateAuthority;
let issued: IssuedCertificate;

beforeAll(async () => {
  ca = await createCertificateAuthority();
  issued = await ca.issue({
    commonName: 'x',
    usage: 'server',
    dns: ['localhost', 'feed.example'],
    ip: ['127.0.0.1'],
  });
});

describe('openSecureLine', () => {
  const servers: RawServer[] = [];
  const sockets: TLSSocket[] = [];
  let controller = new AbortController();

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(servers.splice(0).map((each) => each.close()));
    controller = new AbortController();
  });

  async function start(
    tls: RawServerOptions['tls'] | undefined = {},
    listener: (connection: RawConnection) => unknown = () => undefined,
  ): Promise<RawServer> {
    const credentials = { cert: issued.chain, key: issued.key };
    const server = await createRawServer(listener, { tls: { ...credentials, ...tls } });
    servers.push(server);
    return server;
  }

  interface Call {
    readonly host?: string;
    readonly options?: SecureLineOptions;
    readonly events?: SecureLineEvents;
  }

  const trusting = (options?: TlsOptions): SecureLineOptions =>
    lineOptions(ca.certificate, options);

  async function open(server: RawServer, call: Call = {}): Promise<SecureLine> {
    const { host = 'localhost', options = trusting(), events = { verifying: ignore } } = call;
    const base = { host: '127.0.0.1', port: server.port };
    const line = await openSecureLine(base, host, 3, options, controller.signal, events);
    sockets.push(line.socket);
    return line;
  }

  const reasonOf = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => Promise.reject(new Error('it did not fail')),
      (reason: unknown) => reason,
    );

  /** Waits until all connections of `server` are over, and makes sure that it was told nothing. */
  async function toldNothing(server: RawServer): Promise<void> {
    // With TLS 1.3 the server may not have seen the end of the handshake.
    await until(() => {
      expect(server.connections.length + server.handshakeErrors.length).toBeGreaterThan(0);
    });
    await Promise.all(server.connections.map((each) => each.closed));
    expect(server.bytesReceived).toBe(0);
  }

  it('should give the socket and what is known of the server', async () => {
    const { socket, peer } = await open(await start());
    expect(socket).toBeInstanceOf(TLSSocket);
    expect(peer).toMatchObject({
      protocol: 'TLSv1.3',
      subject: 'CN=x',
      acceptedBy: 'chain',
      dangerous: false,
    });
    expect(peer).not.toHaveProperty('problem');
  });

  it('should tell when the socket exists, and when the handshake is over', async () => {
    const server = await start();
    const told: string[] = [];
    let created: TLSSocket | undefined;
    const verify = vi.fn(() => {
      told.push('verify');
      return E.right(undefined);
    });
    const { socket } = await open(server, {
      options: trusting({ verify }),
      events: {
        created: (it) => {
          created = it;
          told.push(it.connecting ? 'created' : 'late');
        },
        verifying: () => told.push('verifying'),
      },
    });
    expect(created).toBe(socket);
    expect(told).toEqual(['created', 'verifying', 'verify']);
  });

  it('should speak over a socket that is there already', async () => {
    const server = await start();
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    const line = await openSecureLine({ socket }, 'localhost', 1, trusting(), controller.signal, {
      verifying: ignore,
    });
    sockets.push(line.socket);
    line.socket.write('over it');
    await until(() => expect(server.connections[0]?.received.toString()).toBe('over it'));
  });

  it('should hand on why older credentials are used', async () => {
    const problem = new OptionRangeError('tls.key', 'does not fit');
    const { peer } = await open(await start(), { options: { ...trusting(), problem } });
    expect(peer.problem).toBe(problem);
  });

  it.each([
    ['localhost', undefined, 'localhost', 'localhost'],
    ['localhost.', undefined, 'localhost', 'localhost'],
    ['127.0.0.1', undefined, false, '127.0.0.1'],
    ['127.0.0.1', 'feed.example', 'feed.example', 'feed.example'],
    ['other.example', 'feed.example', 'feed.example', 'feed.example'],
  ])(
    'should ask at %s with the server name %s for %s, and check for %s',
    async (host, servername, asked, checked) => {
      const seen: unknown[] = [];
      const server = await start({}, ({ socket }) => {
        seen.push(Reflect.get(socket, 'servername'));
        socket.write('.');
      });
      const verify = vi.fn(accept);
      const options = trusting({ verify, ...(servername === undefined ? {} : { servername }) });
      const { socket } = await open(server, { host, options });
      await once(socket, 'data');
      expect(seen).toEqual([asked]);
      const peer = verify.mock.calls[0]?.[0];
      expect(peer).toMatchObject({ host, servername: checked, attempt: 3, policyErrors: [] });
      expect(peer?.signal).toBe(controller.signal);
    },
  );

  it('should offer HTTP/1.1 and nothing else', async () => {
    const { socket } = await open(await start({ ALPNProtocols: ['h2', 'http/1.1'] }));
    expect(socket.alpnProtocol).toBe('http/1.1');
  });

  it('should let only a group that is large enough pass', async () => {
    const rsa = await ca.issue({ commonName: 'x', usage: 'server', keyType: 'rsa' });
    const server = await start({
      cert: rsa.chain,
      key: rsa.key,
      ciphers: 'DHE-RSA-AES128-GCM-SHA256',
      maxVersion: 'TLSv1.2',
      dhparam: 'auto',
    });
    const { peer } = await open(server);
    expect(peer.cipher).toBe('TLS_DHE_RSA_WITH_AES_128_GCM_SHA256');
    const options = trusting({ minDHSize: 4_096 });
    expect(await reasonOf(open(server, { options }))).toMatchObject({
      code: 'ERR_TLS_DH_PARAM_SIZE',
    });
  });

  it.each<[string, Call, string, readonly string[]]>([
    [
      'a chain that leads elsewhere',
      { options: lineOptions() },
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      ['chain'],
    ],
    ['a wrong name', { host: 'b.example' }, 'ERR_TLS_CERT_ALTNAME_INVALID', ['name-mismatch']],
    [
      'both',
      { host: 'b.example', options: lineOptions() },
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      ['chain', 'name-mismatch'],
    ],
  ])('should refuse %s, and hang up', async (_name, call, reason, policyErrors) => {
    const server = await start();
    let socket: TLSSocket | undefined;
    const created = (it: TLSSocket): void => {
      socket = it;
    };
    const error = await reasonOf(open(server, { ...call, events: { created, verifying: ignore } }));
    expect(error).toBeInstanceOf(VerificationError);
    expect(error).toMatchObject({ reason, policyErrors });
    expect(socket?.destroyed).toBe(true);
    await toldNothing(server);
  });

  it('should refuse a server that matches no pin, and tell its pins', async () => {
    const server = await start();
    const pins = [`sha256/${'A'.repeat(43)}=`];
    const error = await reasonOf(open(server, { options: trusting({ pins }) }));
    expect(error).toMatchObject({ reason: 'PIN_MISMATCH', policyErrors: [] });
    await toldNothing(server);
    // What it tells is right.
    const shown = (error as VerificationError).pins;
    expect(shown).toHaveLength(2);
    for (const pin of shown) {
      const { peer } = await open(server, { options: trusting({ pins: [...pins, pin] }) });
      expect(peer.acceptedBy).toBe('pins');
    }
  });

  it('should refuse what the verifier refuses', async () => {
    const server = await start();
    const options = trusting({ verify: () => E.left('no') });
    expect(await reasonOf(open(server, { options }))).toMatchObject({
      reason: 'VERIFIER_REFUSED',
      cause: 'no',
    });
    await toldNothing(server);
  });

  it('should see what the checks refuse, where that may be accepted', async () => {
    const seen: Peer[] = [];
    const dangerouslyAcceptCertificate: Verifier = (peer) => {
      seen.push(peer);
      return E.right(undefined);
    };
    const options = lineOptions(undefined, { dangerouslyAcceptCertificate });
    const { peer } = await open(await start(), { host: 'b.example', options });
    expect(peer).toMatchObject({ dangerous: true, subject: 'CN=x' });
    expect(seen).toMatchObject([{ policyErrors: ['chain', 'name-mismatch'], host: 'b.example' }]);
  });

  it('should see that there is no certificate, where that may be accepted', async () => {
    const server = await start({ ciphers: 'aNULL:@SECLEVEL=0', maxVersion: 'TLSv1.2' });
    const plan = lineOptions(undefined, { dangerouslyAcceptCertificate: accept });
    const { createSecureContext } = await import('node:tls');
    const context = createSecureContext({ ciphers: 'aNULL:@SECLEVEL=0', maxVersion: 'TLSv1.2' });
    const { peer } = await open(server, { options: { ...plan, context } });
    expect(peer).toMatchObject({ dangerous: true, subject: '', pins: [] });
    expect(await reasonOf(open(server, { options: { ...trusting(), context } }))).toMatchObject({
      reason: 'NO_CERTIFICATE',
    });
  });

  it('should go by the common name where it is told to', async () => {
    const old = await ca.issue({ commonName: 'old.example', usage: 'server', dns: [] });
    const server = await start({ cert: old.chain, key: old.key });
    const host = 'old.example';
    expect(await reasonOf(open(server, { host }))).toMatchObject({
      policyErrors: ['name-mismatch'],
    });
    const options = trusting({ commonNameFallback: true });
    await expect(open(server, { host, options })).resolves.toMatchObject({
      peer: { acceptedBy: 'chain' },
    });
  });

  it('should show each connection its own certificate, also while others are open', async () => {
    const seen: unknown[] = [];
    const verify: Verifier = ({ certificate }) => {
      seen.push(certificate?.fingerprint256);
      return E.right(undefined);
    };
    const second = await ca.issue({ commonName: 'y', usage: 'server' });
    const one = await start();
    const two = await start({ cert: second.chain, key: second.key });
    const options = trusting({ verify });
    const lines = await Promise.all([one, two, one].map((each) => open(each, { options })));
    expect(lines.map(({ peer }) => peer.subject)).toEqual(['CN=x', 'CN=y', 'CN=x']);
    expect(new Set(seen).size).toBe(2);
    expect(seen).toHaveLength(3);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'should write nothing while a verifier of %s thinks, and hang up when the signal aborts',
    async (maxVersion) => {
      const server = await start({ maxVersion });
      const verifying = vi.fn();
      const options = trusting({ verify: never });
      const promise = reasonOf(open(server, { options, events: { verifying } }));
      await until(() => expect(server.connections).toHaveLength(1));
      await until(() => expect(verifying).toHaveBeenCalledOnce());
      const reason = new Error('enough');
      controller.abort(reason);
      expect(await promise).toBe(reason);
      await toldNothing(server);
    },
  );

  it('should end when the signal aborts during the handshake', async () => {
    const server = await createRawServer(() => undefined);
    servers.push(server);
    const promise = reasonOf(open(server));
    await until(() => expect(server.bytesReceived).toBeGreaterThan(0));
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await promise).toBe(reason);
    await Promise.all(server.connections.map((each) => each.closed));
  });

  it('should not verify when the signal aborts as the handshake ends', async () => {
    const server = await start();
    const reason = new Error('enough');
    const verifying = (): void => {
      controller.abort(reason);
    };
    expect(await reasonOf(open(server, { events: { verifying } }))).toBe(reason);
    await toldNothing(server);
  });

  it('should tell an alert that comes while the verifier thinks', async () => {
    // A client certificate that TLS 1.3 misses shows after the handshake (RFC 8446 section 4.4.2).
    const server = await start({ requestCert: true, ca: ca.certificate });
    const options = trusting({ verify: never });
    const error = await reasonOf(open(server, { options }));
    expect(String(error)).toMatch(/alert certificate required|ECONNRESET/);
  });

  it.each<[string, (connection: RawConnection) => void, RegExp]>([
    [
      'resets',
      (connection) => {
        connection.reset();
      },
      /ECONNRESET/,
    ],
    [
      'ends',
      ({ socket }) => {
        socket.end();
      },
      /LineEnded/,
    ],
  ])('should tell that the server %s while the verifier thinks', async (_name, act, expected) => {
    const server = await start({}, act);
    expect(String(await reasonOf(open(server, { options: trusting({ verify: never }) })))).toMatch(
      expected,
    );
  });

  it('should leave on the socket only the listener that ignores errors', async () => {
    const server = await start();
    const bare = connectTls({ port: server.port, rejectUnauthorized: false });
    sockets.push(bare);
    await once(bare, 'secureConnect');
    const { socket } = await open(server);
    const added = socket
      .eventNames()
      .filter((name) => socket.listenerCount(name) !== bare.listenerCount(name));
    expect(added).toEqual(['error']);
    expect(socket.listeners('error')).toContain(ignore);
  });

  it('should not be turned off by the environment', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    vi.spyOn(process, 'emitWarning').mockReturnValue();
    const server = await start();
    expect(await reasonOf(open(server, { options: lineOptions() }))).toBeInstanceOf(
      VerificationError,
    );
    await toldNothing(server);
  });
});

describe('once', () => {
  it('should resolve when the event is emitted, and listen no longer', async () => {
    const { EventEmitter } = await import('node:events');
    const emitter = new EventEmitter();
    const emitted = onceEmitted(emitter, 'ready');
    expect(emitter.listenerCount('ready')).toBe(1);
    emitter.emit('ready', 'ignored');
    await expect(emitted).resolves.not.toThrow();
    expect(emitter.listenerCount('ready')).toBe(0);
  });
});
