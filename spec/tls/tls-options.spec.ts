import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import { planTls } from '../../src/tls/tls-options.js';
import type { TlsOptions } from '../../src/tls/tls-options.js';

/** The error that `planTls` throws, as class and message. */
function refusal(options: unknown, path = 'tls'): readonly [unknown, string] {
  try {
    planTls(path, options as TlsOptions);
  } catch (error) {
    if (error instanceof Error) return [error.constructor, error.message];
  }
  throw new Error('nothing was thrown');
}

describe('planTls', () => {
  const nothing = {
    ca: undefined,
    crl: [],
    cert: undefined,
    key: undefined,
    pfx: undefined,
    passphrase: undefined,
    servername: undefined,
    pins: undefined,
    verify: undefined,
    dangerouslyAcceptCertificate: undefined,
    commonNameFallback: false,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: undefined,
    minDHSize: 2_048,
  };
  const known =
    'ca, crl, cert, key, pfx, passphrase, servername, pins, verify, ' +
    'dangerouslyAcceptCertificate, commonNameFallback, minVersion, maxVersion, ciphers, minDHSize';
  const pin = `sha256/${'A'.repeat(43)}=`;

  it.each([undefined, {}, { ca: undefined, cert: undefined, minVersion: undefined }])(
    'should fill in the defaults of %o',
    (options) => {
      expect(planTls('tls', options)).toEqual(nothing);
    },
  );

  it('should give one trust anchor the path of the option', () => {
    expect(planTls('tls', { ca: 'PEM' }).ca).toEqual([{ option: 'tls.ca', material: 'PEM' }]);
  });

  it('should give each of several trust anchors a path of its own', () => {
    expect(planTls('tls', { ca: ['PEM', { file: 'b.pem' }] }).ca).toEqual([
      { option: 'tls.ca[0]', material: 'PEM' },
      { option: 'tls.ca[1]', material: { file: 'b.pem' } },
    ]);
  });

  it('should plan a certificate with its key and passphrase', () => {
    const options = { cert: 'C', key: Buffer.of(1), passphrase: '' };
    expect(planTls('tls', options)).toEqual({
      ...nothing,
      cert: { option: 'tls.cert', material: 'C' },
      key: { option: 'tls.key', material: Buffer.of(1) },
      passphrase: '',
    });
  });

  it('should plan an archive with its passphrase', () => {
    expect(planTls('tls', { pfx: { file: 'me.p12' }, passphrase: 'pw' })).toEqual({
      ...nothing,
      pfx: { option: 'tls.pfx', material: { file: 'me.p12' } },
      passphrase: 'pw',
    });
  });

  it.each([
    ['TLSv1.2', 'TLSv1.2'],
    ['TLSv1.2', 'TLSv1.3'],
    ['TLSv1.3', 'TLSv1.3'],
  ] as const)('should take the versions from %s to %s', (minVersion, maxVersion) => {
    expect(planTls('tls', { minVersion, maxVersion })).toMatchObject({ minVersion, maxVersion });
  });

  it('should give one revocation list the path of the option, and each of several its own', () => {
    expect(planTls('tls', { crl: 'PEM' }).crl).toEqual([{ option: 'tls.crl', material: 'PEM' }]);
    expect(planTls('tls', { crl: ['PEM', { file: 'b.crl' }] }).crl).toEqual([
      { option: 'tls.crl[0]', material: 'PEM' },
      { option: 'tls.crl[1]', material: { file: 'b.crl' } },
    ]);
    expect(planTls('tls', { crl: [] }).crl).toEqual([]);
  });

  it('should take the roots by their name', () => {
    expect(planTls('tls', { ca: ['default', 'PEM'] }).ca).toEqual([
      { option: 'tls.ca[0]', roots: 'default' },
      { option: 'tls.ca[1]', material: 'PEM' },
    ]);
  });

  it('should take pins, verifiers and the rest as they are', () => {
    const verify = (): E.Either<never, void> => E.right(undefined);
    const options = {
      pins: [pin],
      verify,
      dangerouslyAcceptCertificate: verify,
      commonNameFallback: true,
      ciphers: 'ECDHE+AESGCM',
      minDHSize: 1_024,
    };
    expect(planTls('tls', options)).toEqual({ ...nothing, ...options });
  });

  it.each([1, 65_536])('should take the least size %i of a Diffie-Hellman group', (minDHSize) => {
    expect(planTls('tls', { minDHSize }).minDHSize).toBe(minDHSize);
  });

  it('should name every option by the path that it is given', () => {
    const path = 'proxy.tls';
    expect(planTls(path, { ca: 'PEM', cert: 'C', key: 'K' })).toMatchObject({
      ca: [{ option: 'proxy.tls.ca' }],
      cert: { option: 'proxy.tls.cert' },
      key: { option: 'proxy.tls.key' },
    });
    for (const options of [
      null,
      { CA: 1 },
      { ca: 7 },
      { crl: 7 },
      { cert: 7 },
      { key: 7 },
      { pfx: 7 },
      { passphrase: 7 },
      { servername: 7 },
      { pins: 7 },
      { verify: 7 },
      { dangerouslyAcceptCertificate: 7 },
      { commonNameFallback: 7 },
      { minVersion: 7 },
      { maxVersion: 7 },
      { ciphers: 7 },
      { minDHSize: '7' },
      { cert: 'C' },
      { key: 'K' },
      { pfx: 'P', cert: 'C' },
      { passphrase: 'pw' },
      { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' },
    ]) {
      expect(refusal(options, path)[1]).toMatch(/^proxy\.tls\b/);
    }
  });

  it.each([
    ['feed.example.com', 'feed.example.com'],
    ['FEED.example.com', 'feed.example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    // U+3002 is a dot to IDNA (CVE-2026-48618).
    ['a\u3002example', 'a.example'],
    ['under_score.example', 'under_score.example'],
    ['feed.example.com.', 'feed.example.com'],
  ])('should take the server name %s as %s', (servername, expected) => {
    expect(planTls('tls', { servername }).servername).toBe(expected);
  });

  it.each<[unknown, string]>([
    ['', "''"],
    ['127.0.0.1', "'127.0.0.1'"],
    ['::1', "'::1'"],
    ['a b', "'a b'"],
    ['feed.example.com:443', "'feed.example.com:443'"],
    ['a\nb.example', "'a\\u000ab.example'"],
    // What the URL standard takes for an IP address or for something else than a host.
    ['127.1', "'127.1'"],
    ['0x7f000001', "'0x7f000001'"],
    ['[::1]', "'[::1]'"],
    ['feed.example.com/path', "'feed.example.com/path'"],
    ['feed.example.com?query', "'feed.example.com?query'"],
    ['feed.example.com#hash', "'feed.example.com#hash'"],
  ])('should refuse the server name %j', (servername, shown) => {
    expect(refusal({ servername })).toEqual([
      OptionRangeError,
      `tls.servername: must be a host name, got ${shown}`,
    ]);
  });

  it.each<[unknown, string]>([
    [null, 'tls: must be an object, got null'],
    ['PEM', "tls: must be an object, got 'PEM'"],
    [{ CA: 'x' }, `tls.CA: is not an option; known here: ${known}`],
    [
      { rejectUnauthorized: false },
      `tls.rejectUnauthorized: is not an option; known here: ${known}`,
    ],
    [{ ca: 7 }, 'tls.ca: must be a string, bytes or { file }, got 7'],
    [{ ca: null }, 'tls.ca: must be a string, bytes or { file }, got null'],
    [{ ca: ['x', 7] }, 'tls.ca[1]: must be a string, bytes or { file }, got 7'],
    [{ cert: 7, key: 'K' }, 'tls.cert: must be a string, bytes or { file }, got 7'],
    [{ cert: 'C', key: null }, 'tls.key: must be a string, bytes or { file }, got null'],
    [{ pfx: 7 }, 'tls.pfx: must be a string, bytes or { file }, got 7'],
    [{ cert: 'C' }, 'tls.cert: is given without tls.key, its private key'],
    [{ key: 'K' }, 'tls.key: is given without tls.cert, its certificate'],
    [{ pfx: 'P', cert: 'C' }, 'tls.pfx: is given beside tls.cert or tls.key: give one of the two'],
    [{ pfx: 'P', key: 'K' }, 'tls.pfx: is given beside tls.cert or tls.key: give one of the two'],
    [
      { pfx: 'P', cert: 'C', key: 'K' },
      'tls.pfx: is given beside tls.cert or tls.key: give one of the two',
    ],
    [{ passphrase: 'pw' }, 'tls.passphrase: is given without tls.key or tls.pfx'],
    [{ key: 'K', cert: 'C', passphrase: 7 }, 'tls.passphrase: must be a string'],
    [{ servername: 7 }, 'tls.servername: must be a string, got 7'],
    [
      { minVersion: 'TLSv1.1' },
      "tls.minVersion: must be one of 'TLSv1.2', 'TLSv1.3', got 'TLSv1.1'",
    ],
    [{ minVersion: 1.3 }, "tls.minVersion: must be one of 'TLSv1.2', 'TLSv1.3', got 1.3"],
    [{ maxVersion: 'TLSv1' }, "tls.maxVersion: must be one of 'TLSv1.2', 'TLSv1.3', got 'TLSv1'"],
    [{ crl: 7 }, 'tls.crl: must be a string, bytes or { file }, got 7'],
    [{ crl: ['x', null] }, 'tls.crl[1]: must be a string, bytes or { file }, got null'],
    [{ pins: pin }, `tls.pins: must be a list of pins, got '${pin}'`],
    [{ pins: [7] }, 'tls.pins[0]: must be a string, got 7'],
    [{ verify: true }, 'tls.verify: must be a function, got true'],
    [
      { dangerouslyAcceptCertificate: true },
      'tls.dangerouslyAcceptCertificate: must be a function, got true',
    ],
    [{ commonNameFallback: 'yes' }, "tls.commonNameFallback: must be a boolean, got 'yes'"],
    [{ ciphers: ['AES'] }, 'tls.ciphers: must be a string'],
    [{ minDHSize: '2048' }, "tls.minDHSize: must be a number, got '2048'"],
  ])('should refuse %o', (options, message) => {
    expect(refusal(options)).toEqual([OptionTypeError, message]);
  });

  it.each<[unknown, string]>([
    [{ ca: '' }, 'tls.ca: is empty'],
    [{ ca: [] }, 'tls.ca: is an empty list: no server could be trusted'],
    [{ ca: ['x', ''] }, 'tls.ca[1]: is empty'],
    [{ cert: '', key: 'K' }, 'tls.cert: is empty'],
    [{ cert: 'C', key: Buffer.alloc(0) }, 'tls.key: is empty'],
    [{ pfx: '' }, 'tls.pfx: is empty'],
    [{ crl: '' }, 'tls.crl: is empty'],
    [{ ciphers: '' }, 'tls.ciphers: is empty'],
    [{ pins: [] }, 'tls.pins: is an empty list: no server could match it'],
    [{ pins: ['sha1/x'] }, "tls.pins[0]: must be sha256/ and the base64 of 32 bytes, got 'sha1/x'"],
    [
      { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' },
      'tls.maxVersion: is lower than minVersion, TLSv1.3',
    ],
    [{ minDHSize: 0 }, 'tls.minDHSize: must be a whole number from 1 to 65536, got 0'],
    [{ minDHSize: 2048.5 }, 'tls.minDHSize: must be a whole number from 1 to 65536, got 2048.5'],
    [
      { minDHSize: Infinity },
      'tls.minDHSize: must be a whole number from 1 to 65536, got Infinity',
    ],
  ])('should refuse %o, which is of the right kind', (options, message) => {
    expect(refusal(options)).toEqual([OptionRangeError, message]);
  });

  it('should never show a passphrase', () => {
    const passphrase = ['secret'];
    expect(refusal({ cert: 'C', key: 'K', passphrase })[1]).not.toContain('secret');
    expect(refusal({ passphrase: 'secret' })[1]).not.toContain('secret');
  });
});
