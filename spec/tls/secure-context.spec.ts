import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { once } from 'node:events';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OptionRangeError } from '../../src/errors/option-error.js';
import {
  createCertificateAuthority,
  createRawServer,
  encryptKey,
} from '../../src/testing/index.js';
import type { CertificateAuthority, IssuedCertificate } from '../../src/testing/index.js';
import { createSecureContextSource } from '../../src/tls/secure-context.js';
import type { SecureContextSource } from '../../src/tls/secure-context.js';
import { planTls } from '../../src/tls/tls-options.js';
import type { TlsOptions } from '../../src/tls/tls-options.js';
import { pkcs12 } from './pkcs12.js';

let folder: string;
let ca: CertificateAuthority;
let otherCa: CertificateAuthority;
let client: IssuedCertificate;
let renewed: IssuedCertificate;

beforeAll(async () => {
  ca = await createCertificateAuthority();
  otherCa = await createCertificateAuthority();
  client = await ca.issue({ commonName: 'one', usage: 'client' });
  renewed = await ca.issue({ commonName: 'two', usage: 'client' });
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rx-wss-context-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string | Buffer): { readonly file: string } {
  const path = join(folder, name);
  writeFileSync(path, content);
  return { file: path };
}

const sourceOf = (options: TlsOptions): SecureContextSource =>
  createSecureContextSource(planTls(options));

/** What a server that asks for certificates sees of a client with `context`, and what that sees. */
async function handshake(
  context: SecureContext,
): Promise<{ readonly client: string | undefined; readonly isAuthorized: boolean }> {
  const { chain, key } = await ca.issue({ commonName: 'localhost', usage: 'server' });
  let seen: string | undefined;
  await using server = await createRawServer(
    ({ socket }) => {
      const { subject } = (
        socket as unknown as { getPeerCertificate(): { subject?: { CN: string } } }
      ).getPeerCertificate();
      seen = subject?.CN;
      socket.write('.');
    },
    { tls: { cert: chain, key, requestCert: true, rejectUnauthorized: false } },
  );
  const socket = connect({
    port: server.port,
    secureContext: context,
    servername: 'localhost',
    rejectUnauthorized: false,
  });
  await once(socket, 'data');
  const isAuthorized = socket.authorized;
  socket.destroy();
  return { client: seen, isAuthorized };
}

describe.each(['loadSync', 'load'] as const)('createSecureContextSource, %s', (way) => {
  // A throw of loadSync is made a rejection, so that the two ways read alike.
  const load = async (source: SecureContextSource): Promise<SecureContext> => source[way]();

  it('should trust the roots of Node without ca', async () => {
    const context = await load(sourceOf({}));
    await expect(handshake(context)).resolves.toEqual({ client: undefined, isAuthorized: false });
  });

  it('should trust each anchor that is given', async () => {
    const context = await load(sourceOf({ ca: [otherCa.certificate, ca.certificate] }));
    await expect(handshake(context)).resolves.toMatchObject({ isAuthorized: true });
  });

  it('should trust each anchor of a bundle', async () => {
    const bundle = file('ca.pem', otherCa.certificate + ca.certificate);
    const context = await load(sourceOf({ ca: bundle }));
    await expect(handshake(context)).resolves.toMatchObject({ isAuthorized: true });
  });

  it('should trust no other', async () => {
    const context = await load(sourceOf({ ca: otherCa.certificate }));
    await expect(handshake(context)).resolves.toMatchObject({ isAuthorized: false });
  });

  it('should present the certificate, with a plain and with an encrypted key', async () => {
    const { cert } = client;
    const plain = await load(sourceOf({ cert, key: client.key }));
    await expect(handshake(plain)).resolves.toMatchObject({ client: 'one' });
    const key = encryptKey(client.key, 'pw');
    const encrypted = await load(sourceOf({ cert, key, passphrase: 'pw' }));
    await expect(handshake(encrypted)).resolves.toMatchObject({ client: 'one' });
  });

  it('should present the certificate of an archive, with a passphrase and without', async () => {
    const contents = { certs: [client.cert], key: client.key };
    const open = await load(sourceOf({ pfx: pkcs12(contents) }));
    await expect(handshake(open)).resolves.toMatchObject({ client: 'one' });
    const pfx = file('me.p12', pkcs12({ ...contents, passphrase: 'pw' }));
    const closed = await load(sourceOf({ pfx, passphrase: 'pw' }));
    await expect(handshake(closed)).resolves.toMatchObject({ client: 'one' });
  });

  it('should give the same context as long as the content is the same', async () => {
    const options = {
      ca: file('ca.pem', ca.certificate),
      cert: file('me.pem', client.cert),
      key: file('me.key', client.key),
    };
    const source = sourceOf(options);
    const context = await load(source);
    file('me.key', client.key);
    expect(await load(source)).toBe(context);
  });

  it('should share the context with the other way to load', async () => {
    const source = sourceOf({ ca: file('ca.pem', ca.certificate) });
    const context = await load(source);
    expect(source.loadSync()).toBe(context);
    expect(await source.load()).toBe(context);
  });

  it('should build a new context when the certificate was renewed', async () => {
    const source = sourceOf({
      cert: file('me.pem', client.cert),
      key: file('me.key', client.key),
    });
    const context = await load(source);
    file('me.pem', renewed.cert);
    file('me.key', renewed.key);
    const next = await load(source);
    expect(next).not.toBe(context);
    await expect(handshake(next)).resolves.toMatchObject({ client: 'two' });
  });

  it('should build a new context when an anchor or an archive changed', async () => {
    const anchors = sourceOf({ ca: file('ca.pem', ca.certificate) });
    const first = await load(anchors);
    file('ca.pem', otherCa.certificate);
    expect(await load(anchors)).not.toBe(first);
    const archive = sourceOf({
      pfx: file('a.p12', pkcs12({ certs: [client.cert], key: client.key })),
    });
    const second = await load(archive);
    file('a.p12', pkcs12({ certs: [renewed.cert], key: renewed.key }));
    expect(await load(archive)).not.toBe(second);
  });

  it('should build a new context when the same bytes are split between the files in another way', async () => {
    const source = sourceOf({
      cert: file('me.pem', client.cert + ca.certificate),
      key: file('me.key', client.key),
    });
    const context = await load(source);
    file('me.pem', client.cert);
    file('me.key', ca.certificate + client.key);
    expect(await load(source)).not.toBe(context);
  });

  it('should tell of a certificate that was renewed without its key, and go on when it came', async () => {
    const source = sourceOf({
      cert: file('me.pem', client.cert),
      key: file('me.key', client.key),
    });
    const context = await load(source);
    file('me.pem', renewed.cert);
    await expect(load(source)).rejects.toThrow(/^tls\.key: does not fit tls\.cert/);
    file('me.pem', client.cert);
    expect(await load(source)).toBe(context);
  });

  it.each<[string, () => TlsOptions, string]>([
    [
      'an anchor that is no certificate',
      () => ({ ca: [ca.certificate, 'x'] }),
      'tls.ca[1]: holds no certificate',
    ],
    [
      'a file that is missing',
      () => ({ ca: { file: '/none.pem' } }),
      "tls.ca: the file '/none.pem' cannot be read (ENOENT)",
    ],
    [
      'a wrong passphrase',
      () => ({ cert: client.cert, key: encryptKey(client.key, 'pw'), passphrase: 'other' }),
      'tls.passphrase: does not decrypt tls.key',
    ],
    ['bytes that are no archive', () => ({ pfx: 'x!' }), 'tls.pfx: is not a PKCS #12 archive'],
  ])('should name the option for %s', async (_name, options, message) => {
    await expect(load(sourceOf(options()))).rejects.toEqual(
      new OptionRangeError(message.split(': ')[0] ?? '', message.slice(message.indexOf(' ') + 1)),
    );
  });

  it('should tell of sound credentials that OpenSSL refuses', async () => {
    const weak = await ca.issue({
      commonName: 'weak',
      usage: 'client',
      keyType: 'rsa',
      modulusLength: 512,
    });
    await expect(load(sourceOf({ cert: weak.cert, key: weak.key }))).rejects.toMatchObject({
      name: 'OptionRangeError',
      option: 'tls',
      message: 'tls: OpenSSL refuses these credentials; see cause',
      cause: { code: 'ERR_SSL_EE_KEY_TOO_SMALL' },
    });
  });
});
