import { describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import { planTls } from '../../src/tls/tls-options.js';

/** The error that `planTls` throws, as class and message. */
function refusal(options: unknown): readonly [unknown, string] {
  try {
    planTls(options);
  } catch (error) {
    if (error instanceof Error) return [error.constructor, error.message];
  }
  throw new Error('nothing was thrown');
}

describe('planTls', () => {
  const nothing = {
    ca: undefined,
    cert: undefined,
    key: undefined,
    pfx: undefined,
    passphrase: undefined,
    servername: undefined,
    minVersion: 'TLSv1.2',
  };

  it.each([undefined, {}, { ca: undefined, cert: undefined, minVersion: undefined }])(
    'should fill in the defaults of %o',
    (options) => {
      expect(planTls(options)).toEqual(nothing);
    },
  );

  it('should give one trust anchor the path of the option', () => {
    expect(planTls({ ca: 'PEM' }).ca).toEqual([{ option: 'tls.ca', material: 'PEM' }]);
  });

  it('should give each of several trust anchors a path of its own', () => {
    expect(planTls({ ca: ['PEM', { file: 'b.pem' }] }).ca).toEqual([
      { option: 'tls.ca[0]', material: 'PEM' },
      { option: 'tls.ca[1]', material: { file: 'b.pem' } },
    ]);
  });

  it('should plan a certificate with its key and passphrase', () => {
    const options = { cert: 'C', key: Buffer.of(1), passphrase: '' };
    expect(planTls(options)).toEqual({
      ...nothing,
      cert: { option: 'tls.cert', material: 'C' },
      key: { option: 'tls.key', material: Buffer.of(1) },
      passphrase: '',
    });
  });

  it('should plan an archive with its passphrase', () => {
    expect(planTls({ pfx: { file: 'me.p12' }, passphrase: 'pw' })).toEqual({
      ...nothing,
      pfx: { option: 'tls.pfx', material: { file: 'me.p12' } },
      passphrase: 'pw',
    });
  });

  it.each(['TLSv1.2', 'TLSv1.3'])('should take the version %s', (minVersion) => {
    expect(planTls({ minVersion }).minVersion).toBe(minVersion);
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
    expect(planTls({ servername }).servername).toBe(expected);
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
    [
      { CA: 'x' },
      'tls.CA: is not an option; known here: ca, cert, key, pfx, passphrase, servername, minVersion',
    ],
    [
      { rejectUnauthorized: false },
      'tls.rejectUnauthorized: is not an option; known here: ca, cert, key, pfx, passphrase, servername, minVersion',
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
  ])('should refuse %o, which is of the right kind', (options, message) => {
    expect(refusal(options)).toEqual([OptionRangeError, message]);
  });

  it('should never show a passphrase', () => {
    const passphrase = ['secret'];
    expect(refusal({ cert: 'C', key: 'K', passphrase })[1]).not.toContain('secret');
    expect(refusal({ passphrase: 'secret' })[1]).not.toContain('secret');
  });
});
