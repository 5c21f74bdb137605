import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import {
  NetworkError,
  ProxyError,
  text,
  TimeoutError,
  TlsError,
  webSocket,
} from '../../src/index.js';
import {
  createCertificateAuthority,
  createRawServer,
  readRequestHead,
} from '../../src/testing/index.js';
import type { CertificateAuthority, RawConnection, RawServer } from '../../src/testing/index.js';
import { record } from './recording.js';
import type { Recording } from './recording.js';
import { secretsIn } from './secrets.js';
import { waitFor } from './servers/wait-for.js';

/** What a proxy does with a connection. */
type Script = (connection: RawConnection) => unknown;

const USER = { name: 'trader', password: 'topsecret' };

const CONNECT_TIMEOUT = 150;
const DRIP_INTERVAL = 10;

/** Never says a word. */
function silent(): void {
  // As the name says.
}

/** Writes `start`, then one letter after the other, for as long as the line is there. */
function dripping(start: string): Script {
  return async ({ socket, closed }) => {
    socket.write(start);
    const drip = setInterval(() => socket.write('a'), DRIP_INTERVAL);
    await closed;
    clearInterval(drip);
  };
}

/** The kind of a line that the proxy has hung up on: Node tells of one before TLS as a reset. */
function hungUp(): string {
  return expect.stringMatching(/^(ended|reset)$/) as string;
}

/** Answers the CONNECT with `answer`. */
function answering(answer: string): Script {
  return async ({ socket }) => {
    await readRequestHead(socket);
    socket.write(answer);
  };
}

function countSockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
}

