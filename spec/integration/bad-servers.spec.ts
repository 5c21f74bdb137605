import { inspect } from 'node:util';

import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import {
  CloseError,
  NetworkError,
  ProtocolError,
  TimeoutError,
  TlsError,
  UpgradeInvalidError,
  UpgradeRefusedError,
  webSocket,
} from '../../src/index.js';
import type { Ending, SocketError, SocketOptions } from '../../src/index.js';
import {
  acceptKey,
  acceptUpgrade,
  closePayload,
  createCertificateAuthority,
  frame,
  readRequestHead,
} from '../../src/testing/index.js';
import type {
  CertificateAuthority,
  IssuedCertificate,
  RawConnection,
  RawServer,
  RawServerOptions,
} from '../../src/testing/index.js';
import { brief } from './support/brief.js';
import type { Brief } from './support/brief.js';
import { activeResources, nothingLeftSince } from './support/leaks.js';
import {
  afterUpgrade,
  answering,
  compressed,
  frameFrom,
  framesOf,
  sending,
  silent,
} from './support/peer.js';
import type { Script } from './support/peer.js';
import { useServers } from './support/servers.js';
import { collectUncaught } from './support/uncaught.js';
import type { UncaughtErrors } from './support/uncaught.js';
import { until, within } from './support/until.js';
import { endingOf, inState, statesOf, watch } from './support/watch.js';
import type { Watch } from './support/watch.js';

const servers = useServers();

let ca: CertificateAuthority;
let good: IssuedCertificate;
let uncaught: UncaughtErrors;

beforeAll(async () => {
  ca = await createCertificateAuthority();
  good = await ca.issue({ commonName: 'localhost', usage: 'server' });
});

beforeEach(() => {
  uncaught = collectUncaught();
});

afterEach(() => {
  uncaught.stop();
});

const tlsServer = (): RawServerOptions => ({ tls: { cert: good.chain, key: good.key } });

type Options = Omit<SocketOptions<unknown, unknown>, 'url'>;

interface BadServer {
  readonly name: string;
  readonly script: Script;
  /** How the server listens. */
  readonly server?: () => RawServerOptions;
  /** The URL, when it is not the server's own. */
  readonly url?: (server: RawServer) => string;
  readonly options?: () => Options;
  readonly type: new (...given: never[]) => SocketError;
  readonly code: string;
  readonly ending: Brief;
  /** More that has to hold. */
  readonly also?: (ending: Ending, server: RawServer) => void;
}

const SECRET = 'hunter2';

/** Runs one row: exactly one typed ending, nothing thrown elsewhere, nothing left open. */
async function check(row: BadServer): Promise<void> {
  const server = await servers.raw(row.script, row.server?.());
  const url = row.url?.(server) ?? server.url;
  const socket = webSocket({
    // A secret wherever there may be one.
    url: `${url.replace('://', `://me:${SECRET}@`)}/?token=${SECRET}`,
    headers: { 'x-token': SECRET },
    ...(url.startsWith('wss:') ? { tls: { ca: ca.certificate } } : {}),
    closeTimeout: 60,
    ...row.options?.(),
  });
  const before = activeResources();
  const seen = watch(socket);
  const error = await seen.failure();
  expect(brief(error.ending)).toEqual(row.ending);
  expect(error).toBeInstanceOf(row.type);
  expect(error.code).toBe(row.code);
  expect(await endingOf(socket)).toBe(error.ending);
  expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain(SECRET);
  await released(server, before);
  expect(seen.outcomes).toHaveLength(1);
  expect(seen.values).toEqual([]);
  expect(uncaught.errors).toEqual([]);
  row.also?.(error.ending, server);
}

/** Waits until both sides have let go of every socket and timer. */
async function released(server: RawServer, before: ReturnType<typeof activeResources>) {
  await within(
    'the server to lose its connections',
    Promise.all(server.connections.map((each) => each.closed)),
  );
  await nothingLeftSince(before);
}

const wss = ({ port }: RawServer): string => `wss://127.0.0.1:${port}`;
const ws = ({ port }: RawServer): string => `ws://127.0.0.1:${port}`;
const named = ({ port }: RawServer): string => `ws://feed.test:${port}`;

const network = (
  phase: string,
  kind: string,
  errno?: string,
): Pick<BadServer, 'type' | 'ending'> => ({
  type: NetworkError,
  ending: {
    _tag: 'NetworkFailed',
    by: 'network',
    phase,
    kind,
    ...(errno === undefined ? {} : { errno }),
  },
});

const timeout = (
  phase: string,
  limit = 200,
): Pick<BadServer, 'type' | 'code' | 'ending' | 'options'> => ({
  type: TimeoutError,
  code: 'ERR_WSS_CONNECT_TIMEOUT',
  ending: { _tag: 'TimedOut', by: 'policy', phase, option: 'connectTimeout', limit },
  options: () => ({ connectTimeout: limit }),
});

type Lookup = NonNullable<Options['lookup']>;

const failingLookup =
  (code?: string): Lookup =>
  (hostname, _options, callback) => {
    const error: NodeJS.ErrnoException = new Error(`getaddrinfo ${hostname}`);
    if (code !== undefined) error.code = code;
    setImmediate(() => {
      callback(error, []);
    });
  };

const bothFamilies: Lookup = (_hostname, _options, callback) => {
  setImmediate(() => {
    callback(null, [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ]);
  });
};

const loopback: Lookup = (_hostname, _options, callback) => {
  callback(null, [{ address: '127.0.0.1', family: 4 }]);
};

/** The port of a server that is gone. */
let deadPort: number;

beforeAll(async () => {
  const server = await servers.raw(silent);
  deadPort = server.port;
  await server.close();
});

/** Writes `bytes` one by one, for as long as the line holds. */
const drip =
  (bytes: Buffer): Script =>
  ({ socket, closed }) => {
    let at = 0;
    const timer = setInterval(() => socket.write(bytes.subarray(at, (at += 1))), 20);
    return closed.then(() => {
      clearInterval(timer);
    });
  };

