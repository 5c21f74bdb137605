import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext, TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { OptionRangeError } from '../../src/errors/option-error.js';
import { createCertificateAuthority, encryptKey } from '../../src/testing/index.js';
import type {
  CertificateAuthority,
  IssuedCertificate,
  LeafOptions,
} from '../../src/testing/index.js';
import { checkUsable, readKeyPair, readPfx } from '../../src/tls/client-credentials.js';
import type { KeyPair, Pfx } from '../../src/tls/client-credentials.js';
import { pkcs12 } from './pkcs12.js';

let ec: IssuedCertificate;
let rsa: IssuedCertificate;
let other: IssuedCertificate;

beforeAll(async () => {
  const root = await createCertificateAuthority();
  const intermediate = await root.issueIntermediate();
  ec = await intermediate.issue({ commonName: 'ec', usage: 'client' });
  rsa = await intermediate.issue({ commonName: 'rsa', usage: 'client', keyType: 'rsa' });
  other = await root.issue({ commonName: 'other', usage: 'client' });
});

/** The error that `action` throws. */
function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('readKeyPair', () => {
  const read = (cert: string, key: string | Buffer, passphrase?: string): KeyPair =>
    readKeyPair(
      { option: 'tls.cert', bytes: Buffer.from(cert) },
      { option: 'tls.key', bytes: Buffer.from(key) },
      passphrase,
    );
  const sec1 = (): string =>
    createPrivateKey(ec.key).export({ type: 'sec1', format: 'pem' }).toString();
  const sec1Encrypted = (): string =>
    createPrivateKey(ec.key)
      .export({ type: 'sec1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'pw' })
      .toString();
  const pkcs8 = (): Buffer => createPrivateKey(ec.key).export({ type: 'pkcs8', format: 'der' });
  const pkcs8Encrypted = (): Buffer =>
    createPrivateKey(ec.key).export({
      type: 'pkcs8',
      format: 'der',
      cipher: 'aes-256-cbc',
      passphrase: 'pw',
    });

  it('should give an EC certificate and its key as PEM', () => {
    expect(read(ec.cert, ec.key)).toMatchObject({ cert: ec.cert, key: ec.key });
  });

  it('should give an RSA certificate and its key', () => {
    expect(read(rsa.cert, rsa.key)).toMatchObject({ cert: rsa.cert, key: rsa.key });
  });

  it('should tell which option holds the leaf', () => {
    const { option, leaf } = read(ec.chain, ec.key);
    expect(option).toBe('tls.cert');
    expect(leaf.raw).toEqual(new X509Certificate(ec.cert).raw);
  });

  it('should keep the intermediates after the leaf', () => {
    const { cert } = read(ec.chain, ec.key);
    expect(cert).toBe(ec.chain);
    expect(cert.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  it.each<[string, () => string | Buffer, string | undefined]>([
    ['an encrypted PKCS #8 in PEM', () => encryptKey(ec.key, 'pw'), 'pw'],
    ['an encrypted key of the old kind in PEM', sec1Encrypted, 'pw'],
    ['an encrypted PKCS #8 in DER', pkcs8Encrypted, 'pw'],
    ['a PKCS #8 in DER', pkcs8, undefined],
    ['an EC PRIVATE KEY in PEM', sec1, undefined],
    ['a PEM file that begins with the certificate', () => ec.cert + ec.key, undefined],
    ['a key that is not encrypted, beside a passphrase', () => ec.key, 'unused'],
  ])('should read %s, and give it decrypted', (_name, key, passphrase) => {
    expect(read(ec.cert, key(), passphrase).key).toBe(ec.key);
  });

  it.each<[string, () => string | Buffer, string | undefined, string, string]>([
    [
      'an encrypted PEM key without a passphrase',
      () => encryptKey(ec.key, 'pw'),
      undefined,
      'tls.passphrase',
      'is missing: tls.key is encrypted',
    ],
    [
      'an encrypted PEM key of the old kind without a passphrase',
      sec1Encrypted,
      undefined,
      'tls.passphrase',
      'is missing: tls.key is encrypted',
    ],
    [
      'an encrypted DER key without a passphrase',
      pkcs8Encrypted,
      undefined,
      'tls.passphrase',
      'is missing: tls.key is encrypted',
    ],
    [
      'a PEM key with a wrong passphrase',
      () => encryptKey(ec.key, 'pw'),
      'secret',
      'tls.passphrase',
      'does not decrypt tls.key',
    ],
    [
      'a PEM key with an empty passphrase',
      () => encryptKey(ec.key, 'pw'),
      '',
      'tls.passphrase',
      'does not decrypt tls.key',
    ],
    [
      'a PEM key of the old kind with a wrong passphrase',
      sec1Encrypted,
      'secret',
      'tls.passphrase',
      'does not decrypt tls.key',
    ],
    [
      'a DER key with a wrong passphrase',
      pkcs8Encrypted,
      'secret',
      'tls.passphrase',
      'does not decrypt tls.key',
    ],
    ['text', () => 'not a key', undefined, 'tls.key', 'holds no private key that can be parsed'],
    [
      'a damaged PEM key beside a passphrase',
      () => ec.key.replace('MIG', 'AAA'),
      'secret',
      'tls.key',
      'holds no private key that can be parsed',
    ],
    [
      'a certificate',
      () => ec.cert,
      undefined,
      'tls.key',
      'holds no private key that can be parsed',
    ],
    [
      'a public key',
      () =>
        new X509Certificate(ec.cert).publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      undefined,
      'tls.key',
      'holds no private key that can be parsed',
    ],
  ])('should refuse %s', (_name, key, passphrase, option, message) => {
    const error = thrownBy(() => read(ec.cert, key(), passphrase));
    expect(error).toBeInstanceOf(OptionRangeError);
    expect(error).toMatchObject({
      option,
      message: `${option}: ${message}`,
      cause: expect.any(Error) as unknown,
    });
    expect(String(error)).not.toContain('secret');
  });

  it.each([
    ['another key of the same kind', () => other.key],
    ['a key of another kind', () => rsa.key],
  ])('should refuse %s', (_name, key) => {
    expect(thrownBy(() => read(ec.cert, key()))).toEqual(
      new OptionRangeError(
        'tls.key',
        'does not fit tls.cert: it is not the private key of its first certificate',
      ),
    );
  });

  it('should refuse a chain that does not begin with the leaf', () => {
    const blocks = ec.chain.split(/(?<=-----END CERTIFICATE-----\n)/);
    expect(() => read(blocks.reverse().join(''), ec.key)).toThrow(/^tls\.key: does not fit/);
  });

  it('should name the certificate when it is the one that is wrong', () => {
    expect(() => read('nothing', ec.key)).toThrow(
      new OptionRangeError('tls.cert', 'holds no certificate'),
    );
  });
});

describe('readPfx', () => {
  const read = (pfx: string | Buffer, passphrase?: string): Pfx =>
    readPfx({ option: 'tls.pfx', bytes: Buffer.from(pfx) }, passphrase);
  const archive = (passphrase?: string): Buffer =>
    pkcs12({ certs: [ec.cert], key: ec.key, passphrase });

  it('should give an archive that opens with its passphrase', () => {
    const pfx = archive('pw');
    const { pfx: given, option, leaf } = read(pfx, 'pw');
    expect(given).toEqual(pfx);
    expect(option).toBe('tls.pfx');
    expect(leaf.raw).toEqual(new X509Certificate(ec.cert).raw);
    expect(() => createSecureContext({ pfx: given, passphrase: 'pw' })).not.toThrow();
  });

  it('should give an archive with an empty passphrase, named or not', () => {
    const pfx = archive();
    expect(read(pfx).pfx).toEqual(pfx);
    expect(read(pfx, '').pfx).toEqual(pfx);
  });

  it.each([
    ['on one line', (text: string) => text],
    ['on many lines', (text: string) => text.replace(/.{64}/g, '$&\n')],
    ['with Windows line ends', (text: string) => `${text.replace(/.{64}/g, '$&\r\n')}\r\n`],
  ])('should give an archive in base64 %s', (_name, layOut) => {
    const pfx = archive('pw');
    expect(read(layOut(pfx.toString('base64')), 'pw').pfx).toEqual(pfx);
  });

  it.each<[string, () => string | Buffer, string | undefined, string, string]>([
    [
      'no passphrase',
      () => archive('pw'),
      undefined,
      'tls.passphrase',
      'is missing: tls.pfx is encrypted',
    ],
    [
      'a wrong passphrase',
      () => archive('pw'),
      'secret',
      'tls.passphrase',
      'does not open tls.pfx',
    ],
    [
      'an archive that OpenSSL 3 does not read',
      () => pkcs12({ certs: [], key: ec.key, passphrase: 'pw', isLegacy: true }),
      'pw',
      'tls.pfx',
      'is encrypted with an algorithm that OpenSSL 3 no longer reads; export it again with AES',
    ],
    ['text', () => 'not an archive!', undefined, 'tls.pfx', 'is not a PKCS #12 archive'],
    ['text in base64', () => 'bm90aGluZw==', undefined, 'tls.pfx', 'is not a PKCS #12 archive'],
    [
      'an archive that is cut off',
      () => archive('pw').subarray(0, 200),
      'pw',
      'tls.pfx',
      'is not a PKCS #12 archive',
    ],
    ['a PEM certificate', () => ec.cert, undefined, 'tls.pfx', 'is not a PKCS #12 archive'],
  ])('should refuse %s', (_name, pfx, passphrase, option, message) => {
    const error = thrownBy(() => read(pfx(), passphrase));
    expect(error).toBeInstanceOf(OptionRangeError);
    expect(error).toMatchObject({
      option,
      message: `${option}: ${message}`,
      cause: expect.any(Error) as unknown,
    });
    expect(String(error)).not.toContain('secret');
  });

  it('should give the leaf, whose key is in it, and not another certificate', () => {
    const { leaf } = read(pkcs12({ certs: [other.cert, ec.cert], key: ec.key }));
    expect(leaf.raw).toEqual(new X509Certificate(ec.cert).raw);
  });

  it.each([
    ['without a key', () => pkcs12({ certs: [ec.cert] })],
    ['without a certificate', () => pkcs12({ certs: [], key: ec.key })],
    ['whose key does not fit', () => pkcs12({ certs: [ec.cert], key: other.key })],
  ])('should tell an archive %s from what is no archive', (_name, pfx) => {
    const error = thrownBy(() => read(pfx()));
    expect(error).toBeInstanceOf(OptionRangeError);
    expect(String(error)).toMatch(/tls\.pfx: .*(certificate|private key)/);
  });
});

describe('readPfx, on an OpenSSL that takes an archive without its leaf', () => {
  it('should refuse it all the same', () => {
    vi.spyOn(TLSSocket.prototype, 'getCertificate').mockReturnValue({});
    const bytes = pkcs12({ certs: [ec.cert], key: ec.key });
    expect(() => readPfx({ option: 'tls.pfx', bytes }, undefined)).toThrow(
      new OptionRangeError('tls.pfx', 'holds no certificate with its key'),
    );
  });
});

describe('checkUsable', () => {
  const HOUR = 3_600_000;
  const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
  const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
  let root: CertificateAuthority;

  beforeAll(async () => {
    root = await createCertificateAuthority();
  });

  const leafOf = async (options: Partial<LeafOptions>): Promise<X509Certificate> =>
    new X509Certificate((await root.issue({ commonName: 'x', usage: 'client', ...options })).cert);
  const check = (leaf: X509Certificate): unknown => {
    try {
      checkUsable({ option: 'tls.pfx', leaf });
    } catch (error) {
      return error;
    }
    return undefined;
  };

  it.each<[string, Partial<LeafOptions>]>([
    ['for clients', {}],
    ['for servers and clients', { usage: ['server', 'client'] }],
    ['until in a second', { notAfter: new Date(Date.now() + 60_000) }],
  ])('should take a certificate %s', async (_name, options) => {
    expect(check(await leafOf(options))).toBeUndefined();
  });

  it('should take one that does not restrict its use, or allows any', async () => {
    const leaf = await leafOf({});
    const usages = vi.spyOn(leaf, 'keyUsage', 'get');
    usages.mockReturnValue(undefined as never);
    expect(check(leaf)).toBeUndefined();
    usages.mockReturnValue(['2.5.29.37.0']);
    expect(check(leaf)).toBeUndefined();
    usages.mockReturnValue([SERVER_AUTH, CLIENT_AUTH]);
    expect(check(leaf)).toBeUndefined();
  });

  it('should refuse one that has expired', async () => {
    const leaf = await leafOf({
      notBefore: new Date(Date.now() - 2 * HOUR),
      notAfter: new Date(Date.now() - HOUR),
    });
    expect(check(leaf)).toEqual(
      new OptionRangeError('tls.pfx', `has expired: it was valid until ${leaf.validTo}`),
    );
  });

  it('should refuse one that is not valid yet', async () => {
    const leaf = await leafOf({ notBefore: new Date(Date.now() + HOUR) });
    expect(check(leaf)).toEqual(
      new OptionRangeError('tls.pfx', `is not valid yet: it is from ${leaf.validFrom} on`),
    );
  });

  it('should refuse one that is for servers alone', async () => {
    expect(check(await leafOf({ usage: 'server' }))).toEqual(
      new OptionRangeError('tls.pfx', 'is not meant for clients (no clientAuth usage in it)'),
    );
  });
});
