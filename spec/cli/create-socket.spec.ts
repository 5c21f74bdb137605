import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { createSocket } from '../../src/cli/create-socket.js';
import { parseArguments } from '../../src/cli/parse-arguments.js';
import { UsageError } from '../../src/cli/usage-error.js';
import type { Payload, SocketSubject } from '../../src/index.js';
import * as library from '../../src/index.js';
import {
  createCertificateAuthority,
  createWssServer,
  encryptKey,
  type WssServer,
  type WssServerOptions,
} from '../../src/testing/index.js';
import { first } from './first.js';

vi.mock('../../src/index.js', { spy: true });

let folder: string;
let tls: WssServerOptions['tls'];
const servers: WssServer[] = [];

const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rx-wss-cli-'));
  const ca = await createCertificateAuthority();
  const server = await ca.issue({ commonName: 'localhost', usage: 'server', dns: ['feed.test'] });
  const client = await ca.issue({ commonName: 'trader-7', usage: 'client' });
  tls = { cert: server.chain, key: server.key, ca: ca.certificate, requestCert: true };
  writeFileSync(file('ca.pem'), ca.certificate);
  writeFileSync(file('other.pem'), (await createCertificateAuthority()).certificate);
  writeFileSync(file('me.pem'), client.chain);
  writeFileSync(file('me.key'), client.key);
  writeFileSync(file('me.enc'), encryptKey(client.key, 'correct horse'));
  writeFileSync(file('passphrase'), 'correct horse\n');
  writeFileSync(file('bad'), 'nothing');
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((each) => each.close()));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The socket for the arguments; a word that begins with \@ is the path of a file of the spec. */
function socketOf(
  args: readonly string[],
  env: Record<string, string> = {},
): SocketSubject<Payload, Payload> {
  const command = parseArguments(
    args.map((each) => each.replace(/^@(.*)/, (_, name: string) => file(name))),
  );
  if (command._tag !== 'Connect') throw new Error('not a command that connects');
  return createSocket(command, env);
}

async function serve(options: WssServerOptions): Promise<WssServer> {
  const server = await createWssServer({
    onConnection: (connection) => void connection.send('welcome'),
    ...options,
  });
  servers.push(server);
  return server;
}

const CLIENT = ['--cert', '@me.pem', '--key', '@me.key', '--servername', 'feed.test'];