const UNREACHED: readonly BadServer[] = [
  {
    name: 'refuses TCP',
    script: silent,
    url: () => `ws://127.0.0.1:${deadPort}`,
    ...network('tcp', 'refused', 'ECONNREFUSED'),
    code: 'ERR_WSS_REFUSED',
  },
  {
    name: 'refuses TCP under TLS',
    script: silent,
    url: () => `wss://127.0.0.1:${deadPort}`,
    ...network('tcp', 'refused', 'ECONNREFUSED'),
    code: 'ERR_WSS_REFUSED',
  },
  {
    name: 'refuses TCP at both of its addresses',
    script: silent,
    url: () => `ws://feed.test:${deadPort}`,
    options: () => ({ lookup: bothFamilies }),
    ...network('tcp', 'refused', 'ECONNREFUSED'),
    code: 'ERR_WSS_REFUSED',
  },
  {
    name: 'refuses TCP, with a look-up that calls back at once',
    script: silent,
    url: () => `ws://feed.test:${deadPort}`,
    options: () => ({ lookup: loopback }),
    ...network('tcp', 'refused', 'ECONNREFUSED'),
    code: 'ERR_WSS_REFUSED',
  },
  {
    name: 'has a name that does not exist',
    script: silent,
    url: named,
    options: () => ({ lookup: failingLookup('ENOTFOUND') }),
    ...network('dns', 'dns', 'ENOTFOUND'),
    code: 'ERR_WSS_DNS',
  },
  {
    name: 'has a name whose resolver is down',
    script: silent,
    url: (server) => named(server).replace('ws:', 'wss:'),
    options: () => ({ lookup: failingLookup('EAI_AGAIN') }),
    ...network('dns', 'dns', 'EAI_AGAIN'),
    code: 'ERR_WSS_DNS',
  },
  {
    name: 'has a name for which the lookup fails without a code',
    script: silent,
    url: named,
    options: () => ({ lookup: failingLookup() }),
    ...network('dns', 'dns'),
    code: 'ERR_WSS_DNS',
  },
  {
    name: 'has a name for which the lookup throws',
    script: silent,
    url: named,
    options: () => ({
      lookup: () => {
        throw new Error('no resolver');
      },
    }),
    ...network('dns', 'dns'),
    code: 'ERR_WSS_DNS',
  },
  {
    name: 'has a name whose lookup hangs',
    script: silent,
    url: named,
    ...timeout('dns'),
    options: () => ({ connectTimeout: 200, lookup: silent }),
  },
  {
    name: 'accepts TCP and never answers',
    script: silent,
    ...timeout('upgrade'),
  },
  {
    name: 'accepts TCP and never begins TLS',
    script: silent,
    url: wss,
    ...timeout('tls'),
  },
  {
    name: 'finishes the TLS handshake and never answers the upgrade',
    script: silent,
    server: tlsServer,
    ...timeout('upgrade', 400),
  },
  {
    name: 'drips a good answer, too slowly',
    script: async (connection) => {
      const { headers } = await readRequestHead(connection.socket);
      const accept = acceptKey(headers['sec-websocket-key'] ?? '');
      await drip(
        Buffer.from(
          `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
        ),
      )(connection);
    },
    ...timeout('upgrade'),
  },
  {
    name: 'drips a TLS record, too slowly',
    script: drip(Buffer.from([0x16, 3, 3, 0, 200, 2, 0, 0, 196, 3, 3, ...Buffer.alloc(194)])),
    url: wss,
    ...timeout('tls'),
  },
  {
    name: 'drips the head of a refusal, too slowly',
    script: drip(Buffer.from('HTTP/1.1 503 Service Unavailable\r\n')),
    ...timeout('upgrade'),
  },
  {
    name: 'speaks plain HTTP on the TLS port',
    script: ({ socket }) => {
      socket.once('data', () =>
        socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
      );
    },
    url: wss,
    type: TlsError,
    code: 'ERR_WSS_TLS',
    ending: {
      _tag: 'TlsFailed',
      by: 'policy',
      phase: 'tls',
      reason: 'ERR_SSL_WRONG_VERSION_NUMBER',
      policyErrors: [],
    },
    also: (ending) => {
      expect(ending).toHaveProperty('advice', expect.stringContaining('ws://'));
    },
  },
  {
    name: 'speaks TLS on the plain port',
    script: silent,
    server: tlsServer,
    url: ws,
    ...network('upgrade', 'ended'),
    code: 'ERR_WSS_ENDED',
  },
  {
    name: 'ends TCP before TLS begins',
    script: ({ socket }) => void socket.end(),
    url: wss,
    ...network('tls', 'ended'),
    code: 'ERR_WSS_ENDED',
  },
  {
    name: 'resets TCP during the TLS handshake',
    script: (connection) => {
      connection.socket.once('data', () => {
        connection.reset();
      });
    },
    url: wss,
    ...network('tls', 'reset', 'ECONNRESET'),
    code: 'ERR_WSS_RESET',
  },
];

/** A TLS record with a fatal alert, as it looks before anything is encrypted (RFC 8446 section 6). */
const ALERTS: readonly BadServer[] = [
  { alert: 40, name: 'handshake_failure', advice: 'tls.cert and tls.key' },
  { alert: 46, name: 'certificate_unknown', advice: 'check tls.cert' },
  { alert: 48, name: 'unknown_ca', advice: 'who issued the client certificate' },
  { alert: 70, name: 'protocol_version', advice: 'tls.minVersion' },
  { alert: 71, name: 'insufficient_security', advice: 'stronger security' },
  { alert: 80, name: 'internal_error', advice: 'look at its logs' },
  { alert: 112, name: 'unrecognized_name', advice: 'tls.servername' },
  { alert: 120, name: 'no_application_protocol', advice: 'HTTP/1.1' },
].map(({ alert, name, advice }) => ({
  name: `answers the ClientHello with the alert ${name}`,
  script: ({ socket }) => {
    socket.once('data', () => socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, alert])));
  },
  url: wss,
  type: TlsError,
  code: 'ERR_WSS_TLS',
  ending: {
    _tag: 'TlsFailed',
    by: 'server',
    phase: 'tls',
    // The rest of it differs from one OpenSSL to the next.
    reason: expect.stringMatching(/^ERR_SSL_/),
    alert,
    policyErrors: [],
  },
  also: (ending) => {
    expect(ending).toHaveProperty('advice', expect.stringContaining(advice));
  },
}));

const refused = (
  status: number,
  statusText: string,
): Pick<BadServer, 'type' | 'code' | 'ending'> => ({
  type: UpgradeRefusedError,
  code: 'ERR_WSS_UPGRADE_REFUSED',
  ending: { _tag: 'UpgradeRefused', by: 'server', phase: 'upgrade', status, statusText },
});

const http = (head: string, body = ''): string =>
  `HTTP/1.1 ${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

const REFUSALS: readonly BadServer[] = [
  { status: 200, statusText: 'OK' },
  { status: 301, statusText: 'Moved Permanently', header: 'location: ws://127.0.0.1:1/elsewhere' },
  { status: 302, statusText: 'Found', header: 'location: /elsewhere' },
  { status: 400, statusText: 'Bad Request' },
  { status: 401, statusText: 'Unauthorized', header: 'www-authenticate: Bearer realm="feed"' },
  { status: 403, statusText: 'Forbidden' },
  { status: 404, statusText: 'Not Found' },
  { status: 407, statusText: 'Proxy Authentication Required' },
  { status: 410, statusText: 'Gone' },
  { status: 429, statusText: 'Too Many Requests', header: 'retry-after: 120' },
  { status: 500, statusText: '' },
  { status: 503, statusText: 'Service Unavailable', header: 'retry-after: 7' },
].map(({ status, statusText, header = 'x-note: none' }) => ({
  name: `answers HTTP ${status}`,
  script: answering(http(`${status} ${statusText}\r\n${header}`, `no: ${status}`)),
  ...refused(status, statusText),
  also: (ending) => {
    const [name = '', value = ''] = header.split(/: (.*)/);
    expect(ending).toMatchObject({
      headers: { [name]: value, 'content-length': '7' },
      body: `no: ${status}`,
    });
  },
}));

const BODIES: readonly BadServer[] = [
  {
    name: 'refuses over TLS',
    script: answering(http('403 Forbidden', 'not you')),
    server: tlsServer,
    ...refused(403, 'Forbidden'),
    also: (ending) => {
      expect(ending).toMatchObject({ body: 'not you' });
    },
  },
  {
    name: 'refuses with a body of 10 KiB',
    script: answering(http('503 Busy', 'x'.repeat(10_240))),
    ...refused(503, 'Busy'),
    also: (ending) => {
      expect(ending).toMatchObject({ body: 'x'.repeat(1024) });
    },
  },
  {
    name: 'refuses with an endless body',
    script: async ({ socket, closed }) => {
      await readRequestHead(socket);
      socket.write('HTTP/1.1 503 Busy\r\n\r\n');
      const chunk = 'x'.repeat(65_536);
      const write = (): void => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.on('drain', write);
      write();
      await closed;
    },
    ...refused(503, 'Busy'),
    also: (ending) => {
      expect(ending).toMatchObject({ body: 'x'.repeat(1024) });
    },
  },
  {
    name: 'refuses with a body slower than the deadline',
    script: answering('HTTP/1.1 503 Busy\r\nContent-Length: 100\r\nRetry-After: 1\r\n\r\nwait a '),
    options: () => ({ connectTimeout: 400 }),
    ...refused(503, 'Busy'),
    also: (ending) => {
      expect(ending).toMatchObject({ body: 'wait a ', headers: { 'retry-after': '1' } });
    },
  },
  {
    name: 'refuses and resets in the middle of the body',
    script: async (connection) => {
      await readRequestHead(connection.socket);
      connection.socket.write('HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\nwait');
      await until('the client to read', () => connection.socket.writableLength === 0);
      setTimeout(() => {
        connection.reset();
      }, 30);
    },
    ...refused(503, 'Busy'),
    also: (ending) => {
      expect(ending).toMatchObject({ body: 'wait' });
    },
  },
  {
    name: 'refuses and ends in the middle of the body',
    script: async ({ socket }) => {
      await readRequestHead(socket);
      socket.end('HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\nwait');
    },
    ...refused(503, 'Busy'),
    also: (ending) => {
      expect(ending).toMatchObject({ body: 'wait' });
    },
  },
  {
    name: 'refuses with a body that ends with the line',
    script: async ({ socket }) => {
      await readRequestHead(socket);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\nnot you');
    },
    ...refused(403, 'Forbidden'),
    also: (ending) => {
      expect(ending).toMatchObject({ body: 'not you' });
    },
  },
  {
    name: 'refuses with a body that is no HTTP chunk',
    script: answering(
      'HTTP/1.1 429 Slow Down\r\nTransfer-Encoding: chunked\r\n\r\nnot a chunk\r\n',
    ),
    ...refused(429, 'Slow Down'),
    also: (ending) => {
      expect(ending).toMatchObject({ body: '' });
    },
  },
  {
    name: 'refuses in chunks',
    script: answering(
      'HTTP/1.1 429 Slow Down\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n4\r\n two\r\n0\r\n\r\n',
    ),
    ...refused(429, 'Slow Down'),
    also: (ending) => {
      expect(ending).toMatchObject({ body: 'one two' });
    },
  },
];

const invalidUpgrade = (violation: unknown): Pick<BadServer, 'type' | 'code' | 'ending'> => ({
  type: UpgradeInvalidError,
  code: 'ERR_WSS_UPGRADE_INVALID',
  ending: { _tag: 'UpgradeInvalid', by: 'server', phase: 'upgrade', violation },
});

const UPGRADES: readonly BadServer[] = [
  {
    name: 'gives a wrong Sec-WebSocket-Accept',
    script: afterUpgrade(silent, { 'Sec-WebSocket-Accept': acceptKey('another key') }),
    ...invalidUpgrade('Invalid Sec-WebSocket-Accept header'),
  },
  {
    name: 'gives a wrong Sec-WebSocket-Accept over TLS',
    script: afterUpgrade(silent, { 'Sec-WebSocket-Accept': acceptKey('another key') }),
    server: tlsServer,
    ...invalidUpgrade('Invalid Sec-WebSocket-Accept header'),
  },
  {
    name: 'gives no Sec-WebSocket-Accept',
    script: answering('HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'),
    ...invalidUpgrade('Invalid Sec-WebSocket-Accept header'),
  },
  {
    name: 'upgrades to something else',
    script: afterUpgrade(silent, { Upgrade: 'h2c' }),
    ...invalidUpgrade('Invalid Upgrade header'),
  },
  {
    name: 'gives no Upgrade header',
    script: async ({ socket }) => {
      const { headers } = await readRequestHead(socket);
      const accept = acceptKey(headers['sec-websocket-key'] ?? '');
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
    },
    ...invalidUpgrade(expect.any(String)),
  },
  {
    name: 'gives no Connection header',
    script: async ({ socket }) => {
      const { headers } = await readRequestHead(socket);
      const accept = acceptKey(headers['sec-websocket-key'] ?? '');
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
    },
    ...invalidUpgrade(expect.any(String)),
  },
  {
    name: 'gives two Sec-WebSocket-Accept headers',
    script: afterUpgrade(silent, { 'sec-websocket-accept': acceptKey('another key') }),
    ...invalidUpgrade('Invalid Sec-WebSocket-Accept header'),
  },
  {
    name: 'chooses two subprotocols',
    script: afterUpgrade(silent, {
      'Sec-WebSocket-Protocol': 'feed.v1',
      'sec-websocket-protocol': 'feed.v2',
    }),
    options: () => ({ protocols: ['feed.v1', 'feed.v2'] }),
    ...invalidUpgrade('Server sent an invalid subprotocol'),
  },
  ...[
    'permessage-deflate; server_max_window_bits=99',
    'permessage-deflate; client_max_window_bits=7',
    'permessage-deflate; unheard_of',
    'permessage-deflate; server_no_context_takeover=1',
    'permessage-deflate,',
    '; ;',
  ].map((extensions): BadServer => ({
    name: `answers the offer of compression with "${extensions}"`,
    script: afterUpgrade(silent, { 'Sec-WebSocket-Extensions': extensions }),
    options: () => ({ perMessageDeflate: true }),
    ...invalidUpgrade('Invalid Sec-WebSocket-Extensions header'),
  })),
  {
    name: 'chooses a subprotocol that nobody asked for',
    script: afterUpgrade(silent, { 'Sec-WebSocket-Protocol': 'feed.v1' }),
    ...invalidUpgrade('Server sent a subprotocol but none was requested'),
  },
  {
    name: 'chooses another subprotocol than those asked for',
    script: afterUpgrade(silent, { 'Sec-WebSocket-Protocol': 'feed.v3' }),
    options: () => ({ protocols: ['feed.v1', 'feed.v2'] }),
    ...invalidUpgrade('Server sent an invalid subprotocol'),
  },
  {
    name: 'chooses no subprotocol where one was asked for',
    script: afterUpgrade(silent),
    options: () => ({ protocols: ['feed.v1', 'feed.v2'] }),
    ...invalidUpgrade('Server sent no subprotocol'),
  },
  {
    name: 'uses an extension that nobody asked for',
    script: afterUpgrade(silent, { 'Sec-WebSocket-Extensions': 'permessage-deflate' }),
    ...invalidUpgrade(
      'Server sent a Sec-WebSocket-Extensions header but no extension was requested',
    ),
  },
  {
    name: 'uses another extension than that asked for',
    script: afterUpgrade(silent, { 'Sec-WebSocket-Extensions': 'x-webkit-deflate-frame' }),
    options: () => ({ perMessageDeflate: true }),
    ...invalidUpgrade('Server indicated an extension that was not requested'),
  },
  {
    name: 'sends a header of 20 KiB',
    script: afterUpgrade(silent, { 'X-Large': 'x'.repeat(20_480) }),
    ...invalidUpgrade(expect.stringContaining('Header overflow')),
  },
  {
    name: 'sends garbage in place of HTTP',
    script: answering('\u0000\u0001garbage\r\n\r\n'),
    ...invalidUpgrade(expect.stringContaining('Parse Error')),
  },
  {
    name: 'greets like an SSH server',
    script: ({ socket }) => void socket.write('SSH-2.0-OpenSSH_9.2\r\n'),
    ...invalidUpgrade(expect.stringContaining('Parse Error')),
  },
  {
    name: 'ends TCP during the upgrade',
    script: async ({ socket }) => {
      await readRequestHead(socket);
      socket.end();
    },
    ...network('upgrade', 'ended'),
    code: 'ERR_WSS_ENDED',
  },
  {
    name: 'ends TCP in the middle of its answer',
    script: async ({ socket }) => {
      await readRequestHead(socket);
      socket.end('HTTP/1.1 101 Switching Pro');
    },
    ...network('upgrade', 'ended'),
    code: 'ERR_WSS_ENDED',
  },
  {
    name: 'ends the line during the upgrade over TLS',
    script: async ({ socket }) => {
      await readRequestHead(socket);
      socket.end();
    },
    server: tlsServer,
    ...network('upgrade', 'ended'),
    code: 'ERR_WSS_ENDED',
  },
  {
    name: 'resets TCP during the upgrade',
    script: async (connection) => {
      await readRequestHead(connection.socket);
      connection.reset();
    },
    ...network('upgrade', 'reset', 'ECONNRESET'),
    code: 'ERR_WSS_RESET',
  },
  {
    name: 'resets TCP during the upgrade over TLS',
    script: async (connection) => {
      await readRequestHead(connection.socket);
      connection.reset();
    },
    server: tlsServer,
    ...network('upgrade', 'reset', 'ECONNRESET'),
    code: 'ERR_WSS_RESET',
  },
];

const violated = (
  code: number,
  violation: string,
): Pick<BadServer, 'type' | 'code' | 'ending'> => ({
  type: ProtocolError,
  code: 'ERR_WSS_PROTOCOL',
  ending: { _tag: 'ProtocolViolated', by: 'server', phase: 'open', code, violation },
});

/** The close code that the client answered with reaches the server. */
const answeredWith =
  (code: number) =>
  (_ending: Ending, { connections }: RawServer): void => {
    const frames = connections.flatMap(framesOf);
    expect(frames.map(({ opcode }) => opcode)).toEqual([8]);
    expect(frames[0]?.payload.readUInt16BE(0)).toBe(code);
  };

const breaking = (
  name: string,
  code: number,
  violation: string,
  ...frames: readonly Uint8Array[]
): BadServer => ({
  name,
  script: sending(...frames),
  ...violated(code, violation),
  also: answeredWith(code),
});

const BAD_UTF8 = Buffer.from([0x68, 0xc3, 0x28]);
const MASK = Buffer.from([1, 2, 3, 4]);

const FRAMES: readonly BadServer[] = [
  breaking('sets RSV1', 1002, 'UNEXPECTED_RSV_1', frame({ opcode: 1, rsv: 4, payload: 'x' })),
  breaking('sets RSV2', 1002, 'UNEXPECTED_RSV_2_3', frame({ opcode: 1, rsv: 2, payload: 'x' })),
  breaking('sets RSV3', 1002, 'UNEXPECTED_RSV_2_3', frame({ opcode: 1, rsv: 1, payload: 'x' })),
  ...[3, 7, 11, 15].map((opcode) =>
    breaking(`uses opcode ${opcode}`, 1002, 'INVALID_OPCODE', frame({ opcode, payload: 'x' })),
  ),
  breaking('masks', 1002, 'UNEXPECTED_MASK', frame({ opcode: 1, mask: MASK, payload: 'x' })),
  breaking(
    'announces a frame of 2^62 bytes',
    1009,
    'UNSUPPORTED_DATA_PAYLOAD_LENGTH',
    frame({ opcode: 2, declaredLength: 2n ** 62n }),
  ),
  {
    ...breaking(
      'sends a message one byte too long',
      1009,
      'UNSUPPORTED_MESSAGE_LENGTH',
      frame({ opcode: 2, payload: Buffer.alloc(1001) }),
    ),
    options: () => ({ maxPayload: 1000 }),
  },
  {
    ...breaking(
      'announces a message that is too long',
      1009,
      'UNSUPPORTED_MESSAGE_LENGTH',
      frame({ opcode: 1, declaredLength: 1001 }),
    ),
    options: () => ({ maxPayload: 1000 }),
  },
  breaking(
    'announces more than the default of 16 MiB',
    1009,
    'UNSUPPORTED_MESSAGE_LENGTH',
    frame({ opcode: 1, declaredLength: 16 * 1024 * 1024 + 1 }),
  ),
  {
    ...breaking(
      'sends fragments that are too long together',
      1009,
      'UNSUPPORTED_MESSAGE_LENGTH',
      frame({ opcode: 2, fin: false, payload: Buffer.alloc(600) }),
      frame({ opcode: 0, fin: true, payload: Buffer.alloc(401) }),
    ),
    options: () => ({ maxPayload: 1000 }),
  },
  {
    name: 'sends a compressed bomb',
    script: afterUpgrade(
      ({ socket }) => {
        socket.write(frame({ opcode: 1, rsv: 4, payload: compressed('x'.repeat(5_000_000)) }));
      },
      { 'Sec-WebSocket-Extensions': 'permessage-deflate' },
    ),
    options: () => ({ perMessageDeflate: true, maxPayload: 100_000 }),
    ...violated(1009, 'UNSUPPORTED_MESSAGE_LENGTH'),
    also: answeredWith(1009),
  },
  {
    name: 'sends what does not decompress',
    script: afterUpgrade(
      ({ socket }) => {
        socket.write(frame({ opcode: 1, rsv: 4, payload: Buffer.alloc(32, 0xff) }));
      },
      { 'Sec-WebSocket-Extensions': 'permessage-deflate' },
    ),
    options: () => ({ perMessageDeflate: true }),
    ...violated(1007, 'INVALID_COMPRESSION'),
    also: answeredWith(1007),
  },
  ...[
    { name: 'a ping', violation: 'UNEXPECTED_RSV_1', frames: [frame({ opcode: 9, rsv: 4 })] },
    {
      name: 'a continuation',
      violation: 'UNEXPECTED_RSV_1',
      frames: [
        frame({ opcode: 1, rsv: 4, fin: false, payload: compressed('x') }),
        frame({ opcode: 0, rsv: 4 }),
      ],
    },
  ].map(({ name, violation, frames }): BadServer => ({
    name: `says that ${name} is compressed`,
    script: afterUpgrade(
      ({ socket }) => {
        for (const each of frames) socket.write(each);
      },
      { 'Sec-WebSocket-Extensions': 'permessage-deflate' },
    ),
    options: () => ({ perMessageDeflate: true }),
    ...violated(1002, violation),
    also: answeredWith(1002),
  })),
  {
    name: 'sends invalid UTF-8, compressed',
    script: afterUpgrade(
      ({ socket }) => {
        socket.write(frame({ opcode: 1, rsv: 4, payload: compressed(BAD_UTF8) }));
      },
      { 'Sec-WebSocket-Extensions': 'permessage-deflate' },
    ),
    options: () => ({ perMessageDeflate: true }),
    ...violated(1007, 'INVALID_UTF8'),
    also: answeredWith(1007),
  },
  breaking(
    'sends invalid UTF-8 as text',
    1007,
    'INVALID_UTF8',
    frame({ opcode: 1, payload: BAD_UTF8 }),
  ),
  breaking(
    'sends invalid UTF-8 over two fragments',
    1007,
    'INVALID_UTF8',
    frame({ opcode: 1, fin: false, payload: BAD_UTF8.subarray(0, 2) }),
    frame({ opcode: 0, payload: BAD_UTF8.subarray(2) }),
  ),
  breaking(
    'sends a surrogate as UTF-8',
    1007,
    'INVALID_UTF8',
    frame({ opcode: 1, payload: Buffer.from('eda080', 'hex') }),
  ),
  breaking(
    'sends a fragment without a start',
    1002,
    'INVALID_OPCODE',
    frame({ opcode: 0, payload: 'x' }),
  ),
  breaking(
    'starts a message within another',
    1002,
    'INVALID_OPCODE',
    frame({ opcode: 1, fin: false, payload: 'x' }),
    frame({ opcode: 1, payload: 'y' }),
  ),
  breaking(
    'fragments a ping',
    1002,
    'EXPECTED_FIN',
    frame({ opcode: 9, fin: false, payload: 'x' }),
  ),
  breaking(
    'sends a ping of 126 bytes',
    1002,
    'INVALID_CONTROL_PAYLOAD_LENGTH',
    frame({ opcode: 9, payload: Buffer.alloc(126) }),
  ),
  ...[0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535].map((code) =>
    breaking(
      `closes with ${code}`,
      1002,
      'INVALID_CLOSE_CODE',
      frame({ opcode: 8, payload: closePayload(code) }),
    ),
  ),
  breaking(
    'closes with a payload of 1 byte',
    1002,
    'INVALID_CONTROL_PAYLOAD_LENGTH',
    frame({ opcode: 8, payload: Buffer.from([3]) }),
  ),
  breaking(
    'closes with a reason of invalid UTF-8',
    1007,
    'INVALID_UTF8',
    frame({ opcode: 8, payload: closePayload(1000, BAD_UTF8) }),
  ),
  breaking(
    'closes with a reason of 124 bytes',
    1002,
    'INVALID_CONTROL_PAYLOAD_LENGTH',
    frame({ opcode: 8, payload: closePayload(1000, 'x'.repeat(124)) }),
  ),
  {
    name: 'breaks the protocol over TLS',
    script: sending(frame({ opcode: 3 })),
    server: tlsServer,
    ...violated(1002, 'INVALID_OPCODE'),
    also: answeredWith(1002),
  },
  {
    name: 'breaks the protocol together with the 101',
    script: async ({ socket }) => {
      const head = await readRequestHead(socket);
      socket.cork();
      acceptUpgrade(socket, head);
      socket.write(frame({ opcode: 3 }));
      socket.uncork();
    },
    ...violated(1002, 'INVALID_OPCODE'),
    also: answeredWith(1002),
  },
  {
    name: 'sends fragments without end',
    script: afterUpgrade(async ({ socket, closed }) => {
      socket.write(frame({ opcode: 1, fin: false, payload: 'x' }));
      const chunk = Buffer.concat(
        Array.from({ length: 1000 }, () => frame({ opcode: 0, fin: false, payload: 'x' })),
      );
      const write = (): void => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.on('drain', write);
      write();
      await closed;
    }),
    ...violated(1008, 'TOO_MANY_BUFFERED_PARTS'),
  },
  {
    ...breaking(
      'sends one fragment too many',
      1008,
      'TOO_MANY_BUFFERED_PARTS',
      frame({ opcode: 1, fin: false, payload: 'x' }),
      frame({ opcode: 0, fin: false, payload: 'x' }),
      frame({ opcode: 0, fin: false, payload: 'x' }),
    ),
    options: () => ({ maxFragments: 2 }),
  },
  {
    name: 'floods with pings and reads nothing',
    script: afterUpgrade(async ({ socket, closed }) => {
      socket.pause();
      const chunk = Buffer.concat(
        Array.from({ length: 500 }, () => frame({ opcode: 9, payload: Buffer.alloc(125) })),
      );
      const write = (): void => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.on('drain', write);
      write();
      await closed;
    }),
    ...violated(1008, 'TOO_MANY_PINGS'),
  },
];

const HALF_A_MESSAGE = frame({ opcode: 1, payload: 'a message' }).subarray(0, 6);

const BROKEN: readonly BadServer[] = [
  {
    name: 'resets TCP',
    script: afterUpgrade(async (connection) => {
      connection.socket.write(frame({ opcode: 9 }));
      await frameFrom(connection, 10);
      connection.reset();
    }),
    ...network('open', 'reset', 'ECONNRESET'),
    code: 'ERR_WSS_RESET',
  },
  {
    name: 'resets TCP in the middle of a message',
    script: afterUpgrade(async (connection) => {
      connection.socket.write(Buffer.concat([frame({ opcode: 9 }), HALF_A_MESSAGE]));
      await frameFrom(connection, 10);
      connection.reset();
    }),
    ...network('open', 'reset', 'ECONNRESET'),
    code: 'ERR_WSS_RESET',
  },
  {
    name: 'resets the line in the middle of a message over TLS',
    script: afterUpgrade(async (connection) => {
      connection.socket.write(Buffer.concat([frame({ opcode: 9 }), HALF_A_MESSAGE]));
      await frameFrom(connection, 10);
      connection.reset();
    }),
    server: tlsServer,
    ...network('open', 'reset', 'ECONNRESET'),
    code: 'ERR_WSS_RESET',
  },
  {
    name: 'ends TCP without a close',
    script: afterUpgrade(({ socket }) => void socket.end()),
    ...network('open', 'ended'),
    code: 'ERR_WSS_ENDED',
  },
  {
    name: 'ends the line without a close over TLS',
    script: afterUpgrade(({ socket }) => void socket.end()),
    server: tlsServer,
    ...network('open', 'ended'),
    code: 'ERR_WSS_ENDED',
  },
  {
    name: 'ends TCP in the middle of a message',
    script: afterUpgrade(({ socket }) => void socket.end(HALF_A_MESSAGE)),
    ...network('open', 'ended'),
    code: 'ERR_WSS_ENDED',
  },
  {
    name: 'ends TCP between two fragments',
    script: afterUpgrade(
      ({ socket }) => void socket.end(frame({ opcode: 1, fin: false, payload: 'half' })),
    ),
    ...network('open', 'ended'),
    code: 'ERR_WSS_ENDED',
  },
  {
    name: 'closes with 1012',
    script: sending(frame({ opcode: 8, payload: closePayload(1012, 'restart') })),
    type: CloseError,
    code: 'ERR_WSS_CLOSED',
    ending: {
      _tag: 'Closed',
      by: 'server',
      phase: 'open',
      code: 1012,
      reason: 'restart',
      wasClean: true,
    },
    also: answeredWith(1012),
  },
  {
    name: 'goes on sending after its close frame',
    script: sending(
      frame({ opcode: 8, payload: closePayload(4000, 'enough') }),
      frame({ opcode: 1, payload: '"after the close"' }),
      frame({ opcode: 3, payload: 'and a bad one' }),
    ),
    type: CloseError,
    code: 'ERR_WSS_CLOSED',
    ending: {
      _tag: 'Closed',
      by: 'server',
      phase: 'open',
      code: 4000,
      reason: 'enough',
      wasClean: true,
    },
    also: answeredWith(4000),
  },
  {
    name: 'closes and resets at once',
    script: afterUpgrade(async (connection) => {
      connection.socket.write(frame({ opcode: 8, payload: closePayload(1001) }));
      await frameFrom(connection, 8);
      connection.reset();
    }),
    type: CloseError,
    code: 'ERR_WSS_CLOSED',
    ending: { _tag: 'Closed', by: 'server', phase: 'open', code: 1001, reason: '', wasClean: true },
  },
];

describe('webSocket, when the server', () => {
  for (const row of [
    ...UNREACHED,
    ...ALERTS,
    ...REFUSALS,
    ...BODIES,
    ...UPGRADES,
    ...FRAMES,
    ...BROKEN,
  ]) {
    it(`${row.name}: should end once, typed, and leave nothing`, () => check(row));
  }
});

describe('webSocket, when the certificate', () => {
  const refusedFor = (
    reason: string,
    ...policyErrors: readonly string[]
  ): Pick<BadServer, 'type' | 'code' | 'ending'> => ({
    type: TlsError,
    code: 'ERR_WSS_CERTIFICATE',
    ending: { _tag: 'TlsFailed', by: 'policy', phase: 'verify', reason, policyErrors },
  });

  const rows: readonly (Pick<BadServer, 'type' | 'code' | 'ending'> & {
    readonly name: string;
    readonly issue: () => Promise<Pick<IssuedCertificate, 'chain' | 'key'>>;
  })[] = [
    {
      name: 'has expired',
      issue: () =>
        ca.issue({
          commonName: 'localhost',
          usage: 'server',
          notBefore: new Date('2020-01-01'),
          notAfter: new Date('2021-01-01'),
        }),
      ...refusedFor('CERT_HAS_EXPIRED', 'chain'),
    },
    {
      name: 'is not valid yet',
      issue: () =>
        ca.issue({
          commonName: 'localhost',
          usage: 'server',
          notBefore: new Date('2040-01-01'),
          notAfter: new Date('2041-01-01'),
        }),
      ...refusedFor('CERT_NOT_YET_VALID', 'chain'),
    },
    {
      name: 'is for another host',
      issue: () => ca.issue({ commonName: 'localhost', usage: 'server', dns: ['other.test'] }),
      ...refusedFor('ERR_TLS_CERT_ALTNAME_INVALID', 'name-mismatch'),
    },
    {
      name: 'has expired and is for another host',
      issue: () =>
        ca.issue({
          commonName: 'localhost',
          usage: 'server',
          dns: ['other.test'],
          notBefore: new Date('2020-01-01'),
          notAfter: new Date('2021-01-01'),
        }),
      ...refusedFor('CERT_HAS_EXPIRED', 'chain', 'name-mismatch'),
    },
    {
      name: 'is self-signed',
      issue: () => ca.issue({ commonName: 'localhost', usage: 'server', isSelfSigned: true }),
      ...refusedFor('DEPTH_ZERO_SELF_SIGNED_CERT', 'chain'),
    },
    {
      name: 'comes from an untrusted root',
      issue: async () => {
        const untrusted = await createCertificateAuthority();
        return untrusted.issue({ commonName: 'localhost', usage: 'server' });
      },
      ...refusedFor('UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'chain'),
    },
    {
      name: 'comes with its untrusted root',
      issue: async () => {
        const untrusted = await createCertificateAuthority();
        const { chain, key } = await untrusted.issue({ commonName: 'localhost', usage: 'server' });
        return { chain: chain + untrusted.certificate, key };
      },
      ...refusedFor('SELF_SIGNED_CERT_IN_CHAIN', 'chain'),
    },
    {
      name: 'comes without its intermediate',
      issue: async () => {
        const intermediate = await ca.issueIntermediate();
        const { cert, key } = await intermediate.issue({
          commonName: 'localhost',
          usage: 'server',
        });
        return { chain: cert, key };
      },
      ...refusedFor('UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'chain'),
    },
    {
      name: 'has a common name and no alternative names',
      issue: () => ca.issue({ commonName: 'localhost', usage: 'server', dns: [] }),
      ...refusedFor('ERR_TLS_CERT_ALTNAME_INVALID', 'name-mismatch'),
    },
    {
      name: 'is meant for clients',
      issue: () => ca.issue({ commonName: 'localhost', usage: 'client', dns: ['localhost'] }),
      ...refusedFor('INVALID_PURPOSE', 'chain'),
    },
    {
      name: 'comes from an intermediate that may not issue',
      issue: async () => {
        const intermediate = await ca.issueIntermediate({ isAuthority: false });
        return intermediate.issue({ commonName: 'localhost', usage: 'server' });
      },
      ...refusedFor('INVALID_PURPOSE', 'chain'),
    },
  ];

  it.each(
    rows.flatMap((row) =>
      (['TLSv1.2', 'TLSv1.3'] as const).map((version) => ({ ...row, version })),
    ),
  )('$name, $version: not a byte of the request is sent', async ({ issue, version, ...row }) => {
    const { chain, key } = await issue();
    await check({
      ...row,
      script: silent,
      server: () => ({
        tls: { cert: chain, key, minVersion: version, maxVersion: version },
      }),
      url: ({ port }) => `wss://localhost:${port}`,
      options: () => ({
        lookup: loopback,
        headers: { authorization: 'Bearer secret' },
        tls: { ca: ca.certificate },
      }),
      also: (_ending, server) => {
        expect(server.bytesReceived).toBe(0);
      },
    });
  });

  it('is for another IP address', async () => {
    const { chain, key } = await ca.issue({
      commonName: '127.0.0.1',
      usage: 'server',
      dns: ['127.0.0.1'],
      ip: ['127.0.0.2'],
    });
    await check({
      name: 'another IP address',
      script: silent,
      server: () => ({ tls: { cert: chain, key } }),
      ...refusedFor('ERR_TLS_CERT_ALTNAME_INVALID', 'name-mismatch'),
      also: (_ending, server) => {
        expect(server.bytesReceived).toBe(0);
      },
    });
  });

  it('is refused even with NODE_TLS_REJECT_UNAUTHORIZED=0', async () => {
    const { chain, key } = await ca.issue({
      commonName: 'localhost',
      usage: 'server',
      isSelfSigned: true,
    });
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    await check({
      name: 'self-signed',
      script: silent,
      server: () => ({ tls: { cert: chain, key } }),
      ...refusedFor('DEPTH_ZERO_SELF_SIGNED_CERT', 'chain'),
      also: (_ending, server) => {
        expect(server.bytesReceived).toBe(0);
      },
    });
  });
});

describe('webSocket, when the server wants a client certificate', () => {
  const tlsFailed = (
    reason: unknown,
    alert: number,
  ): Pick<BadServer, 'type' | 'code' | 'ending'> => ({
    type: TlsError,
    code: 'ERR_WSS_TLS',
    ending: { _tag: 'TlsFailed', by: 'server', phase: 'tls', reason, alert, policyErrors: [] },
  });

  const ended = (phase: string): Brief => network(phase, 'ended').ending;
  const reset = (phase: string): Brief => network(phase, 'reset', 'ECONNRESET').ending;

  const demanding = (version: 'TLSv1.2' | 'TLSv1.3') => (): RawServerOptions => ({
    tls: {
      cert: good.chain,
      key: good.key,
      ca: ca.certificate,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: version,
      maxVersion: version,
    },
  });

  it.each([
    {
      version: 'TLSv1.2' as const,
      ...tlsFailed(expect.stringMatching(/^ERR_SSL_.*HANDSHAKE_FAILURE$/), 40),
    },
    {
      version: 'TLSv1.3' as const,
      ...tlsFailed('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 116),
    },
  ])('and none is given, $version', async ({ version, ...row }) => {
    await check({
      name: 'no client certificate',
      script: silent,
      server: demanding(version),
      ...row,
      also: (ending, server) => {
        expect(ending).toHaveProperty('advice', expect.stringContaining('tls.cert and tls.key'));
        expect(server.bytesReceived).toBe(0);
      },
    });
  });

  // A server of Node drops the line without an alert; where the client stands by then is TLS's matter.
  it.each([
    { version: 'TLSv1.2' as const, endings: [ended('tls')] },
    { version: 'TLSv1.3' as const, endings: [reset('upgrade'), ended('upgrade')] },
  ])('and does not know its issuer, $version', async ({ version, endings }) => {
    const unknown = await createCertificateAuthority();
    const client = await unknown.issue({ commonName: 'client', usage: 'client' });
    const server = await servers.raw(silent, demanding(version)());
    const socket = webSocket({
      url: server.url,
      tls: { ca: ca.certificate, cert: client.chain, key: client.key },
    });
    const before = activeResources();
    const seen = watch(socket);
    const error = await seen.failure();
    expect(error).toBeInstanceOf(NetworkError);
    expect(endings).toContainEqual(brief(error.ending));
    await released(server, before);
    expect(server.bytesReceived).toBe(0);
    expect(seen.outcomes).toHaveLength(1);
    expect(uncaught.errors).toEqual([]);
  });

  it('and its TLS version is refused by minVersion', async () => {
    await check({
      name: 'an old version',
      script: silent,
      server: () => ({ tls: { cert: good.chain, key: good.key, maxVersion: 'TLSv1.2' } }),
      options: () => ({ tls: { ca: ca.certificate, minVersion: 'TLSv1.3' } }),
      ...tlsFailed(expect.stringMatching(/^ERR_SSL_.*PROTOCOL_VERSION$/), 70),
    });
  });
});

describe('webSocket, when it closes and the server', () => {
  interface Unclean {
    readonly name: string;
    readonly script: Script;
    readonly wasClean: boolean;
    readonly server?: () => RawServerOptions;
  }

  /** Goes on sending until the line is torn down: that alone shows that the client is gone. */
  async function linger({ socket, closed }: RawConnection): Promise<void> {
    const timer = setInterval(() => {
      socket.write(frame({ opcode: 1, payload: '1' }));
    }, 5);
    await closed;
    clearInterval(timer);
  }

  const rows: readonly Unclean[] = [
    { name: 'never answers', script: afterUpgrade(silent), wasClean: false },
    {
      name: 'never answers, over TLS',
      script: afterUpgrade(silent),
      server: tlsServer,
      wasClean: false,
    },
    {
      name: 'answers and never ends TCP',
      script: afterUpgrade(async (connection) => {
        await frameFrom(connection, 8);
        connection.socket.write(frame({ opcode: 8, payload: closePayload(1000) }));
        await linger(connection);
      }),
      server: () => ({ allowHalfOpen: true }),
      wasClean: true,
    },
    {
      name: 'goes on sending and never answers',
      script: afterUpgrade(async (connection) => {
        await frameFrom(connection, 8);
        await linger(connection);
      }),
      wasClean: false,
    },
    {
      name: 'resets',
      script: afterUpgrade(async (connection) => {
        await frameFrom(connection, 8);
        connection.reset();
      }),
      wasClean: false,
    },
    {
      name: 'ends TCP without an answer',
      script: afterUpgrade(async (connection) => {
        await frameFrom(connection, 8);
        connection.socket.end();
      }),
      wasClean: false,
    },
    {
      name: 'stops reading before',
      script: afterUpgrade(({ socket }) => void socket.pause()),
      wasClean: false,
    },
  ];

  async function open(row: Unclean): Promise<{
    readonly socket: ReturnType<typeof webSocket>;
    readonly server: RawServer;
    readonly seen: Watch<unknown>;
    readonly before: ReturnType<typeof activeResources>;
  }> {
    const server = await servers.raw(row.script, row.server?.());
    const socket = webSocket({
      url: server.url,
      closeTimeout: 80,
      ...(server.url.startsWith('wss:') ? { tls: { ca: ca.certificate } } : {}),
    });
    const before = activeResources();
    const states = statesOf(socket);
    const seen = watch(socket);
    await until('the state Open', () => states.some(({ _tag }) => _tag === 'Open'));
    return { socket, server, seen, before };
  }

  it.each(rows)('$name: complete() completes in time', async (row) => {
    const { socket, server, seen, before } = await open(row);
    const began = performance.now();
    socket.complete();
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
    expect(performance.now() - began).toBeLessThan(1000);
    expect(brief(await endingOf(socket))).toEqual({
      _tag: 'Closed',
      by: 'client',
      phase: 'closing',
      code: 1000,
      reason: '',
      wasClean: row.wasClean,
    });
    // The client is done; what the server does not read may keep its own socket.
    server.connections.forEach((each) => each.socket.resume());
    await released(server, before);
    expect(seen.outcomes).toHaveLength(1);
    expect(uncaught.errors).toEqual([]);
  });

  it.each(rows)('$name: unsubscribing lets go of everything', async (row) => {
    const { socket, server, seen, before } = await open(row);
    const states = statesOf(socket);
    seen.subscription.unsubscribe();
    await inState(socket, 'Closed');
    expect(states.map(({ _tag }) => _tag)).toEqual(['Open', 'Closing', 'Closed']);
    server.connections.forEach((each) => each.socket.resume());
    await released(server, before);
    expect(seen.outcomes).toEqual([]);
    expect(uncaught.errors).toEqual([]);
  });

  it('breaks the protocol: the stream fails with that', async () => {
    const { socket, server, seen, before } = await open({
      name: 'breaks the protocol',
      script: afterUpgrade(async (connection) => {
        await frameFrom(connection, 8);
        connection.socket.write(frame({ opcode: 3 }));
      }),
      wasClean: false,
    });
    socket.complete();
    const error = await seen.failure();
    expect(brief(error.ending)).toEqual({
      _tag: 'ProtocolViolated',
      by: 'server',
      phase: 'closing',
      code: 1002,
      violation: 'INVALID_OPCODE',
    });
    await released(server, before);
    expect(seen.outcomes).toHaveLength(1);
    expect(uncaught.errors).toEqual([]);
  });

  it('has closed already: the stream ends once, in time', async () => {
    const { socket, server, seen, before } = await open({
      name: 'has closed already',
      script: afterUpgrade(async (connection) => {
        connection.socket.write(frame({ opcode: 8, payload: closePayload(1012) }));
        await linger(connection);
      }),
      server: () => ({ allowHalfOpen: true }),
      wasClean: true,
    });
    const connection = await until('the connection', () => server.connections[0]);
    await frameFrom(connection, 8);
    socket.complete();
    await seen.outcome();
    await released(server, before);
    expect(framesOf(connection).map(({ opcode }) => opcode)).toEqual([8]);
    expect(seen.outcomes).toHaveLength(1);
    expect(uncaught.errors).toEqual([]);
  });

  it('answers with another code: ours is told', async () => {
    const { socket, seen } = await open({
      name: 'answers with another code',
      script: afterUpgrade(async (connection) => {
        await frameFrom(connection, 8);
        connection.socket.end(frame({ opcode: 8, payload: closePayload(1011, 'oops') }));
      }),
      wasClean: true,
    });
    socket.error({ code: 4001, reason: 'bye' });
    await seen.outcome();
    expect(brief(await endingOf(socket))).toEqual({
      _tag: 'Closed',
      by: 'client',
      phase: 'closing',
      code: 4001,
      reason: 'bye',
      wasClean: true,
    });
  });
});
