import { X509Certificate } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { AbortedError, constantBackoff, text, webSocket } from '../../src/index.js';
import type { SocketOptions, SocketSubject, TlsOptions } from '../../src/index.js';
import {
  acceptKey,
  createCertificateAuthority,
  encryptKey,
  readRequestHead,
} from '../../src/testing/index.js';
import type {
  CertificateAuthority,
  IssuedCertificate,
  WssServer,
  WssServerOptions,
} from '../../src/testing/index.js';
import { brief } from './support/brief.js';
import { activeResources, nothingLeftSince } from './support/leaks.js';
import { afterUpgrade, silent } from './support/peer.js';
import { toPkcs12 } from './support/pkcs12.js';
import { useServers } from './support/servers.js';
import { until, within } from './support/until.js';
import { inState, stateOf, statesOf, watch } from './support/watch.js';

const servers = useServers();

let ca: CertificateAuthority;
let issued: IssuedCertificate;
let client: IssuedCertificate;
let directory: string;

beforeAll(async () => {
  ca = await createCertificateAuthority();
  issued = await ca.issue({
    commonName: 'localhost',
    usage: 'server',
    dns: ['localhost', 'feed.test', 'xn--bcher-kva.test'],
    ip: ['127.0.0.1', '::1'],
  });
  client = await ca.issue({ commonName: 'trader-7', usage: 'client' });
  directory = await mkdtemp(join(tmpdir(), 'rx-wss-'));
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

const secure = (): WssServerOptions => ({ tls: { cert: issued.chain, key: issued.key } });

type Options = Omit<SocketOptions<string, string>, 'codec'>;
const OK = 'HTTP/1.1 101 Switching Protocols';

type Lookup = NonNullable<Options['lookup']>;

/** Dials, and gives the connection as the server has it, once both sides are open. */
async function connect(
  server: WssServer,
  options: Omit<Options, 'url'> & { readonly url?: Options['url'] } = {},
): Promise<{
  readonly socket: SocketSubject<string, string>;
  readonly connection: Awaited<ReturnType<WssServer['nextConnection']>>;
  readonly hangUp: () => Promise<void>;
}> {
  const socket = webSocket({
    url: server.url,
    codec: text(),
    ...(server.url.startsWith('wss:') ? { tls: { ca: ca.certificate } } : {}),
    ...options,
  });
  const seen = watch(socket);
  await until('the connection to open', () => {
    const [outcome] = seen.outcomes;
    if (outcome !== undefined) throw new Error('it did not open', { cause: outcome });
    return stateOf(socket)._tag === 'Open';
  });
  const connection = await within('the connection', server.nextConnection());
  return {
    socket,
    connection,
    hangUp: async () => {
      seen.subscription.unsubscribe();
      expect(await connection.closed).toEqual({ code: 1000, reason: '' });
    },
  };
}

/** Looks every name up as `addresses`. */
const lookingUp =
  (...addresses: readonly string[]): Lookup =>
  (_hostname, _options, callback) => {
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };

describe('the URL', () => {
  it.each([
    { name: 'ws:// and IPv4', host: '127.0.0.1', isSecure: false, address: '127.0.0.1' },
    { name: 'ws:// and IPv6', host: '::1', isSecure: false, address: '[::1]' },
    { name: 'wss:// and IPv4', host: '127.0.0.1', isSecure: true, address: '127.0.0.1' },
    { name: 'wss:// and IPv6', host: '::1', isSecure: true, address: '[::1]' },
  ])('should be dialled with $name', async ({ host, isSecure, address }) => {
    const server = await servers.wss({ host, ...(isSecure ? secure() : {}) });
    const { socket, hangUp } = await connect(server);
    const state = await inState(socket, 'Open');
    expect(state.address).toBe(`${address}:${server.port}`);
    expect(state.attempt).toBe(1);
    expect(state.protocol).toBe('');
    expect(Math.abs(Date.now() - state.since)).toBeLessThan(5_000);
    if (isSecure) {
      expect(state.tls).toEqual({
        protocol: 'TLSv1.3',
        cipher: expect.stringMatching(/^TLS_/),
        subject: 'CN=localhost',
        issuer: expect.stringContaining('CN=rx-wss test authority'),
        altNames: expect.stringContaining('DNS:localhost'),
        validTo: new Date(new X509Certificate(issued.cert).validTo),
        pins: [expect.stringMatching(/^sha256\//), expect.stringMatching(/^sha256\//)],
        acceptedBy: 'chain',
        dangerous: false,
      });
    } else {
      expect(state.tls).toBeUndefined();
    }
    await hangUp();
  });

  it.each([false, true])(
    'should be dialled with the host name localhost, TLS %s',
    async (isSecure) => {
      const server = await servers.wss(isSecure ? secure() : {});
      const url = server.url.replace('127.0.0.1', 'localhost');
      const { connection, hangUp } = await connect(server, { url });
      expect(connection.request.headers.host).toBe(`localhost:${server.port}`);
      expect(connection.request.serverName).toBe(isSecure ? 'localhost' : undefined);
      await hangUp();
    },
  );

  it('should be dialled at the second address when the first one refuses', async () => {
    const server = await servers.wss(secure());
    const { socket, hangUp } = await connect(server, {
      url: `wss://feed.test:${server.port}`,
      lookup: lookingUp('::1', '127.0.0.1'),
    });
    expect((await inState(socket, 'Open')).address).toBe(`127.0.0.1:${server.port}`);
    await hangUp();
  });

  it('should be dialled with a name outside ASCII', async () => {
    const server = await servers.wss(secure());
    const { connection, hangUp } = await connect(server, {
      url: `wss://bücher.test:${server.port}`,
      lookup: lookingUp('127.0.0.1'),
    });
    expect(connection.request.serverName).toBe('xn--bcher-kva.test');
    await hangUp();
  });

  it.each([
    { url: 'ws://feed.test/v1', target: 'feed.test:80' },
    { url: 'wss://feed.test/v1', target: 'feed.test:443' },
    { url: 'ws://feed.test:443/', target: 'feed.test:443' },
    { url: 'wss://feed.test:80/', target: 'feed.test:80' },
  ])('should have the default port of its scheme: $url', async ({ url, target }) => {
    // Neither port is dialled: the look-up fails.
    const lookup: Lookup = (_hostname, _options, callback) => {
      callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);
    };
    const error = await watch(webSocket({ url, lookup })).failure();
    expect(error.ending.target).toBe(target);
  });

  it.each([
    ['/', '/'],
    ['', '/'],
    ['/v1/feed', '/v1/feed'],
    ['/v1/feed?symbol=A&symbol=B&empty=', '/v1/feed?symbol=A&symbol=B&empty='],
    ['/?q=%2F%20%C3%BC+', '/?q=%2F%20%C3%BC+'],
    ['/a%2Fb//c/;p=1,2', '/a%2Fb//c/;p=1,2'],
    ['/ü?ö', '/%C3%BC?%C3%B6'],
    ['?token=x', '/?token=x'],
  ])('should reach the server with path and query intact: %s', async (path, expected) => {
    const server = await servers.wss();
    const { connection, hangUp } = await connect(server, { url: server.url + path });
    expect(connection.request.method).toBe('GET');
    expect(connection.request.url).toBe(expected);
    await hangUp();
  });

  it('should be taken as text, as a URL object, and as the only argument', async () => {
    const server = await servers.wss();
    for (const given of [server.url, new URL(server.url), { url: new URL(server.url) }]) {
      const socket = webSocket(given);
      const seen = watch(socket);
      const connection = await server.nextConnection();
      await inState(socket, 'Open');
      seen.subscription.unsubscribe();
      await connection.closed;
    }
    expect(server.accepted).toBe(3);
  });

  it.each([
    { userinfo: 'me:secret', credentials: 'me:secret' },
    { userinfo: 'me', credentials: 'me:' },
    { userinfo: 'm%40e:s%3Acret%C3%BC', credentials: 'm@e:s:cretü' },
  ])(
    'should turn its user info $userinfo into Authorization',
    async ({ userinfo, credentials }) => {
      const server = await servers.wss();
      const url = server.url.replace('ws://', `ws://${userinfo}@`);
      const { socket, connection, hangUp } = await connect(server, { url });
      const basic = `Basic ${Buffer.from(credentials).toString('base64')}`;
      expect(connection.request.headers.authorization).toBe(basic);
      expect(connection.request.headers.host).toBe(`127.0.0.1:${server.port}`);
      expect(JSON.stringify(stateOf(socket))).not.toContain('secret');
      await hangUp();
    },
  );
});

describe('the request', () => {
  it('should carry headers, subprotocols and origin', async () => {
    const server = await servers.wss({ protocols: ['feed.v2'] });
    const { socket, connection, hangUp } = await connect(server, {
      headers: { Authorization: 'Bearer t', 'x-list': ['a', 'b'], 'user-agent': 'rx/1' },
      protocols: ['feed.v3', 'feed.v2', 'feed.v1'],
      origin: 'https://app.test',
    });
    const { headers, protocols } = connection.request;
    expect(headers).toMatchObject({
      authorization: 'Bearer t',
      'x-list': 'a, b',
      'user-agent': 'rx/1',
      origin: 'https://app.test',
      upgrade: 'websocket',
      connection: 'Upgrade',
      'sec-websocket-version': '13',
    });
    expect(protocols).toEqual(['feed.v3', 'feed.v2', 'feed.v1']);
    expect(connection.protocol).toBe('feed.v2');
    expect(await inState(socket, 'Open')).toMatchObject({ protocol: 'feed.v2' });
    await hangUp();
  });

  it('should carry one subprotocol given as text', async () => {
    const server = await servers.wss();
    const { socket, connection, hangUp } = await connect(server, { protocols: 'feed.v1' });
    expect(connection.request.protocols).toEqual(['feed.v1']);
    expect(await inState(socket, 'Open')).toMatchObject({ protocol: 'feed.v1' });
    await hangUp();
  });

  it('should prefer a header authorization to the user info of the URL', async () => {
    const server = await servers.wss();
    const url = server.url.replace('ws://', 'ws://me:secret@');
    const { connection, hangUp } = await connect(server, {
      url,
      headers: { authorization: 'Bearer t' },
    });
    expect(connection.request.headers.authorization).toBe('Bearer t');
    await hangUp();
  });

  it('should carry none of these unless asked for', async () => {
    const server = await servers.wss();
    const { connection, hangUp } = await connect(server);
    expect(Object.keys(connection.request.headers).sort()).toEqual([
      'connection',
      'host',
      'sec-websocket-key',
      'sec-websocket-version',
      'upgrade',
    ]);
    await hangUp();
  });

  it('should be made of what the functions give, asked afresh for every attempt', async () => {
    const server = await servers.wss({
      onRequest: ({ url }) => (url === '/3' ? undefined : { status: 503 }),
    });
    const asked: [string, number, boolean][] = [];
    const { connection, hangUp } = await connect(server, {
      url: async (attempt, signal) => {
        asked.push(['url', attempt, signal.aborted]);
        await Promise.resolve();
        return new URL(`/${attempt}`, server.url);
      },
      headers: (attempt, signal) => {
        asked.push(['headers', attempt, signal.aborted]);
        return { 'x-attempt': String(attempt) };
      },
      reconnect: constantBackoff({ delay: 1 }),
    });
    expect(asked).toEqual([
      ['url', 1, false],
      ['headers', 1, false],
      ['url', 2, false],
      ['headers', 2, false],
      ['url', 3, false],
      ['headers', 3, false],
    ]);
    expect(server.requests.map(({ url, headers }) => [url, headers['x-attempt']])).toEqual([
      ['/1', '1'],
      ['/2', '2'],
      ['/3', '3'],
    ]);
    expect(connection.request.url).toBe('/3');
    await hangUp();
  });

  it('should be made of functions that give plain values, and of promises that are late', async () => {
    const server = await servers.wss();
    const { connection, hangUp } = await connect(server, {
      url: () => server.url,
      headers: () =>
        new Promise((resolve) => {
          setImmediate(resolve, { 'x-late': 'yes' });
        }),
    });
    expect(connection.request.headers['x-late']).toBe('yes');
    await hangUp();
  });
});

describe('the answer', () => {
  it.each([
    { name: 'comes after 100 Continue', lines: ['HTTP/1.1 100 Continue', '', OK] },
    {
      name: 'comes after 103 Early Hints',
      lines: ['HTTP/1.1 103 Early Hints', 'Link: </style.css>', '', OK],
    },
    { name: 'has another reason phrase', lines: ['HTTP/1.1 101 Web Socket Protocol Handshake'] },
    { name: 'has none', lines: ['HTTP/1.1 101 '] },
    { name: 'has more headers', lines: [OK, 'Server: x', 'Set-Cookie: a=1', 'Set-Cookie: b=2'] },
    {
      name: 'is written in another case',
      lines: [OK],
      fields: ['upgrade: WebSocket', 'CONNECTION: keep-alive, UPGRADE'],
    },
  ])('should open the connection when it $name', async ({ lines, fields }) => {
    const server = await servers.raw(async ({ socket }) => {
      const { headers } = await readRequestHead(socket);
      const accept = `Sec-WebSocket-Accept: ${acceptKey(headers['sec-websocket-key'] ?? '')}`;
      const all = [...lines, ...(fields ?? ['Upgrade: websocket', 'Connection: Upgrade']), accept];
      socket.write(`${all.join('\r\n')}\r\n\r\n`);
    });
    const socket = webSocket({ url: server.url, closeTimeout: 20 });
    const seen = watch(socket);
    await inState(socket, 'Open');
    seen.subscription.unsubscribe();
    await inState(socket, 'Closed');
  });
});

describe('the TLS connection', () => {
  it('should never resume a session', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const server = await servers.wss({
        tls: { cert: issued.chain, key: issued.key, minVersion: version, maxVersion: version },
      });
      const socket = webSocket({
        url: server.url,
        tls: { ca: ca.certificate },
        reconnect: constantBackoff({ delay: 1 }),
      });
      const seen = watch(socket);
      const resumed: boolean[] = [];
      for (let count = 0; count < 3; count += 1) {
        const connection = await server.nextConnection();
        await inState(socket, 'Open');
        if (connection.socket instanceof TLSSocket) {
          resumed.push(connection.socket.isSessionReused());
        }
        await connection.close(1012);
      }
      expect(resumed).toEqual([false, false, false]);
      seen.subscription.unsubscribe();
    }
  });

  it('should offer http/1.1 by ALPN', async () => {
    const server = await servers.wss({
      tls: { cert: issued.chain, key: issued.key, ALPNProtocols: ['h2', 'http/1.1'] },
    });
    const { connection, hangUp } = await connect(server);
    expect(connection.socket).toHaveProperty('alpnProtocol', 'http/1.1');
    await hangUp();
  });

  it.each([
    { minVersion: undefined, maxVersion: 'TLSv1.2', expected: 'TLSv1.2' },
    { minVersion: undefined, maxVersion: 'TLSv1.3', expected: 'TLSv1.3' },
    { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', expected: 'TLSv1.3' },
  ] as const)(
    'should speak $expected with minVersion $minVersion to a server up to $maxVersion',
    async ({ minVersion, maxVersion, expected }) => {
      const server = await servers.wss({
        tls: { cert: issued.chain, key: issued.key, maxVersion },
      });
      const { socket, connection, hangUp } = await connect(server, {
        tls: { ca: ca.certificate, minVersion },
      });
      expect(connection.request.tlsVersion).toBe(expected);
      expect((await inState(socket, 'Open')).tls?.protocol).toBe(expected);
      await hangUp();
    },
  );

  it('should ask for, and check, the servername in place of the host', async () => {
    const server = await servers.wss(secure());
    const { connection, hangUp } = await connect(server, {
      tls: { ca: ca.certificate, servername: 'feed.test' },
    });
    expect(connection.request.serverName).toBe('feed.test');
    await hangUp();

    const socket = webSocket({
      url: server.url,
      tls: { ca: ca.certificate, servername: 'other.test' },
    });
    const error = await watch(socket).failure();
    expect(brief(error.ending)).toEqual({
      _tag: 'TlsFailed',
      by: 'policy',
      phase: 'verify',
      reason: 'ERR_TLS_CERT_ALTNAME_INVALID',
      policyErrors: ['name-mismatch'],
    });
  });

  it('should send no server name for an IP address', async () => {
    const server = await servers.wss(secure());
    const { connection, hangUp } = await connect(server);
    expect(connection.request.serverName).toBeUndefined();
    await hangUp();
  });

  it('should take the chain of an intermediate, and a wildcard name', async () => {
    const intermediate = await ca.issueIntermediate();
    const leaf = await intermediate.issue({
      commonName: 'any',
      usage: 'server',
      dns: ['*.feed.test'],
    });
    const server = await servers.wss({ tls: { cert: leaf.chain, key: leaf.key } });
    const { hangUp } = await connect(server, {
      url: `wss://eu.feed.test:${server.port}`,
      lookup: lookingUp('127.0.0.1'),
    });
    await hangUp();
  });

  describe('trust anchors', () => {
    const forms: readonly {
      readonly name: string;
      readonly give: () => Promise<TlsOptions['ca']>;
    }[] = [
      { name: 'PEM text', give: () => Promise.resolve(ca.certificate) },
      { name: 'PEM bytes', give: () => Promise.resolve(Buffer.from(ca.certificate)) },
      {
        name: 'DER bytes',
        give: () => Promise.resolve(new Uint8Array(new X509Certificate(ca.certificate).raw)),
      },
      { name: 'a file', give: async () => ({ file: await written('ca.pem', ca.certificate) }) },
      {
        name: 'a file: URL to DER',
        give: async () => ({
          file: pathToFileURL(await written('ca.der', new X509Certificate(ca.certificate).raw)),
        }),
      },
      {
        name: 'several, the right one last',
        give: async () => [
          (await createCertificateAuthority()).certificate,
          new X509Certificate((await createCertificateAuthority()).certificate).raw,
          { file: await written('ca.pem', ca.certificate) },
        ],
      },
      {
        name: 'a bundle with comments',
        give: async () =>
          `# other\n${(await createCertificateAuthority()).certificate}\n# ours\n${ca.certificate}# end`,
      },
    ];

    it.each(forms)('should be taken as $name', async ({ give }) => {
      const server = await servers.wss(secure());
      const { hangUp } = await connect(server, { tls: { ca: await give() } });
      await hangUp();
    });
  });

  describe('the client certificate', () => {
    const PASSPHRASE = 'correct horse';
    const forms: readonly {
      readonly name: string;
      readonly give: () => Promise<TlsOptions>;
    }[] = [
      { name: 'PEM text', give: () => Promise.resolve({ cert: client.chain, key: client.key }) },
      {
        name: 'PEM bytes',
        give: () =>
          Promise.resolve({ cert: Buffer.from(client.chain), key: Buffer.from(client.key) }),
      },
      {
        name: 'files',
        give: async () => ({
          cert: { file: await written('client.pem', client.chain) },
          key: { file: await written('client.key', client.key) },
        }),
      },
      {
        name: 'DER bytes',
        give: () =>
          Promise.resolve({ cert: new X509Certificate(client.cert).raw, key: client.key }),
      },
      {
        name: 'an encrypted key',
        give: () =>
          Promise.resolve({
            cert: client.chain,
            key: encryptKey(client.key, PASSPHRASE),
            passphrase: PASSPHRASE,
          }),
      },
      {
        name: 'an encrypted key in a file',
        give: async () => ({
          cert: client.chain,
          key: { file: await written('encrypted.key', encryptKey(client.key, PASSPHRASE)) },
          passphrase: PASSPHRASE,
        }),
      },
      {
        name: 'PKCS #12 bytes',
        give: () => Promise.resolve({ pfx: pkcs12(), passphrase: PASSPHRASE }),
      },
      {
        name: 'PKCS #12 in base64',
        give: () => Promise.resolve({ pfx: pkcs12().toString('base64'), passphrase: PASSPHRASE }),
      },
      {
        name: 'a PKCS #12 file',
        give: async () => ({
          pfx: { file: await written('client.p12', pkcs12()) },
          passphrase: PASSPHRASE,
        }),
      },
    ];

    function pkcs12(): Buffer {
      return toPkcs12({ ...client, passphrase: PASSPHRASE });
    }

    it.each(
      forms.flatMap((form) =>
        (['TLSv1.2', 'TLSv1.3'] as const).map((version) => ({ ...form, version })),
      ),
    )('should be seen by the server, given as $name, $version', async ({ give, version }) => {
      const server = await servers.wss({
        tls: {
          cert: issued.chain,
          key: issued.key,
          ca: ca.certificate,
          requestCert: true,
          minVersion: version,
          maxVersion: version,
        },
      });
      const { connection, hangUp } = await connect(server, {
        tls: { ca: ca.certificate, ...(await give()) },
      });
      expect(connection.request.client).toMatchObject({
        commonName: 'trader-7',
        serialNumber: client.serialNumber,
        isAuthorized: true,
      });
      await hangUp();
    });

    it('should come with its intermediates', async () => {
      const intermediate = await ca.issueIntermediate();
      const { chain, key } = await intermediate.issue({ commonName: 'deep', usage: 'client' });
      const server = await servers.wss({
        tls: { cert: issued.chain, key: issued.key, ca: ca.certificate, requestCert: true },
      });
      const { connection, hangUp } = await connect(server, {
        tls: { ca: ca.certificate, cert: chain, key },
      });
      expect(connection.request.client).toMatchObject({ commonName: 'deep', isAuthorized: true });
      await hangUp();
    });

    it('should be read again from its files for the next attempt', async () => {
      const server = await servers.wss({
        tls: { cert: issued.chain, key: issued.key, ca: ca.certificate, requestCert: true },
      });
      const cert = { file: await written('rotated.pem', client.chain) };
      const key = { file: await written('rotated.key', client.key) };
      const next = await ca.issue({ commonName: 'trader-8', usage: 'client' });
      const { connection } = await connect(server, {
        tls: { ca: ca.certificate, cert, key },
        reconnect: constantBackoff({ delay: 1 }),
      });
      expect(connection.request.client?.commonName).toBe('trader-7');
      await written('rotated.pem', next.chain);
      await written('rotated.key', next.key);
      await connection.close(1012);
      const second = await within('the next connection', server.nextConnection());
      expect(second.request.client?.commonName).toBe('trader-8');
    });
  });

  async function written(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(directory, name);
    await writeFile(path, content);
    return path;
  }
});

describe('connectTimeout', () => {
  it('should be one deadline over look-up, TLS and upgrade together', async () => {
    const limit = 500;
    const step = 200;
    const server = await servers.raw(silent, {
      tls: { cert: issued.chain, key: issued.key },
    });
    const later =
      (lookup: Lookup): Lookup =>
      (...given) => {
        setTimeout(() => {
          lookup(...given);
        }, step);
      };
    const socket = webSocket({
      url: () =>
        new Promise((resolve) => {
          setTimeout(resolve, step, `wss://feed.test:${server.port}`);
        }),
      tls: { ca: ca.certificate },
      lookup: later(lookingUp('127.0.0.1')),
      connectTimeout: limit,
    });
    const before = activeResources();
    const began = performance.now();
    const error = await watch(socket).failure();
    const elapsed = performance.now() - began;
    expect(elapsed).toBeGreaterThan(limit - 20);
    // A limit for each stage would come to 900 ms.
    expect(elapsed).toBeLessThan(limit + 2 * step - 20);
    expect(brief(error.ending)).toEqual({
      _tag: 'TimedOut',
      by: 'policy',
      phase: 'upgrade',
      option: 'connectTimeout',
      limit,
    });
    expect(error.message).toContain(`feed.test:${server.port}: connectTimeout of ${limit} ms`);
    await nothingLeftSince(before);
  });

  it('should not limit an open connection', async () => {
    const server = await servers.wss();
    const { socket, connection, hangUp } = await connect(server, { connectTimeout: 400 });
    const { since } = await inState(socket, 'Open');
    await until('the limit to pass', () => Date.now() > since + 420);
    await connection.ping();
    expect(stateOf(socket)._tag).toBe('Open');
    await hangUp();
  });

  it('should count anew for every attempt', async () => {
    const server = await servers.raw(silent);
    const socket = webSocket({
      url: server.url,
      connectTimeout: 40,
      reconnect: constantBackoff({ delay: 1 }),
    });
    const states = statesOf(socket);
    const seen = watch(socket);
    await until('three attempts', () => server.connections.length === 3);
    seen.subscription.unsubscribe();
    const waits = states.filter((state) => state._tag === 'Waiting');
    expect(waits.length).toBeGreaterThanOrEqual(2);
    waits.forEach(({ attempt, ending }, index) => {
      expect(attempt).toBe(index + 2);
      expect(ending).toMatchObject({ _tag: 'TimedOut', limit: 40, uptime: 0 });
    });
  });
});

describe('the AbortSignal', () => {
  const reason = new Error('the user left');

  interface Row {
    readonly name?: string;
    readonly phase: string;
    /** Dials so far that the phase is reached, and gives what the abort is made with. */
    readonly options: (reached: () => void) => Promise<SocketOptions<unknown, unknown>>;
    readonly target: boolean;
  }

  const hangingLookup =
    (reached: () => void): Lookup =>
    () => {
      setImmediate(reached);
    };

  async function withLookup(lookup: Lookup): Promise<SocketOptions<unknown, unknown>> {
    const { port } = await servers.raw(silent);
    return { url: `ws://feed.test:${port}`, lookup };
  }

  const rows: readonly Row[] = [
    {
      phase: 'options',
      target: false,
      options: (reached) =>
        Promise.resolve({
          url: () => {
            reached();
            return new Promise<string>(silent);
          },
        }),
    },
    {
      phase: 'dns',
      target: true,
      options: (reached) =>
        Promise.resolve({ url: 'ws://feed.test:1', lookup: hangingLookup(reached) }),
    },
    {
      phase: 'tcp',
      target: true,
      options: (reached) =>
        withLookup((hostname, options, callback) => {
          setImmediate(() => {
            lookingUp('127.0.0.1')(hostname, options, callback);
            // The connect has begun, and takes a turn of the event loop at least.
            reached();
          });
        }),
    },
    {
      name: 'tcp, after a look-up that calls back at once',
      phase: 'tcp',
      target: true,
      options: (reached) =>
        withLookup((hostname, options, callback) => {
          lookingUp('127.0.0.1')(hostname, options, callback);
          process.nextTick(reached);
        }),
    },
    {
      phase: 'tls',
      target: true,
      options: async (reached) => {
        const { port } = await servers.raw(({ socket }) => socket.once('data', reached));
        return { url: `wss://127.0.0.1:${port}`, tls: { ca: ca.certificate } };
      },
    },
    {
      phase: 'upgrade',
      target: true,
      options: async (reached) => {
        const { url } = await servers.raw(
          async ({ socket }) => {
            await readRequestHead(socket);
            reached();
          },
          { tls: { cert: issued.chain, key: issued.key } },
        );
        return { url, tls: { ca: ca.certificate } };
      },
    },
  ];

  for (const { phase, name = phase, options, target } of rows) {
    it(`should end the stream while it connects, in the phase ${name}`, async () => {
      const controller = new AbortController();
      let isReached = false;
      const given = await options(() => {
        isReached = true;
        controller.abort(reason);
      });
      const socket = webSocket({
        ...given,
        signal: controller.signal,
        reconnect: constantBackoff({ delay: 1 }),
      });
      const states = statesOf(socket);
      const before = activeResources();
      const seen = watch(socket);
      const error = await seen.failure();
      expect(isReached).toBe(true);
      expect(error).toBeInstanceOf(AbortedError);
      expect(error.name).toBe('AbortError');
      expect(error.code).toBe('ERR_WSS_ABORTED');
      expect(error.cause).toBe(reason);
      expect(brief(error.ending)).toEqual({ _tag: 'Cancelled', by: 'client', phase });
      expect(typeof error.ending.target).toBe(target ? 'string' : 'undefined');
      expect(states.map(({ _tag }) => _tag)).toEqual(['Idle', 'Connecting', 'Closed']);
      await nothingLeftSince(before);
      expect(seen.outcomes).toHaveLength(1);
      expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    });
  }

  for (const { phase, name = phase, options } of rows) {
    it(`should not be missed: unsubscribing in the phase ${name} leaves nothing either`, async () => {
      let leave = (): void => undefined;
      const given = await options(() => {
        leave();
      });
      const socket = webSocket({ ...given, reconnect: constantBackoff({ delay: 1 }) });
      const before = activeResources();
      const seen = watch(socket);
      leave = () => {
        seen.subscription.unsubscribe();
      };
      const { ending } = await inState(socket, 'Closed');
      expect(brief(ending)).toEqual({ _tag: 'Cancelled', by: 'client', phase });
      await nothingLeftSince(before);
      expect(seen.outcomes).toEqual([]);
    });
  }

  it('should end the stream when it is aborted before the subscription, without dialling', async () => {
    const server = await servers.wss();
    const socket = webSocket({ url: server.url, signal: AbortSignal.abort(reason) });
    const states = statesOf(socket);
    const before = activeResources();
    const seen = watch(socket);
    expect(seen.outcomes).toEqual([]);
    const error = await seen.failure();
    expect(brief(error.ending)).toEqual({ _tag: 'Cancelled', by: 'client', phase: 'options' });
    expect(error.cause).toBe(reason);
    expect(states.map(({ _tag }) => _tag)).toEqual(['Idle', 'Connecting', 'Closed']);
    expect(server.requests).toEqual([]);
    await nothingLeftSince(before);
  });

  it('should leave nothing when it was aborted and the subscriber left at once', async () => {
    const socket = webSocket({ url: 'ws://feed.test', signal: AbortSignal.abort(reason) });
    const before = activeResources();
    const seen = watch(socket);
    seen.subscription.unsubscribe();
    await nothingLeftSince(before);
    expect(seen.outcomes).toEqual([]);
    expect(stateOf(socket)._tag).toBe('Closed');
  });

  it('should leave nothing when it aborts from within the look-up', async () => {
    const controller = new AbortController();
    const socket = webSocket({
      url: 'ws://feed.test:1',
      signal: controller.signal,
      lookup: () => {
        controller.abort(reason);
      },
    });
    const before = activeResources();
    const seen = watch(socket);
    expect(brief((await seen.failure()).ending)).toEqual({
      _tag: 'Cancelled',
      by: 'client',
      phase: 'dns',
    });
    await nothingLeftSince(before);
  });

  it('should end the stream at once while it is open, and close with 1000', async () => {
    const server = await servers.wss();
    const controller = new AbortController();
    const socket = webSocket({
      url: server.url,
      signal: controller.signal,
      reconnect: constantBackoff({ delay: 1 }),
    });
    const before = activeResources();
    const seen = watch(socket);
    const connection = await server.nextConnection();
    await inState(socket, 'Open');
    controller.abort(reason);
    expect(seen.outcomes).toHaveLength(1);
    const error = await seen.failure();
    expect(brief(error.ending)).toEqual({ _tag: 'Cancelled', by: 'client', phase: 'open' });
    expect(stateOf(socket)).toEqual({ _tag: 'Closed', ending: error.ending });
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
    await nothingLeftSince(before);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    expect(server.accepted).toBe(1);
  });

  it('should end the stream while it waits for the next attempt', async () => {
    const server = await servers.wss({ onRequest: () => ({ status: 503 }) });
    const controller = new AbortController();
    const socket = webSocket({
      url: server.url,
      signal: controller.signal,
      reconnect: constantBackoff({ delay: 60_000 }),
    });
    const before = activeResources();
    const seen = watch(socket);
    await inState(socket, 'Waiting');
    controller.abort(reason);
    const error = await seen.failure();
    expect(error).toBeInstanceOf(AbortedError);
    expect(error.cause).toBe(reason);
    expect(error.ending).toMatchObject({ _tag: 'Cancelled', by: 'client' });
    await nothingLeftSince(before);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  it('should end the stream while it closes, and let the close come to its end', async () => {
    const server = await servers.raw(afterUpgrade(silent));
    const controller = new AbortController();
    const socket = webSocket({ url: server.url, signal: controller.signal, closeTimeout: 60 });
    const before = activeResources();
    const seen = watch(socket);
    await inState(socket, 'Open');
    socket.complete();
    expect(stateOf(socket)._tag).toBe('Closing');
    controller.abort(reason);
    expect(brief((await seen.failure()).ending)).toEqual({
      _tag: 'Cancelled',
      by: 'client',
      phase: 'closing',
    });
    await nothingLeftSince(before);
    expect(seen.outcomes).toHaveLength(1);
  });

  it('should have no listener of ours once a stream has ended by itself', async () => {
    const server = await servers.wss();
    const { signal } = new AbortController();
    const socket = webSocket({ url: server.url, signal });
    for (const end of ['complete', 'unsubscribe', 'server'] as const) {
      const seen = watch(socket);
      const connection = await server.nextConnection();
      await inState(socket, 'Open');
      expect(getEventListeners(signal, 'abort')).toHaveLength(1);
      if (end === 'complete') socket.complete();
      else if (end === 'unsubscribe') seen.subscription.unsubscribe();
      else void connection.close(1012);
      await connection.closed;
      await inState(socket, 'Closed');
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    }
  });

  it('should serve many sockets without a warning', async () => {
    const warnings: string[] = [];
    const keep = (warning: Error): void => void warnings.push(String(warning));
    process.on('warning', keep);
    const server = await servers.wss();
    const controller = new AbortController();
    const before = activeResources();
    const all = Array.from({ length: 30 }, () =>
      watch(webSocket({ url: server.url, signal: controller.signal })),
    );
    await until('all to be open', () => server.connections.size === 30);
    controller.abort();
    for (const seen of all) expect(await seen.failure()).toBeInstanceOf(AbortedError);
    await nothingLeftSince(before);
    process.off('warning', keep);
    expect(warnings).toEqual([]);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });
});
