import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { OptionRangeError } from '../../src/errors/option-error.js';
import { createCertificateAuthority } from '../../src/testing/index.js';
import { readCertificates } from '../../src/tls/certificates.js';

let first: string;
let second: string;

beforeAll(async () => {
  const ca = await createCertificateAuthority({ commonName: 'first' });
  first = ca.certificate;
  second = (await ca.issueIntermediate({ commonName: 'second' })).certificate;
});

const subjects = (content: string | Buffer): readonly string[] =>
  readCertificates({ option: 'tls.ca', bytes: Buffer.from(content) }).map((each) => each.subject);

const der = (pem: string): Buffer => new X509Certificate(pem).raw;

describe('readCertificates', () => {
  it('should read one certificate in PEM', () => {
    expect(subjects(first)).toEqual(['CN=first']);
  });

  it('should read several in their order', () => {
    expect(subjects(second + first)).toEqual(['CN=second', 'CN=first']);
  });

  it('should read one in DER', () => {
    expect(subjects(der(first))).toEqual(['CN=first']);
  });

  it.each([
    ['text around the blocks', () => `# root\n${first}\nsubject=CN = second\n${second}\n# end`],
    ['Windows line ends', () => (first + second).replaceAll('\n', '\r\n')],
    ['a byte order mark', () => `\ufeff${first}${second}`],
    ['no line break at the end', () => (first + second).trimEnd()],
    ['the old labels', () => relabel(first, 'X509 ') + relabel(second, 'TRUSTED ')],
    ['a private key in between', () => `${first}${key}${second}`],
    // What `openssl s_client -showcerts` prints; 0 is also the first byte of DER.
    ['text that begins with a 0', () => `0 s:CN=first\n${first} 1 s:CN=second\n${second}`],
  ])('should read PEM with %s', (_name, content) => {
    expect(subjects(content())).toEqual(['CN=first', 'CN=second']);
  });

  it.each([
    ['nothing', ''],
    ['text', 'not a certificate'],
    ['a key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'],
    ['half a block', '-----BEGIN CERTIFICATE-----\nAAAA\n'],
    ['other bytes', Buffer.of(1, 2, 3)],
  ])('should refuse %s', (_name, content) => {
    expect(() => subjects(content)).toThrow(new OptionRangeError('tls.ca', 'holds no certificate'));
  });

  it('should tell which certificate cannot be parsed, with the cause', () => {
    const damaged = `${first}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`;
    expect(() => subjects(damaged)).toThrow(
      expect.objectContaining({
        message: 'tls.ca: certificate 2 cannot be parsed',
        option: 'tls.ca',
        cause: expect.any(Error) as unknown,
      }),
    );
    expect(() => subjects(damaged)).toThrow(OptionRangeError);
  });

  it('should tell of DER that is cut off', () => {
    expect(() => subjects(der(first).subarray(0, 100))).toThrow(
      new OptionRangeError('tls.ca', 'certificate 1 cannot be parsed'),
    );
  });
});

const key = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n';

function relabel(pem: string, prefix: string): string {
  return pem.replaceAll('CERTIFICATE', `${prefix}CERTIFICATE`);
}