describe('createSocket', () => {
  it('should make a plain socket of a URL alone', async () => {
    const server = await serve({});
    expect(await first(socketOf([server.url]))).toBe('welcome');
    const [request] = server.requests;
    expect(request?.protocols).toEqual([]);
    expect(request?.headers).not.toHaveProperty('sec-websocket-extensions');
  });

  it('should pass everything on that a server can see', async () => {
    const server = await serve({ tls, compression: true });
    const socket = socketOf([
      `${server.url}/feed?x=1`,
      ...['--ca', '@other.pem', '--ca', '@ca.pem', '--min-tls-version', 'TLSv1.3', ...CLIENT],
      ...['-H', 'x-a: 1', '-H', 'x-a: 2', '-H', 'x-b: 3', '-s', 'v1', '-s', 'v2'],
      ...['--origin', 'https://o.example', '--compress'],
    ]);
    expect(await first(socket)).toBe('welcome');
    const [request] = server.requests;
    expect(request).toMatchObject({
      url: '/feed?x=1',
      protocols: ['v1', 'v2'],
      tlsVersion: 'TLSv1.3',
      serverName: 'feed.test',
      client: { commonName: 'trader-7' },
      headers: { 'x-a': '1, 2', 'x-b': '3', origin: 'https://o.example' },
    });
    expect(request?.headers['sec-websocket-extensions']).toContain('permessage-deflate');
  });

  it.each([
    { name: 'a file', args: ['--passphrase-file', '@passphrase'], env: {} },
    { name: 'the environment', args: [], env: { RX_WSS_PASSPHRASE: 'correct horse' } },
    {
      name: 'a file, whatever is in the environment',
      args: ['--passphrase-file', '@passphrase'],
      env: { RX_WSS_PASSPHRASE: 'wrong' },
    },
  ])('should take a passphrase from $name', async ({ args, env }) => {
    const server = await serve({ tls });
    const key = ['--cert', '@me.pem', '--key', '@me.enc', '--servername', 'feed.test'];
    const socket = socketOf([server.url, '--ca', '@ca.pem', ...key, ...args], env);
    expect(await first(socket)).toBe('welcome');
  });

  it('should not mind a passphrase in the environment without a key', async () => {
    const server = await serve({});
    const socket = socketOf([server.url], { RX_WSS_PASSPHRASE: 'x' });
    expect(await first(socket)).toBe('welcome');
  });

  it('should read the headers of a file again for every attempt', async () => {
    writeFileSync(file('headers'), 'x-token: one\n\nx-both: file\n');
    const server = await serve({});
    const socket = socketOf([server.url, '--header-file', '@headers', '-H', 'X-Other: line']);
    await first(socket);
    writeFileSync(file('headers'), 'x-token: two\n');
    await first(socket);
    expect(server.requests.map(({ headers }) => [headers['x-token'], headers['x-other']])).toEqual([
      ['one', 'line'],
      ['two', 'line'],
    ]);
  });

  it('should give up after so many retries', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const server = await serve({ onRequest: () => ({ status: 503 }) });
    await expect(first(socketOf([server.url, '--max-retries', '2']))).rejects.toThrow('503');
    expect(server.requests).toHaveLength(3);
  });

  it.each([
    { args: ['http://a.example'], message: "URL: must have the scheme ws: or wss:, got 'http:'" },
    { args: ['?token=secret'], message: 'URL: is not a valid URL' },
    {
      args: ['ws://a', '--ca', '@ca.pem'],
      message: 'TLS option: is given, but the URL has the scheme ws:',
    },
    {
      args: ['wss://a', '--cert', '@me.pem'],
      message: '--cert: is given without --key, its private key',
    },
    {
      args: ['wss://a', '--pfx', '@bad'],
      message: '--pfx: is not a PKCS #12 archive',
    },
    {
      args: ['wss://a', '--cert', '@me.pem', '--key', '@me.enc'],
      message: '--passphrase-file or RX_WSS_PASSPHRASE: is missing: --key is encrypted',
    },
    {
      args: ['wss://a', '--servername', 'a b'],
      message: "--servername: must be a host name, got 'a b'",
    },
    {
      args: ['wss://a', '-H', 'x: secret\r\ny: z'],
      message:
        '--header x: has a character that no header may hold, such as a line break (RFC 9110 section 5.5)',
    },
    {
      args: ['wss://a', '-H', 'upgrade: x'],
      message: '--header upgrade: is set by the opening handshake',
    },
    {
      args: ['wss://a', '-H', 'secret'],
      message: "--header: number 1 must have the form 'name: value'",
    },
    {
      args: ['wss://a', '--header-file', '@bad'],
      message: "--header-file: number 1 must have the form 'name: value'",
    },
    { args: ['wss://a', '-s', 'a', '-s', 'a'], message: "--subprotocol: 'a' is given twice" },
    {
      args: ['wss://a', '--max-payload', '0'],
      message: '--max-payload: must be a whole number from 1 to Infinity, got 0',
    },
    {
      args: ['wss://a', '--max-retries', '0.5'],
      message: '--max-retries: must be a whole number from 0 to Infinity, got 0.5',
    },
  ])('should refuse $args', ({ args, message }) => {
    expect(() => socketOf(args)).toThrow(new UsageError(message));
  });

  it.each(['--ca', '--passphrase-file', '--header-file'])(
    'should name the file of %s',
    (option) => {
      expect(() => socketOf(['wss://a', option, '@none'])).toThrow(
        new RegExp(`^${option}( \\S+)?: the file '\\S+/none' cannot be read \\(ENOENT\\)$`),
      );
    },
  );

  it('should say which of the trust anchors is wrong', () => {
    expect(() => socketOf(['wss://a', '--ca', '@ca.pem', '--ca', '@bad'])).toThrow(
      new UsageError(`--ca ${file('bad')}: holds no certificate`),
    );
  });

  it('should let other errors through', () => {
    vi.mocked(library.webSocket).mockImplementationOnce(() => {
      throw new RangeError('no option');
    });
    expect(() => socketOf(['ws://a'])).toThrow(new RangeError('no option'));
  });
});
