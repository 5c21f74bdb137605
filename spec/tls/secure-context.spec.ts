import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { connect } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { once } from 'node:events';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { collect } from '../integration/support/collect.js';
import type { OptionError } from '../../src/errors/option-error.js';
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
import { until } from '../streams/until.js';
import { pkcs12 } from './pkcs12.js';

const HOUR = 3_600_000;

let folder: string;
let ca: CertificateAuthority;
let otherCa: CertificateAuthority;
let client: IssuedCertificate;
let renewed: IssuedCertificate;
let server: IssuedCertificate;

beforeAll(async () => {
  ca = await createCertificateAuthority();
  otherCa = await createCertificateAuthority();
  client = await ca.issue({ commonName: 'one', usage: 'client' });
  server = await ca.issue({ commonName: 'localhost', usage: 'server' });
  renewed = await ca.issue({ commonName: 'two', usage: 'client' });
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rx-wss-context-'));
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string | Buffer): { readonly file: string } {
  const path = join(folder, name);
  writeFileSync(path, content);
  return { file: path };
}

const sourceOf = (options: TlsOptions): SecureContextSource =>
  createSecureContextSource('tls', planTls('tls', options));

interface Handshake {
  readonly client: string | undefined;
  readonly isAuthorized: boolean;
  readonly spoken: string;
}

/** What a server that asks for certificates sees of a client with `context`, and what that sees. */
async function handshake(context: SecureContext, issued?: IssuedCertificate): Promise<Handshake> {
  const { chain, key } = issued ?? server;
  let seen: string | undefined;
  await using listening = await createRawServer(
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
    port: listening.port,
    secureContext: context,
    servername: 'localhost',
    rejectUnauthorized: false,
  });
  await once(socket, 'data');
  const isAuthorized = socket.authorized;
  const spoken = `${socket.getProtocol()} ${socket.getCipher().name}`;
  socket.destroy();
  return { client: seen, isAuthorized, spoken };
}

