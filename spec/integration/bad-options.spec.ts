import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { retry, timer } from 'rxjs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  isOptionError,
  OptionRangeError,
  OptionsError,
  OptionTypeError,
  ProviderError,
  TimeoutError,
  webSocket,
  WssError,
} from '../../src/index.js';
import type { SocketError } from '../../src/index.js';
import { createCertificateAuthority, encryptKey } from '../../src/testing/index.js';
import type { IssuedCertificate } from '../../src/testing/index.js';
import { brief } from './support/brief.js';
import type { Brief } from './support/brief.js';
import { activeResources, nothingLeftSince } from './support/leaks.js';
import { toPkcs12 } from './support/pkcs12.js';
import { collectUncaught } from './support/uncaught.js';
import type { UncaughtErrors } from './support/uncaught.js';
import { until } from './support/until.js';
import { endingOf, statesOf, watch } from './support/watch.js';

const SECRET = 'hunter2';
const PASSPHRASE = `correct-${SECRET}`;
const URL_WITH_SECRET = `wss://me:${SECRET}@feed.test/v1?token=${SECRET}`;
const MAX_TIMER = 2 ** 31 - 1;

let directory: string;
let root: string;
let client: IssuedCertificate;
let other: IssuedCertificate;

beforeAll(async () => {
  const ca = await createCertificateAuthority();
  root = ca.certificate;
  client = await ca.issue({ commonName: 'client', usage: 'client' });
  other = await ca.issue({ commonName: 'other', usage: 'client' });
  directory = await mkdtemp(join(tmpdir(), 'rx-wss-'));
  await writeFile(join(directory, 'empty.pem'), '');
  await writeFile(join(directory, 'root.pem'), root);
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

/** Calls `webSocket` as plain JavaScript does: with whatever there is. */
function open(options: unknown): unknown {
  return Reflect.apply(webSocket, undefined, [options]);
}

/** What `act` throws. */
function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

const RANGE = { type: OptionRangeError, base: RangeError, code: 'ERR_WSS_OPTION_RANGE' } as const;
const TYPE = { type: OptionTypeError, base: TypeError, code: 'ERR_WSS_OPTION_TYPE' } as const;

interface BadOption {
  readonly name: string;
  /** The options besides a good URL; the whole of them if they have a `url`. */
  readonly options: () => object;
  readonly kind: typeof RANGE | typeof TYPE;
  readonly option: string;
  /** What the message says after the name of the option. */
  readonly says: string;
}

function tls(options: () => object): () => object {
  return () => ({ tls: options() });
}

const URLS: readonly BadOption[] = [
  {
    name: 'no URL',
    options: () => ({ url: `not a url ${SECRET}` }),
    kind: RANGE,
    option: 'url',
    says: 'is not a valid URL',
  },
  {
    name: 'an empty URL',
    options: () => ({ url: '' }),
    kind: RANGE,
    option: 'url',
    says: 'is not a valid URL',
  },
  {
    name: 'a missing URL',
    options: () => ({ url: undefined }),
    kind: TYPE,
    option: 'url',
    says: 'must be a string, a URL, a list of them or an object, got undefined',
  },
  {
    name: 'a number as URL',
    options: () => ({ url: 8080 }),
    kind: TYPE,
    option: 'url',
    says: 'must be a string, a URL, a list of them or an object, got 8080',
  },
  {
    name: 'the scheme http',
    options: () => ({ url: `http://me:${SECRET}@feed.test/?token=${SECRET}` }),
    kind: RANGE,
    option: 'url',
    says: "must have the scheme ws: or wss:, got 'http:'",
  },
  {
    name: 'the scheme https, in a URL object',
    options: () => ({ url: new URL('https://feed.test/') }),
    kind: RANGE,
    option: 'url',
    says: "must have the scheme ws: or wss:, got 'https:'",
  },
  {
    name: 'a fragment',
    options: () => ({ url: `wss://feed.test/v1#${SECRET}` }),
    kind: RANGE,
    option: 'url',
    says: 'must not have a fragment (RFC 6455 section 3)',
  },
  {
    name: 'an empty fragment',
    options: () => ({ url: 'wss://feed.test/v1#' }),
    kind: RANGE,
    option: 'url',
    says: 'must not have a fragment (RFC 6455 section 3)',
  },
  {
    name: 'a port out of range',
    options: () => ({ url: 'wss://feed.test:65536/' }),
    kind: RANGE,
    option: 'url',
    says: 'is not a valid URL',
  },
];

const HEADERS: readonly BadOption[] = [
  {
    name: 'CRLF in a header',
    options: () => ({ headers: { 'x-token': `${SECRET}\r\nx-evil: 1` } }),
    kind: RANGE,
    option: 'headers.x-token',
    says: 'has a character that no header may hold',
  },
  {
    name: 'CRLF in the second value of a header',
    options: () => ({ headers: { cookie: ['a=1', `b=${SECRET}\r\n`] } }),
    kind: RANGE,
    option: 'headers.cookie',
    says: 'has a character that no header may hold',
  },
  {
    name: 'NUL in a header',
    options: () => ({ headers: { 'x-token': `${SECRET}\0` } }),
    kind: RANGE,
    option: 'headers.x-token',
    says: 'has a character that no header may hold',
  },
  {
    name: 'a header name with a space',
    options: () => ({ headers: { 'x token': SECRET } }),
    kind: RANGE,
    option: 'headers',
    says: "'x token' is not a header name",
  },
  {
    name: 'an empty header name',
    options: () => ({ headers: { '': SECRET } }),
    kind: RANGE,
    option: 'headers',
    says: "'' is not a header name",
  },
  ...[
    'Connection',
    'upgrade',
    'Sec-WebSocket-Key',
    'sec-websocket-version',
    'Sec-WebSocket-Accept',
    'Sec-WebSocket-Protocol',
    'sec-websocket-extensions',
  ].map((name): BadOption => ({
    name: `the reserved header ${name}`,
    options: () => ({ headers: { [name]: SECRET } }),
    kind: RANGE,
    option: `headers.${name}`,
    says: 'set',
  })),
  ...['Content-Length', 'transfer-encoding', 'Trailer'].map((name): BadOption => ({
    name: `the header ${name}, which belongs to a body`,
    options: () => ({ headers: { [name]: SECRET } }),
    kind: RANGE,
    option: `headers.${name}`,
    says: 'belongs to a body, and the opening handshake has none',
  })),
  {
    name: 'a header that is undefined',
    options: () => ({ headers: { authorization: undefined } }),
    kind: TYPE,
    option: 'headers.authorization',
    says: 'must be a string, got undefined',
  },
  {
    name: 'a header that is a number',
    options: () => ({ headers: { 'x-count': 1 } }),
    kind: TYPE,
    option: 'headers.x-count',
    says: 'must be a string, got number',
  },
  {
    name: 'an instance of Headers',
    options: () => ({ headers: new Headers({ authorization: SECRET }) }),
    kind: TYPE,
    option: 'headers',
    says: 'must be a plain object of names and values, got an object',
  },
  {
    name: 'a Map of headers',
    options: () => ({ headers: new Map([['authorization', SECRET]]) }),
    kind: TYPE,
    option: 'headers',
    says: 'must be a plain object of names and values, got an object',
  },
  {
    name: 'a list of headers',
    options: () => ({ headers: [['authorization', SECRET]] }),
    kind: TYPE,
    option: 'headers',
    says: 'must be a plain object of names and values, got an array',
  },
  {
    name: 'headers that are null',
    options: () => ({ headers: null }),
    kind: TYPE,
    option: 'headers',
    says: 'must be a plain object of names and values, got null',
  },
  {
    name: 'CRLF in the origin',
    options: () => ({ origin: 'https://a.test\r\nx: y' }),
    kind: RANGE,
    option: 'origin',
    says: 'has a character that no header may hold',
  },
  {
    name: 'a subprotocol with a space',
    options: () => ({ protocols: 'feed v1' }),
    kind: RANGE,
    option: 'protocols',
    says: "must be a token (RFC 9110 section 5.6.2), got 'feed v1'",
  },
  {
    name: 'an empty subprotocol',
    options: () => ({ protocols: [''] }),
    kind: RANGE,
    option: 'protocols[0]',
    says: "must be a token (RFC 9110 section 5.6.2), got ''",
  },
  {
    name: 'a duplicate subprotocol',
    options: () => ({ protocols: ['feed.v1', 'feed.v2', 'feed.v1'] }),
    kind: RANGE,
    option: 'protocols[2]',
    says: "'feed.v1' is given twice",
  },
  {
    name: 'a subprotocol that is no string',
    options: () => ({ protocols: ['feed.v1', 2] }),
    kind: TYPE,
    option: 'protocols[1]',
    says: 'must be a string, got 2',
  },
];

const NUMBERS: readonly BadOption[] = [
  {
    name: 'a negative connectTimeout',
    options: () => ({ connectTimeout: -1 }),
    kind: RANGE,
    option: 'connectTimeout',
    says: 'must be a number from 0 to Infinity, got -1',
  },
  {
    name: 'a connectTimeout that no timer takes',
    options: () => ({ connectTimeout: MAX_TIMER + 1 }),
    kind: RANGE,
    option: 'connectTimeout',
    says: 'must be at most 2147483647 ms (24.8 days) or Infinity, got 2147483648',
  },
  ...['connectTimeout', 'closeTimeout', 'maxPayload', 'maxFragments', 'maxBufferedChunks'].flatMap(
    (option): readonly BadOption[] => [
      {
        name: `${option} NaN`,
        options: () => ({ [option]: NaN }),
        kind: TYPE,
        option,
        says: 'must be a number, got NaN',
      },
      {
        name: `${option} as text`,
        options: () => ({ [option]: '1000' }),
        kind: TYPE,
        option,
        says: "must be a number, got '1000'",
      },
    ],
  ),
  {
    name: 'a negative closeTimeout',
    options: () => ({ closeTimeout: -1 }),
    kind: RANGE,
    option: 'closeTimeout',
    says: 'must be a number from 0 to 2147483647, got -1',
  },
  {
    name: 'a closeTimeout that no timer takes',
    options: () => ({ closeTimeout: MAX_TIMER + 1 }),
    kind: RANGE,
    option: 'closeTimeout',
    says: 'must be a number from 0 to 2147483647, got 2147483648',
  },
  {
    name: 'a closeTimeout without end',
    options: () => ({ closeTimeout: Infinity }),
    kind: RANGE,
    option: 'closeTimeout',
    says: 'must be a number from 0 to 2147483647, got Infinity',
  },
  ...['maxPayload', 'maxFragments', 'maxBufferedChunks'].flatMap((option): readonly BadOption[] =>
    [0, -1, 1.5].map((value) => ({
      name: `${option} ${value}`,
      options: () => ({ [option]: value }),
      kind: RANGE,
      option,
      says: `must be a whole number from 1 to Infinity, got ${value}`,
    })),
  ),
  {
    name: 'a negative outbox.maxBytes',
    options: () => ({ outbox: { maxBytes: -1 } }),
    kind: RANGE,
    option: 'outbox.maxBytes',
    says: 'must be a whole number from 0 to Infinity, got -1',
  },
  {
    name: 'half a message as outbox.maxMessages',
    options: () => ({ outbox: { maxMessages: 0.5 } }),
    kind: RANGE,
    option: 'outbox.maxMessages',
    says: 'must be a whole number from 0 to Infinity, got 0.5',
  },
  {
    name: 'a negative reconnect.minUptime',
    options: () => ({ reconnect: { policy: () => undefined, minUptime: -1 } }),
    kind: RANGE,
    option: 'reconnect.minUptime',
    says: 'must be a number from 0 to Infinity, got -1',
  },
];

const SHAPES: readonly BadOption[] = [
  {
    name: 'an unknown option',
    options: () => ({ handshakeTimeout: 10 }),
    kind: TYPE,
    option: 'handshakeTimeout',
    says: 'is not an option; known here: url, headers,',
  },
  {
    name: 'an unknown option of tls',
    options: tls(() => ({ rejectUnauthorized: false })),
    kind: TYPE,
    option: 'tls.rejectUnauthorized',
    says: 'is not an option; known here: ca, crl, cert, key,',
  },
  {
    name: 'an unknown option of outbox',
    options: () => ({ outbox: { size: 1 } }),
    kind: TYPE,
    option: 'outbox.size',
    says: 'is not an option; known here: maxMessages, maxBytes',
  },
  {
    name: 'an unknown option of reconnect',
    options: () => ({ reconnect: { policy: () => undefined, delay: 1 } }),
    kind: TYPE,
    option: 'reconnect.delay',
    says: 'is not an option; known here: policy, minUptime, isTransient',
  },
  {
    name: 'reconnect without a policy',
    options: () => ({ reconnect: {} }),
    kind: TYPE,
    option: 'reconnect.policy',
    says: 'must be given, got undefined',
  },
  {
    name: 'reconnect: true',
    options: () => ({ reconnect: true }),
    kind: TYPE,
    option: 'reconnect',
    says: 'must be an object, got true',
  },
  {
    name: 'tls: null',
    options: () => ({ tls: null }),
    kind: TYPE,
    option: 'tls',
    says: 'must be an object, got null',
  },
  {
    name: 'a codec without encode',
    options: () => ({ codec: { decode: () => undefined } }),
    kind: TYPE,
    option: 'codec',
    says: 'must be an object with decode() and encode(), got an object',
  },
  {
    name: 'a signal that is none',
    options: () => ({ signal: {} }),
    kind: TYPE,
    option: 'signal',
    says: 'must be an AbortSignal, got an object',
  },
  {
    name: 'completeOn that is no function',
    options: () => ({ completeOn: 1000 }),
    kind: TYPE,
    option: 'completeOn',
    says: 'must be a function, got 1000',
  },
  {
    name: 'lookup that is no function',
    options: () => ({ lookup: '127.0.0.1' }),
    kind: TYPE,
    option: 'lookup',
    says: "must be a function, got '127.0.0.1'",
  },
  {
    name: 'perMessageDeflate that is no boolean',
    options: () => ({ perMessageDeflate: {} }),
    kind: TYPE,
    option: 'perMessageDeflate',
    says: 'must be a boolean, got an object',
  },
];

const CREDENTIALS: readonly BadOption[] = [
  {
    name: 'a cert without its key',
    options: tls(() => ({ cert: client.cert })),
    kind: TYPE,
    option: 'tls.cert',
    says: 'is given without tls.key',
  },
  {
    name: 'a key without its cert',
    options: tls(() => ({ key: client.key })),
    kind: TYPE,
    option: 'tls.key',
    says: 'is given without tls.cert',
  },
  {
    name: 'a passphrase for nothing',
    options: tls(() => ({ passphrase: PASSPHRASE })),
    kind: TYPE,
    option: 'tls.passphrase',
    says: 'is given without tls.key or tls.pfx',
  },
  {
    name: 'a pfx beside a cert',
    options: tls(() => ({ pfx: pfx(), cert: client.cert, key: client.key })),
    kind: TYPE,
    option: 'tls.pfx',
    says: 'is given beside tls.cert or tls.key',
  },
  {
    name: "ca: ''",
    options: tls(() => ({ ca: '' })),
    kind: RANGE,
    option: 'tls.ca',
    says: 'is empty',
  },
  {
    name: 'ca: no bytes',
    options: tls(() => ({ ca: Buffer.alloc(0) })),
    kind: RANGE,
    option: 'tls.ca',
    says: 'is empty',
  },
  {
    name: 'ca: []',
    options: tls(() => ({ ca: [] })),
    kind: RANGE,
    option: 'tls.ca',
    says: 'is an empty list: no server could be trusted',
  },
  {
    name: 'ca: null',
    options: tls(() => ({ ca: null })),
    kind: TYPE,
    option: 'tls.ca',
    says: 'must be a string, bytes or { file }, got null',
  },
  {
    name: 'null among several anchors',
    options: tls(() => ({ ca: [root, null] })),
    kind: TYPE,
    option: 'tls.ca[1]',
    says: 'must be a string, bytes or { file }, got null',
  },
  {
    name: 'a garbage ca',
    options: tls(() => ({ ca: 'garbage' })),
    kind: RANGE,
    option: 'tls.ca',
    says: 'holds no certificate',
  },
  {
    name: 'a garbage ca among several',
    options: tls(() => ({ ca: [root, 'garbage'] })),
    kind: RANGE,
    option: 'tls.ca[1]',
    says: 'holds no certificate',
  },
  {
    name: 'a ca whose PEM holds garbage',
    options: tls(() => ({
      ca: `${root}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
    })),
    kind: RANGE,
    option: 'tls.ca',
    says: 'certificate 2 cannot be parsed',
  },
  {
    name: 'a DER garbage ca',
    options: tls(() => ({ ca: Buffer.from('3003020101', 'hex') })),
    kind: RANGE,
    option: 'tls.ca',
    says: 'certificate 1 cannot be parsed',
  },
  {
    name: 'a private key as ca',
    options: tls(() => ({ ca: client.key })),
    kind: RANGE,
    option: 'tls.ca',
    says: 'holds no certificate',
  },
  {
    name: 'an unreadable file',
    options: tls(() => ({ ca: { file: join(directory, 'missing.pem') } })),
    kind: RANGE,
    option: 'tls.ca',
    says: 'cannot be read (ENOENT)',
  },
  {
    name: 'a directory as file',
    options: tls(() => ({ ca: { file: directory } })),
    kind: RANGE,
    option: 'tls.ca',
    says: 'cannot be read (EISDIR)',
  },
  {
    name: 'an empty file',
    options: tls(() => ({ ca: { file: join(directory, 'empty.pem') } })),
    kind: RANGE,
    option: 'tls.ca',
    says: 'is an empty file',
  },
  {
    name: 'an empty path',
    options: tls(() => ({ ca: { file: '' } })),
    kind: TYPE,
    option: 'tls.ca.file',
    says: "must be a path or a file: URL, got ''",
  },
  {
    name: 'an unknown key beside file',
    options: tls(() => ({ ca: { file: 'root.pem', encoding: 'utf8' } })),
    kind: TYPE,
    option: 'tls.ca.encoding',
    says: 'is not an option; known here: file',
  },
  {
    name: 'a wrong passphrase',
    options: tls(() => ({
      cert: client.cert,
      key: encryptKey(client.key, PASSPHRASE),
      passphrase: `wrong-${SECRET}`,
    })),
    kind: RANGE,
    option: 'tls.passphrase',
    says: 'does not decrypt tls.key',
  },
  {
    name: 'a missing passphrase',
    options: tls(() => ({ cert: client.cert, key: encryptKey(client.key, PASSPHRASE) })),
    kind: RANGE,
    option: 'tls.passphrase',
    says: 'is missing: tls.key is encrypted',
  },
  {
    name: 'a passphrase that is bytes',
    options: tls(() => ({
      cert: client.cert,
      key: client.key,
      passphrase: Buffer.from(PASSPHRASE),
    })),
    kind: TYPE,
    option: 'tls.passphrase',
    says: 'must be a string',
  },
  {
    name: 'a key that does not fit',
    options: tls(() => ({ cert: client.cert, key: other.key })),
    kind: RANGE,
    option: 'tls.key',
    says: 'does not fit tls.cert',
  },
  {
    name: 'a garbage key',
    options: tls(() => ({ cert: client.cert, key: `garbage ${SECRET}` })),
    kind: RANGE,
    option: 'tls.key',
    says: 'holds no private key that can be parsed',
  },
  {
    name: 'a garbage cert',
    options: tls(() => ({ cert: 'garbage', key: client.key })),
    kind: RANGE,
    option: 'tls.cert',
    says: 'holds no certificate',
  },
  {
    name: 'a pfx with a wrong passphrase',
    options: tls(() => ({ pfx: pfx(), passphrase: `wrong-${SECRET}` })),
    kind: RANGE,
    option: 'tls.passphrase',
    says: 'does not open tls.pfx',
  },
  {
    name: 'a pfx without its passphrase',
    options: tls(() => ({ pfx: pfx() })),
    kind: RANGE,
    option: 'tls.passphrase',
    says: 'is missing: tls.pfx is encrypted',
  },
  {
    name: 'a garbage pfx',
    options: tls(() => ({ pfx: Buffer.from('garbage') })),
    kind: RANGE,
    option: 'tls.pfx',
    says: 'is not a PKCS #12 archive',
  },
  {
    name: 'a certificate as pfx',
    options: tls(() => ({ pfx: client.cert })),
    kind: RANGE,
    option: 'tls.pfx',
    says: 'is not a PKCS #12 archive',
  },
  {
    name: 'a pfx encrypted with legacy RC2',
    options: tls(() => ({
      pfx: toPkcs12({ ...client, passphrase: PASSPHRASE, isLegacy: true }),
      passphrase: PASSPHRASE,
    })),
    kind: RANGE,
    option: 'tls.pfx',
    says: 'is encrypted with an algorithm that OpenSSL 3 no longer reads',
  },
  {
    name: 'an IP address as servername',
    options: tls(() => ({ servername: '127.0.0.1' })),
    kind: RANGE,
    option: 'tls.servername',
    says: "must be a host name, got '127.0.0.1'",
  },
  {
    name: 'an IPv6 address as servername',
    options: tls(() => ({ servername: '::1' })),
    kind: RANGE,
    option: 'tls.servername',
    says: "must be a host name, got '::1'",
  },
  {
    name: 'an empty servername',
    options: tls(() => ({ servername: '' })),
    kind: RANGE,
    option: 'tls.servername',
    says: "must be a host name, got ''",
  },
  {
    name: 'a TLS version of old',
    options: tls(() => ({ minVersion: 'TLSv1.1' })),
    kind: TYPE,
    option: 'tls.minVersion',
    says: "must be one of 'TLSv1.2', 'TLSv1.3', got 'TLSv1.1'",
  },
  {
    name: 'tls with a ws: URL',
    options: () => ({ url: `ws://me:${SECRET}@feed.test/`, tls: { ca: root } }),
    kind: TYPE,
    option: 'tls',
    says: 'is given, but the URL has the scheme ws:',
  },
  {
    name: 'an empty tls with a ws: URL',
    options: () => ({ url: 'ws://feed.test/', tls: {} }),
    kind: TYPE,
    option: 'tls',
    says: 'is given, but the URL has the scheme ws:',
  },
];

function pfx(): Buffer {
  return toPkcs12({ ...client, passphrase: PASSPHRASE });
}

describe('webSocket, given a wrong option', () => {
  for (const row of [...URLS, ...HEADERS, ...NUMBERS, ...SHAPES, ...CREDENTIALS]) {
    it(`should refuse ${row.name} at once`, () => {
      const { options, kind, option, says } = row;
      const error = thrownBy(() => open({ url: URL_WITH_SECRET, ...options() }));
      expect(error).toBeInstanceOf(kind.type);
      expect(error).toBeInstanceOf(kind.base);
      expect(error).toBeInstanceOf(WssError);
      expect(isOptionError(error)).toBe(true);
      expect(error).toMatchObject({ _tag: 'OptionError', code: kind.code, option });
      const text = String(error);
      expect(text).toContain(`${option}: `);
      expect(text).toContain(says);
      expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain(SECRET);
    });
  }

  it.each([
    { name: 'nothing', given: undefined, says: 'options: must be an object, got undefined' },
    { name: 'null', given: null, says: 'options: must be an object, got null' },
    { name: 'a list', given: [], says: 'options: must be an object, got an array' },
  ])('should refuse $name in place of the options', ({ given, says }) => {
    const error = thrownBy(() => open(given));
    expect(error).toBeInstanceOf(OptionTypeError);
    expect(error).toMatchObject({ option: 'options', message: says });
  });

  it('should accept the same options without the fault', () => {
    const accepted = {
      url: URL_WITH_SECRET,
      headers: { 'x-token': SECRET, cookie: ['a=1', 'b=2'] },
      protocols: ['feed.v1', 'feed.v2'],
      origin: 'https://a.test',
      connectTimeout: Infinity,
      closeTimeout: MAX_TIMER,
      maxPayload: Infinity,
      maxFragments: Infinity,
      maxBufferedChunks: Infinity,
      outbox: { maxMessages: 0, maxBytes: 0 },
      tls: {
        ca: [root, { file: join(directory, 'root.pem') }],
        cert: client.chain,
        key: encryptKey(client.key, PASSPHRASE),
        passphrase: PASSPHRASE,
        servername: 'feed.test',
      },
    };
    expect(() => open(accepted)).not.toThrow();
    expect(() =>
      open({ url: URL_WITH_SECRET, tls: { pfx: pfx(), passphrase: PASSPHRASE } }),
    ).not.toThrow();
  });
});

describe('SocketSubject.error, given a close that the protocol does not allow', () => {
  it.each([
    ...[0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 1000.5, -1].map((code) => ({
      name: `code ${code}`,
      close: { code },
      kind: RANGE,
      option: 'error.code',
      message: `error.code: must be 1000 to 1003, 1007 to 1014 or 3000 to 4999, got ${code}`,
    })),
    {
      name: 'a code that is text',
      close: { code: '1000' },
      kind: TYPE,
      option: 'error.code',
      message: "error.code: must be a number, got '1000'",
    },
    {
      name: 'a reason of 124 bytes',
      close: { code: 1000, reason: 'x'.repeat(124) },
      kind: RANGE,
      option: 'error.reason',
      message: 'error.reason: must be at most 123 bytes of UTF-8, got 124',
    },
    {
      name: 'a reason of 62 characters and 124 bytes',
      close: { code: 4000, reason: 'é'.repeat(62) },
      kind: RANGE,
      option: 'error.reason',
      message: 'error.reason: must be at most 123 bytes of UTF-8, got 124',
    },
    {
      name: 'a reason that is no string',
      close: { code: 1000, reason: 1 },
      kind: TYPE,
      option: 'error.reason',
      message: 'error.reason: must be a string, got 1',
    },
  ])('should refuse $name at the call', ({ close, kind, option, message }) => {
    const socket = webSocket('wss://feed.test/');
    const states = statesOf(socket);
    const error = thrownBy(() => {
      socket.error(close);
    });
    expect(error).toBeInstanceOf(kind.type);
    expect(error).toMatchObject({ option, code: kind.code, message });
    expect(states).toEqual([{ _tag: 'Idle' }]);
  });
});

interface BadProvider {
  readonly name: string;
  readonly options: () => object;
  readonly type: abstract new (...given: never[]) => SocketError;
  readonly code: string;
  readonly ending: Brief;
  readonly says: string;
}

const invalid = (option: string): Brief => ({
  _tag: 'OptionsInvalid',
  by: 'client',
  phase: 'options',
  option,
});
const failed = (option: string): Brief => ({
  _tag: 'ProviderFailed',
  by: 'client',
  phase: 'options',
  option,
});
const INVALID = { type: OptionsError, code: 'ERR_WSS_OPTIONS' } as const;
const FAILED = { type: ProviderError, code: 'ERR_WSS_PROVIDER' } as const;
const timedOut = { _tag: 'TimedOut', by: 'policy', phase: 'options', option: 'connectTimeout' };
const never = (): Promise<never> => new Promise(() => undefined);

function fail(): never {
  throw new Error('the vault is sealed');
}

const PROVIDERS: readonly BadProvider[] = [
  ...[
    { name: 'no URL', value: `not a url ${SECRET}`, says: 'url: is not a valid URL' },
    { name: 'undefined', value: undefined, says: 'url: must be a string or a URL, got undefined' },
    {
      name: 'an http URL',
      value: `http://me:${SECRET}@feed.test/`,
      says: "url: must have the scheme ws: or wss:, got 'http:'",
    },
    {
      name: 'a URL with a fragment',
      value: new URL(`wss://feed.test/#${SECRET}`),
      says: 'url: must not have a fragment',
    },
  ].flatMap(({ name, value, says }): readonly BadProvider[] => [
    {
      name: `url() gives ${name}`,
      options: () => ({ url: () => value }),
      ...INVALID,
      ending: invalid('url'),
      says,
    },
    {
      name: `url() promises ${name}`,
      options: () => ({ url: () => Promise.resolve(value) }),
      ...INVALID,
      ending: invalid('url'),
      says,
    },
  ]),
  {
    name: 'url() gives a ws: URL beside tls',
    options: () => ({ url: () => 'ws://feed.test/', tls: { ca: root } }),
    ...INVALID,
    ending: invalid('tls'),
    says: 'tls: is given, but the URL has the scheme ws:',
  },
  {
    name: 'headers() gives CRLF',
    options: () => ({ headers: () => ({ 'x-token': `${SECRET}\r\n` }) }),
    ...INVALID,
    ending: invalid('headers.x-token'),
    says: 'headers.x-token: has a character that no header may hold',
  },
  {
    name: 'headers() promises a reserved header',
    options: () => ({ headers: () => Promise.resolve({ Upgrade: 'h2c' }) }),
    ...INVALID,
    ending: invalid('headers.Upgrade'),
    says: 'headers.Upgrade: is set by the opening handshake',
  },
  {
    name: 'headers() gives an instance of Headers',
    options: () => ({ headers: () => new Headers({ authorization: SECRET }) }),
    ...INVALID,
    ending: invalid('headers'),
    says: 'headers: must be a plain object of names and values, got an object',
  },
  {
    name: 'url() throws',
    options: () => ({ url: fail }),
    ...FAILED,
    ending: failed('url'),
    says: 'The function given as url failed; see cause',
  },
  {
    name: 'url() rejects',
    options: () => ({ url: () => Promise.reject(new Error('the vault is sealed')) }),
    ...FAILED,
    ending: failed('url'),
    says: 'The function given as url failed; see cause',
  },
  {
    name: 'headers() throws',
    options: () => ({ headers: fail }),
    ...FAILED,
    ending: failed('headers'),
    says: 'The function given as headers failed; see cause',
  },
  {
    name: 'headers() rejects',
    options: () => ({ headers: () => Promise.reject(new Error('the vault is sealed')) }),
    ...FAILED,
    ending: failed('headers'),
    says: 'The function given as headers failed; see cause',
  },
  {
    name: 'url() hangs',
    options: () => ({ url: never, connectTimeout: 30 }),
    type: TimeoutError,
    code: 'ERR_WSS_CONNECT_TIMEOUT',
    ending: { ...timedOut, limit: 30 },
    says: 'connectTimeout of 30 ms ran out while the options of the attempt were gathered',
  },
  {
    name: 'headers() hangs',
    options: () => ({ headers: never, connectTimeout: 30 }),
    type: TimeoutError,
    code: 'ERR_WSS_CONNECT_TIMEOUT',
    ending: { ...timedOut, limit: 30 },
    says: 'connectTimeout of 30 ms ran out while the options of the attempt were gathered',
  },
];

describe('webSocket, given a function that fails it', () => {
  let uncaught: UncaughtErrors;

  beforeEach(() => {
    uncaught = collectUncaught();
  });

  afterEach(() => {
    uncaught.stop();
  });

  function openWith(options: object): ReturnType<typeof webSocket> {
    return Reflect.apply(webSocket, undefined, [{ url: URL_WITH_SECRET, ...options }]);
  }

  for (const row of PROVIDERS) {
    it(`should end typed when ${row.name}`, async () => {
      const { options, type, code, ending, says } = row;
      const socket = openWith(options());
      const before = activeResources();
      const seen = watch(socket);
      expect(seen.outcomes).toEqual([]);
      const error = await seen.failure();
      expect(error).toBeInstanceOf(type);
      expect(error.code).toBe(code);
      expect(brief(error.ending)).toEqual(ending);
      expect(error.ending).toBe(await endingOf(socket));
      expect(error.ending.uptime).toBe(0);
      expect(error.message).toContain(says);
      expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain(SECRET);
      await nothingLeftSince(before);
      expect(seen.outcomes).toHaveLength(1);
      expect(uncaught.errors).toEqual([]);
    });
  }

  it('should have what the function threw as its cause', async () => {
    const error = await watch(openWith({ url: fail })).failure();
    expect(error.cause).toEqual(new Error('the vault is sealed'));
    expect(error.ending.cause).toBe(error.cause);
  });

  it('should tell the function that hangs when its attempt is over', async () => {
    const signals: AbortSignal[] = [];
    const socket = openWith({
      url: (_attempt: number, signal: AbortSignal) => {
        signals.push(signal);
        return never();
      },
      connectTimeout: 30,
    });
    await watch(socket).failure();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('should ignore what a function does once its attempt is over', async () => {
    const { promise, reject } = withRejecter();
    const socket = openWith({ url: () => promise, connectTimeout: 30 });
    const seen = watch(socket);
    expect(brief((await seen.failure()).ending)).toEqual({ ...timedOut, limit: 30 });
    reject(new Error('too late'));
    await until('a turn of the event loop', () => true);
    expect(seen.outcomes).toHaveLength(1);
    expect(uncaught.errors).toEqual([]);
  });

  it('should fail with a file that cannot be read, given by a function', async () => {
    const file = join(directory, 'gone.pem');
    const socket = openWith({ tls: () => ({ ca: { file } }) });
    const error = await watch(socket).failure();
    expect(error).toBeInstanceOf(OptionsError);
    expect(brief(error.ending)).toEqual(invalid('tls.ca'));
    expect(error.message).toContain('cannot be read (ENOENT)');
  });

  it.each([
    { name: 'gives no URL', url: () => 'not a url' },
    { name: 'throws', url: fail },
    { name: 'rejects', url: () => Promise.reject(new Error('no')) },
  ])('should neither recurse nor block under retry(100), when url() $name', async ({ url }) => {
    const depths: number[] = [];
    const socket = openWith({
      url: () => {
        depths.push(stackDepth());
        return url();
      },
    });
    const before = activeResources();
    const seen = watch(socket.pipe(retry(100)));
    let hasTimerFired = false;
    timer(1).subscribe(() => (hasTimerFired = true));
    await seen.failure();
    expect(depths).toHaveLength(101);
    expect(Math.min(...depths)).toBeGreaterThan(1);
    // A recursion would add several calls with every retry.
    expect(Math.max(...depths)).toBeLessThan(50);
    expect(hasTimerFired).toBe(true);
    expect(seen.outcomes).toHaveLength(1);
    await nothingLeftSince(before);
    expect(uncaught.errors).toEqual([]);
  });

  it('should let other timers fire under a retry() without end', async () => {
    let calls = 0;
    const socket = openWith({
      url: () => {
        calls += 1;
        return 'not a url';
      },
    });
    const before = activeResources();
    const seen = watch(socket.pipe(retry()));
    let ticks = 0;
    const ticking = setInterval(() => (ticks += 1), 1);
    await until('ticks beside the retries', () => ticks >= 20 && calls >= 20);
    clearInterval(ticking);
    expect(seen.outcomes).toEqual([]);
    seen.subscription.unsubscribe();
    await nothingLeftSince(before);
    const callsAtTheEnd = calls;
    await until('a turn of the event loop', () => true);
    expect(calls).toBe(callsAtTheEnd);
    expect(uncaught.errors).toEqual([]);
  });

  it('should let other timers fire under a retry() over an aborted signal', async () => {
    const socket = openWith({ signal: AbortSignal.abort(new Error('no')) });
    const before = activeResources();
    const seen = watch(socket.pipe(retry()));
    let ticks = 0;
    const ticking = setInterval(() => (ticks += 1), 1);
    await until('ticks beside the retries', () => ticks >= 20);
    clearInterval(ticking);
    seen.subscription.unsubscribe();
    await nothingLeftSince(before);
    expect(uncaught.errors).toEqual([]);
  });
});

function withRejecter(): { promise: Promise<never>; reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<never>((_resolve, rejectIt) => {
    reject = rejectIt;
  });
  return { promise, reject };
}

/** How many calls deep the caller is. */
function stackDepth(): number {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = Infinity;
  const { stack = '' } = new Error('how deep?');
  Error.stackTraceLimit = limit;
  return stack.split('\n').length;
}
