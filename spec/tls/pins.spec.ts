import { createHash, webcrypto, X509Certificate } from 'node:crypto';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import { createCertificateAuthority } from '../../src/testing/index.js';
import type { CertificateAuthority } from '../../src/testing/index.js';
import { checkPins, pinOf } from '../../src/tls/pins.js';

let ca: CertificateAuthority;

beforeAll(async () => {
  ca = await createCertificateAuthority();
});

const pinOfHash = (hash: Uint8Array): string => `sha256/${Buffer.from(hash).toString('base64')}`;

// The pin as openssl makes it from the public key in PEM: x509 -pubkey -noout | pkey -pubin -outform
// der | dgst -sha256 -binary | base64.
function opensslPin(certificate: X509Certificate): string {
  const pem = certificate.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\n/g, ''), 'base64');
  return pinOfHash(createHash('sha256').update(der).digest());
}

describe('pinOf', () => {
  it.each(['ec', 'rsa'] as const)('should be what openssl makes of an %s key', async (keyType) => {
    const { cert } = await ca.issue({ commonName: 'x', usage: 'server', keyType });
    const certificate = new X509Certificate(cert);
    expect(pinOf(certificate)).toBe(opensslPin(certificate));
    expect(pinOf(certificate)).toMatch(/^sha256\/[A-Za-z0-9+/]{43}=$/);
  });

  it('should be the hash of the SPKI that WebCrypto exports', async () => {
    const { cert } = await ca.issue({ commonName: 'x', usage: 'server' });
    const certificate = new X509Certificate(cert);
    const key = certificate.publicKey.export({ type: 'spki', format: 'der' });
    const hash = await webcrypto.subtle.digest('SHA-256', key);
    expect(pinOf(certificate)).toBe(pinOfHash(new Uint8Array(hash)));
  });

  it('should depend on the key alone, so that it outlives a renewal', async () => {
    const one = new X509Certificate(ca.certificate);
    const intermediate = await ca.issueIntermediate();
    const other = new X509Certificate(intermediate.certificate);
    expect(pinOf(one)).toBe(pinOf(new X509Certificate(one.raw)));
    expect(pinOf(other)).not.toBe(pinOf(one));
  });

  it('should pass its own check', () => {
    const pin = pinOf(new X509Certificate(ca.certificate));
    expect(checkPins('tls.pins', [pin])).toEqual([pin]);
  });
});

describe('checkPins', () => {
  const refusal = (pins: unknown): unknown => {
    try {
      checkPins('tls.pins', pins);
    } catch (error) {
      return error;
    }
    throw new Error('nothing was thrown');
  };
  const zeros = `sha256/${'A'.repeat(43)}=`;
  const shape = 'must be sha256/ and the base64 of 32 bytes, got';

  it('should give nothing for nothing', () => {
    expect(checkPins('tls.pins', undefined)).toBeUndefined();
  });

  it('should give the pins as they are', () => {
    const pins = [zeros, `sha256/${'+/'.repeat(21)}8=`];
    expect(checkPins('tls.pins', pins)).toEqual(pins);
  });

  it.each<[unknown, string]>([
    [null, 'tls.pins: must be a list of pins, got null'],
    [zeros, `tls.pins: must be a list of pins, got '${zeros}'`],
    [{ 0: zeros }, 'tls.pins: must be a list of pins, got an object'],
    [[zeros, 7], 'tls.pins[1]: must be a string, got 7'],
    [[undefined], 'tls.pins[0]: must be a string, got undefined'],
    [[Buffer.from(zeros)], 'tls.pins[0]: must be a string, got an object'],
  ])('should refuse %o', (pins, message) => {
    expect(refusal(pins)).toEqual(
      new OptionTypeError(message.split(': ')[0] ?? '', message.slice(message.indexOf(' ') + 1)),
    );
  });

  it('should refuse an empty list', () => {
    expect(refusal([])).toEqual(
      new OptionRangeError('tls.pins', 'is an empty list: no server could match it'),
    );
  });

  it.each([
    ['empty', ''],
    ['without the hash', 'A'.repeat(43)],
    ['without a slash', `sha256${'A'.repeat(43)}=`],
    ['as RFC 7469 writes it', `pin-sha256="${'A'.repeat(43)}="`],
    ['as curl writes it', `sha256//${'A'.repeat(43)}=`],
    ['as CSP writes it', `sha256-${'A'.repeat(43)}=`],
    ['with another hash', `sha1/${'A'.repeat(27)}=`],
    ['with a long hash', `sha512/${'A'.repeat(86)}==`],
    ['in upper case', `SHA256/${'A'.repeat(43)}=`],
    ['without padding', `sha256/${'A'.repeat(43)}`],
    ['with more padding', `sha256/${'A'.repeat(43)}==`],
    ['too short', `sha256/${'A'.repeat(42)}=`],
    ['too long', `sha256/${'A'.repeat(44)}=`],
    ['in base64url', `sha256/${'-_'.repeat(21)}8=`],
    ['in hexadecimal', `sha256/${'0'.repeat(64)}`],
    ['with a space before', ` sha256/${'A'.repeat(43)}=`],
    ['with a line break after', `sha256/${'A'.repeat(43)}=\n`],
    ['two in one', `${zeros} ${zeros}`],
    // The last character has two bits too many.
    ['with stray bits', `sha256/${'A'.repeat(42)}B=`],
  ])('should refuse a pin %s', (_name, pin) => {
    const error = refusal([zeros, pin]);
    expect(error).toBeInstanceOf(OptionRangeError);
    expect(error).toMatchObject({ option: 'tls.pins[1]' });
    expect(String(error)).toContain(`tls.pins[1]: ${shape} '`);
  });

  it('should take the pin of any hash, and no other spelling of it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (hash) => {
        const pin = pinOfHash(hash);
        expect(checkPins('tls.pins', [pin])).toEqual([pin]);
        const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
        for (const each of last) {
          const spelt = `${pin.slice(0, -2)}${each}=`;
          const sameBytes = Buffer.from(spelt.slice(7), 'base64').equals(hash);
          if (!sameBytes || spelt === pin) continue;
          expect(() => checkPins('tls.pins', [spelt])).toThrow(OptionRangeError);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('should refuse the pin of anything that is not 32 bytes long', () => {
    const bytes = fc.uint8Array({ maxLength: 64 }).filter(({ length }) => length !== 32);
    fc.assert(
      fc.property(bytes, (hash) => {
        expect(() => checkPins('tls.pins', [pinOfHash(hash)])).toThrow(OptionRangeError);
      }),
    );
  });
});