describe('bad proxies', () => {
  let authority: CertificateAuthority;

  beforeAll(async () => {
    authority = await createCertificateAuthority();
  });

  async function startProxy(script: Script, isSecure: boolean): Promise<RawServer> {
    const { chain, key } = await authority.issue({ commonName: 'proxy', usage: 'server' });
    const server = await createRawServer(
      script,
      isSecure ? { tls: { cert: chain, key, ALPNProtocols: ['http/1.1'] } } : {},
    );
    onTestFinished(() => server.close());
    return server;
  }

  function dial(
    { authority: at }: RawServer,
    scheme: 'http' | 'https',
    connectTimeout?: number,
  ): Recording<string> {
    const proxy = {
      url: `${scheme}://${USER.name}:${USER.password}@${at}`,
      tls: { ca: authority.certificate },
    };
    return record(
      webSocket({
        // Looked up by nobody.
        url: 'wss://feed.example/',
        proxy,
        connectTimeout,
        codec: text(),
      }),
    );
  }

  it.each<{ name: string; script: Script; isSecure?: boolean; scheme?: 'http' | 'https' }>([
    { name: 'never answers the CONNECT', script: silent },
    { name: 'drips the status line', script: dripping('HTTP/1.1 200 ') },
    { name: 'drips a header', script: dripping('HTTP/1.1 200 OK\r\nX-Long: ') },
    { name: 'never answers the ClientHello', script: silent, scheme: 'https' },
    {
      name: 'never answers the CONNECT over TLS',
      script: silent,
      isSecure: true,
      scheme: 'https',
    },
    {
      name: 'drips a header over TLS',
      script: dripping('HTTP/1.1 200 OK\r\nX-Long: '),
      isSecure: true,
      scheme: 'https',
    },
  ])(
    'should be given up in the phase proxy: one that $name',
    async ({ script, isSecure = false, scheme = 'http' }) => {
      const proxy = await startProxy(script, isSecure);
      const recording = dial(proxy, scheme, CONNECT_TIMEOUT);
      const error = await recording.failed();

      expect(error).toBeInstanceOf(TimeoutError);
      expect(error.ending).toEqual({
        _tag: 'TimedOut',
        by: 'policy',
        phase: 'proxy',
        option: 'connectTimeout',
        limit: CONNECT_TIMEOUT,
        uptime: 0,
        target: 'feed.example:443',
      });
      expect(secretsIn(recording.asLogged(), [USER])).toEqual([]);
      // The line is not left behind.
      await Promise.all(proxy.connections.map(({ closed }) => closed));
    },
  );

  it('should be given up in the phase tls when the tunnel leads to silence', async () => {
    const proxy = await startProxy(answering('HTTP/1.1 200 OK\r\n\r\n'), false);
    // Long enough to come that far on a machine that is busy.
    const limit = 4 * CONNECT_TIMEOUT;
    const error = await dial(proxy, 'http', limit).failed();

    expect(error.ending).toMatchObject({ _tag: 'TimedOut', phase: 'tls', limit });
  });

  it.each<{ name: string; script: Script; error: unknown; ending: object }>([
    {
      name: 'hangs up on the CONNECT',
      script: async ({ socket }) => {
        await readRequestHead(socket);
        socket.end();
      },
      error: NetworkError,
      ending: { _tag: 'NetworkFailed', phase: 'proxy', kind: hungUp() },
    },
    {
      name: 'resets on the CONNECT',
      script: async (connection) => {
        await readRequestHead(connection.socket);
        connection.reset();
      },
      error: NetworkError,
      ending: { _tag: 'NetworkFailed', phase: 'proxy', kind: 'reset' },
    },
    {
      name: 'hangs up in the middle of the answer',
      script: async ({ socket }) => {
        await readRequestHead(socket);
        socket.end('HTTP/1.1 200 O');
      },
      error: NetworkError,
      ending: { _tag: 'NetworkFailed', phase: 'proxy', kind: hungUp() },
    },
    {
      name: 'does not speak HTTP',
      script: answering('220 mail.example ESMTP\r\n'),
      error: NetworkError,
      ending: { _tag: 'NetworkFailed', phase: 'proxy', kind: 'other' },
    },
    {
      name: 'wants to be asked elsewhere',
      script: answering('HTTP/1.1 302 Found\r\nLocation: https://login.example/\r\n\r\n'),
      error: ProxyError,
      ending: { _tag: 'ProxyRefused', phase: 'proxy', status: 302, statusText: 'Found' },
    },
    {
      name: 'refuses with a body that never ends',
      script: dripping('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 9999\r\n\r\n'),
      error: ProxyError,
      ending: { _tag: 'ProxyRefused', phase: 'proxy', status: 502 },
    },
    {
      name: 'hangs up once the tunnel is there',
      script: async ({ socket }) => {
        await readRequestHead(socket);
        socket.end('HTTP/1.1 200 OK\r\n\r\n');
      },
      error: NetworkError,
      ending: { _tag: 'NetworkFailed', phase: 'tls', kind: hungUp() },
    },
    {
      name: 'writes into the tunnel itself',
      script: answering('HTTP/1.1 200 OK\r\n\r\n<html>Please log in</html>'),
      error: TlsError,
      ending: { _tag: 'TlsFailed', phase: 'tls', by: 'policy' },
    },
  ])('should be told: one that $name', async ({ script, error: kind, ending }) => {
    const proxy = await startProxy(script, false);
    const recording = dial(proxy, 'http');
    const error = await recording.failed();

    expect(error).toBeInstanceOf(kind);
    expect(error.ending).toMatchObject({ ...ending, target: 'feed.example:443' });
    expect(secretsIn(recording.asLogged(), [USER])).toEqual([]);
    await Promise.all(proxy.connections.map(({ closed }) => closed));
  });

  it('should be told: one that speaks no TLS', async () => {
    const proxy = await startProxy(({ socket }) => socket.end('HTTP/1.1 400 Bad\r\n\r\n'), false);
    const error = await dial(proxy, 'https').failed();

    expect(error).toBeInstanceOf(TlsError);
    expect(error.ending).toMatchObject({ _tag: 'TlsFailed', phase: 'proxy', by: 'policy' });
  });

  it('should be left at once when the last subscriber leaves', async () => {
    const proxy = await startProxy(silent, false);
    const recording = dial(proxy, 'http');
    const { closed } = await waitFor('CONNECT', () => {
      const [connection] = proxy.connections;
      return connection?.received.includes('\r\n\r\n') === true && connection;
    });
    recording.leave();

    expect(await closed).toEqual({ error: undefined });
  });

  it('should leave nothing behind when the look-up of the proxy throws', async () => {
    const before = countSockets();
    const socket = webSocket({
      url: 'wss://feed.example/',
      proxy: 'http://proxy.example',
      lookup: () => {
        throw new Error('no resolver');
      },
    });
    const error = await record(socket).failed();

    expect(error.ending).toMatchObject({ _tag: 'NetworkFailed', phase: 'proxy', kind: 'dns' });
    await waitFor('end of every socket', () => countSockets() <= before, 1_000);
  });

  // Any 2xx answer to a CONNECT opens the tunnel (RFC 9110 section 9.3.6).
  it.each([201, 204, 299])('should take HTTP %i for a tunnel', async (status) => {
    const proxy = await startProxy(async ({ socket }) => {
      await readRequestHead(socket);
      socket.end(`HTTP/1.1 ${status} Fine\r\n\r\n`);
    }, false);
    const error = await dial(proxy, 'http').failed();

    expect(error.ending).toMatchObject({ _tag: 'NetworkFailed', phase: 'tls', kind: hungUp() });
  });
});