/** The error that `action` throws. */
function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('createSecureContextSource', () => {
  const load = async (source: SecureContextSource): Promise<SecureContext> => {
    const { context, problem } = await source.load();
    expect(problem).toBeUndefined();
    return context;
  };

  it('should trust the roots of Node without ca', async () => {
    const context = await load(sourceOf({}));
    await expect(handshake(context)).resolves.toMatchObject({
      client: undefined,
      isAuthorized: false,
    });
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

  it('should trust an anchor beside the roots of Node', async () => {
    const context = await load(sourceOf({ ca: ['default', ca.certificate] }));
    await expect(handshake(context)).resolves.toMatchObject({ isAuthorized: true });
    const alone = await load(sourceOf({ ca: 'default' }));
    await expect(handshake(alone)).resolves.toMatchObject({ isAuthorized: false });
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

  it('should refuse what a revocation list names, and nothing else', async () => {
    const mine = await createCertificateAuthority();
    const server = await mine.issue({ commonName: 'localhost', usage: 'server' });
    const list = (serialNumbers: readonly string[]): Promise<string> =>
      mine.issueRevocationList({ serialNumbers });
    const trusting = { ca: mine.certificate };
    const clean = await load(sourceOf({ ...trusting, crl: await list([]) }));
    await expect(handshake(clean, server)).resolves.toMatchObject({ isAuthorized: true });
    const crl = [file('a.crl', await list([server.serialNumber]))];
    const revoked = await load(sourceOf({ ...trusting, crl }));
    await expect(handshake(revoked, server)).resolves.toMatchObject({ isAuthorized: false });
  });

  it.each([
    [{ maxVersion: 'TLSv1.2' }, /^TLSv1\.2 /],
    [{ minVersion: 'TLSv1.3' }, /^TLSv1\.3 /],
    [
      { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
      /^TLSv1\.2 ECDHE-ECDSA-AES128-GCM-SHA256$/,
    ],
  ] as const)('should speak as %o says', async (options, expected) => {
    const { spoken } = await handshake(await load(sourceOf(options)));
    expect(spoken).toMatch(expected);
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

  it('should share a context between sources, wherever its content comes from', async () => {
    const { cert, key } = client;
    const context = await load(sourceOf({ ca: ca.certificate, cert, key }));
    const fromFiles = sourceOf({
      ca: [file('ca.pem', ca.certificate)],
      cert: Buffer.from(cert),
      key: file('me.key', key),
    });
    expect(await load(fromFiles)).toBe(context);
  });

  it.each<[string, () => TlsOptions, () => TlsOptions]>([
    ['versions', () => ({ minVersion: 'TLSv1.3' }), () => ({ minVersion: 'TLSv1.2' })],
    ['greatest versions', () => ({ maxVersion: 'TLSv1.2' }), () => ({})],
    ['ciphers', () => ({ ciphers: 'AES128-SHA' }), () => ({ ciphers: 'AES256-SHA' })],
    ['roots', () => ({}), () => ({ ca: 'default' })],
    ['orders', () => ({ ca: ['default', ca.certificate] }), () => ({ ca: ca.certificate })],
    [
      'places',
      () => ({ ca: [ca.certificate, otherCa.certificate] }),
      () => ({ ca: ca.certificate + otherCa.certificate }),
    ],
    [
      'passphrases',
      () => ({ cert: client.cert, key: client.key, passphrase: 'one' }),
      () => ({ cert: client.cert, key: client.key, passphrase: 'two' }),
    ],
  ])('should never share one between different %s', async (_name, one, two) => {
    expect(await load(sourceOf(one()))).not.toBe(await load(sourceOf(two())));
  });

  it('should not share what has the same content under another name', async () => {
    await load(sourceOf({ ca: 'default' }));
    expect(thrownBy(sourceOf({ ca: Buffer.from('default') }).loadSync)).toEqual(
      new OptionRangeError('tls.ca', 'holds no certificate'),
    );
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

  it('should build a new context when an anchor, a list or an archive changed', async () => {
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
    const lists = sourceOf({
      crl: file('a.crl', await ca.issueRevocationList({ serialNumbers: [] })),
    });
    const third = await load(lists);
    file('a.crl', await ca.issueRevocationList({ serialNumbers: [client.serialNumber] }));
    expect(await load(lists)).not.toBe(third);
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

  describe('with files that are being replaced', () => {
    const sound = (): TlsOptions => ({
      ca: file('ca.pem', ca.certificate),
      cert: file('me.pem', client.cert),
      key: file('me.key', client.key),
    });

    it.each<[string, () => unknown, OptionError]>([
      [
        'a certificate that came before its key',
        () => file('me.pem', renewed.cert),
        new OptionRangeError(
          'tls.key',
          'does not fit tls.cert: it is not the private key of its first certificate',
        ),
      ],
      [
        'a certificate that is half written',
        () => file('me.pem', renewed.cert.slice(0, 200)),
        new OptionRangeError('tls.cert', 'holds no certificate'),
      ],
      [
        'a key that is half written',
        () => file('me.key', renewed.key.slice(0, 100)),
        new OptionRangeError('tls.key', 'holds no private key that can be parsed'),
      ],
      [
        'an empty file',
        () => file('ca.pem', ''),
        new OptionRangeError('tls.ca', 'is an empty file'),
      ],
      [
        'a file that is away',
        () => {
          rmSync(join(folder, 'me.pem'));
        },
        new OptionRangeError('tls.cert', 'cannot be read'),
      ],
    ])('should keep the last good context for %s, and tell why', async (_name, spoil, expected) => {
      const source = sourceOf(sound());
      const context = await load(source);
      spoil();
      const kept = await source.load();
      expect(kept.context).toBe(context);
      expect(kept.problem).toBeInstanceOf(OptionRangeError);
      expect(kept.problem?.option).toBe(expected.option);
      expect(kept.problem?.message).toContain(expected.message.split(': ').at(-1));
      await expect(handshake(kept.context)).resolves.toMatchObject({ client: 'one' });
      // It is told as long as it lasts.
      expect((await source.load()).problem).toBeInstanceOf(OptionRangeError);
      file('ca.pem', ca.certificate);
      file('me.pem', renewed.cert);
      file('me.key', renewed.key);
      await expect(handshake(await load(source))).resolves.toMatchObject({ client: 'two' });
    });

    it('should keep the one of the check at the entry', async () => {
      const source = sourceOf(sound());
      source.loadSync();
      file('me.key', 'nothing');
      const { context, problem } = await source.load();
      expect(problem).toBeInstanceOf(OptionRangeError);
      await expect(handshake(context)).resolves.toMatchObject({ client: 'one' });
    });

    it('should keep none of another source', async () => {
      await load(sourceOf(sound()));
      const source = sourceOf(sound());
      file('me.key', 'nothing');
      await expect(source.load()).rejects.toBeInstanceOf(OptionRangeError);
    });

    it('should reject as long as there was none, and go on when there is', async () => {
      const source = sourceOf({ cert: file('me.pem', client.cert), key: file('me.key', '') });
      await expect(source.load()).rejects.toEqual(
        new OptionRangeError('tls.key', 'is an empty file'),
      );
      file('me.key', client.key);
      await expect(handshake(await load(source))).resolves.toMatchObject({ client: 'one' });
    });

    it('should refuse a certificate that has expired since it was read', async () => {
      const source = sourceOf(sound());
      const other = sourceOf(sound());
      await load(source);
      await load(other);
      file('me.key', 'nothing');
      vi.useFakeTimers({ toFake: ['Date'] });
      vi.setSystemTime(Date.now() + 48 * HOUR);
      // The last good one is no longer good either.
      const kept = source.load();
      await expect(kept).rejects.toThrow(/^tls\.cert: has expired/);
      file('me.key', client.key);
      await expect(other.load()).rejects.toThrow(/^tls\.cert: has expired/);
      expect(other.loadSync).toThrow(/^tls\.cert: has expired/);
    });

    it('should refuse an archive that has expired since it was read', async () => {
      const source = sourceOf({ pfx: pkcs12({ certs: [client.cert], key: client.key }) });
      await load(source);
      vi.useFakeTimers({ toFake: ['Date'] });
      vi.setSystemTime(Date.now() + 48 * HOUR);
      await expect(source.load()).rejects.toThrow(/^tls\.pfx: has expired/);
    });
  });

  describe.each(['loadSync', 'load'] as const)('%s', (way) => {
    // A throw of loadSync is made a rejection, so that the two ways read alike.
    const attempt = async (source: SecureContextSource): Promise<unknown> => source[way]();

    it('should read and check everything that was given', async () => {
      const crl = file('a.crl', await ca.issueRevocationList({ serialNumbers: [] }));
      const { cert, key } = client;
      const anchors = ['default', file('ca.pem', ca.certificate)] as const;
      const keyed = sourceOf({ ca: anchors, crl, cert: file('c', cert), key: file('k', key) });
      await expect(attempt(keyed)).resolves.not.toThrow();
      const pfx = file('a.p12', pkcs12({ certs: [cert], key }));
      await expect(attempt(sourceOf({ pfx }))).resolves.not.toThrow();
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
      [
        'a list that is none',
        () => ({ crl: ['x'] }),
        'tls.crl: holds no revocation list that can be parsed',
      ],
      [
        'a certificate in place of a list',
        () => ({ crl: ca.certificate }),
        'tls.crl: holds no revocation list that can be parsed',
      ],
      [
        'ciphers that nobody knows',
        () => ({ ciphers: 'NO-SUCH-CIPHER' }),
        'tls.ciphers: names no cipher suite that OpenSSL knows',
      ],
    ])('should name the option for %s', async (_name, options, message) => {
      await expect(attempt(sourceOf(options()))).rejects.toEqual(
        new OptionRangeError(message.split(': ')[0] ?? '', message.slice(message.indexOf(' ') + 1)),
      );
    });

    it('should not take no ciphers for the default ones', async () => {
      const attemptOf = async (options: TlsOptions): Promise<unknown> => attempt(sourceOf(options));
      await expect(attemptOf({ ciphers: '' })).rejects.toMatchObject({ option: 'tls.ciphers' });
    });

    it('should tell of sound credentials that OpenSSL refuses', async () => {
      const weak = await ca.issue({
        commonName: 'weak',
        usage: 'client',
        keyType: 'rsa',
        modulusLength: 512,
      });
      const cause = { code: 'ERR_SSL_EE_KEY_TOO_SMALL' };
      for (const more of [{}, { ciphers: 'AES128-SHA' }]) {
        await expect(
          attempt(sourceOf({ cert: weak.cert, key: weak.key, ...more })),
        ).rejects.toMatchObject({
          name: 'OptionRangeError',
          option: 'tls',
          message: 'tls: OpenSSL refuses these credentials (ERR_SSL_EE_KEY_TOO_SMALL)',
          cause,
        });
      }
    });

    it('should name what OpenSSL refuses by the path that it is given', async () => {
      const plan = planTls('proxy.tls', { ciphers: 'NO-SUCH-CIPHER' });
      await expect(attempt(createSecureContextSource('proxy.tls', plan))).rejects.toMatchObject({
        option: 'proxy.tls.ciphers',
      });
    });
  });

  it('should not take what is no wrong option for one', async () => {
    const plan = planTls('tls', {});
    const failure = new Error('out of memory');
    const broken = {
      ...plan,
      get crl(): never {
        throw failure;
      },
    };
    const source = createSecureContextSource('tls', broken);
    await expect(source.load()).rejects.toBe(failure);
  });

  describe('when nobody holds a context any longer', () => {
    // Only so can a spec tell when the garbage is collected.
    const turn = (): Promise<void> => new Promise(setImmediate);

    /** Loads the context of `options`, and gives nothing but a weak reference to it. */
    async function loadAndDrop(options: TlsOptions): Promise<WeakRef<SecureContext>> {
      return new WeakRef((await sourceOf(options).load()).context);
    }

    /** Collects the garbage until `dropped` is part of it. */
    async function collected(dropped: WeakRef<SecureContext>): Promise<void> {
      await until(async () => {
        await turn();
        collect();
        expect(dropped.deref()).toBeUndefined();
      });
    }

    it('should let it go, and build another when it is wanted again', async () => {
      const options = { ca: (await createCertificateAuthority()).certificate };
      await collected(await loadAndDrop(options));
      await turn();
      const context = await load(sourceOf(options));
      expect(context).toBeDefined();
      expect(await load(sourceOf(options))).toBe(context);
    });

    it('should not let go of another one that was built meanwhile', async () => {
      const options = { ca: (await createCertificateAuthority()).certificate };
      const dropped = await loadAndDrop(options);
      const source = sourceOf(options);
      let context: SecureContext | undefined;
      await until(async () => {
        await turn();
        collect();
        expect(dropped.deref()).toBeUndefined();
        // Before the registry is told.
        source.loadSync();
      });
      context = await load(source);
      for (let each = 0; each < 5; each += 1) {
        await turn();
        collect();
      }
      expect(await load(sourceOf(options))).toBe(context);
      context = undefined;
    });
  });
});

describe('createSecureContextSource, on an OpenSSL that names no code', () => {
  it('should refuse the credentials all the same', async () => {
    const failure = new Error('out of memory');
    vi.resetModules();
    vi.doMock('node:tls', () => ({
      ...tls,
      getCACertificates: undefined,
      createSecureContext: () => {
        throw failure;
      },
    }));
    const module = await import('../../src/tls/secure-context.js');
    vi.doUnmock('node:tls');
    const options = { ciphers: 'AES128-SHA', crl: 'x' };
    const source = module.createSecureContextSource('tls', planTls('tls', options));
    await expect(source.load()).rejects.toMatchObject({ option: 'tls', cause: failure });
  });
});
