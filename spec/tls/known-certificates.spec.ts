import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCertificateAuthority } from '../../src/testing/index.js';
import { knownCertificate } from '../../src/tls/known-certificates.js';
import { pinOf } from '../../src/tls/pins.js';

describe('knownCertificate', () => {
  let one: X509Certificate;
  let two: X509Certificate;

  beforeAll(async () => {
    one = new X509Certificate((await createCertificateAuthority()).certificate);
    two = new X509Certificate((await createCertificateAuthority()).certificate);
  });

  it('should give the certificate and its pin', () => {
    const { certificate, pin } = knownCertificate(one.raw, one.fingerprint256);
    expect(certificate).toBeInstanceOf(X509Certificate);
    expect(certificate.raw).toEqual(one.raw);
    expect(pin).toBe(pinOf(one));
  });

  it('should tell one certificate from another', () => {
    const { certificate, pin } = knownCertificate(two.raw, two.fingerprint256);
    expect(certificate.raw).toEqual(two.raw);
    expect(pin).toBe(pinOf(two));
  });

  it('should give the same again, whatever buffer holds it', () => {
    const found = knownCertificate(one.raw, one.fingerprint256);
    expect(knownCertificate(Buffer.from(one.raw), one.fingerprint256)).toBe(found);
  });

  it('should remember the 256 that it parsed last, and parse the others again', () => {
    const first = knownCertificate(one.raw, 'first');
    for (let each = 1; each < 256; each += 1) knownCertificate(two.raw, `other ${each}`);
    expect(knownCertificate(one.raw, 'first')).toBe(first);
    knownCertificate(two.raw, 'one too many');
    const again = knownCertificate(one.raw, 'first');
    expect(again).not.toBe(first);
    expect(again.pin).toBe(first.pin);
    expect(knownCertificate(two.raw, 'one too many').pin).toBe(pinOf(two));
  });

  it('should not remember what cannot be parsed', () => {
    for (const raw of [Buffer.from('nothing'), one.raw.subarray(0, 20)]) {
      expect(() => knownCertificate(raw, 'broken')).toThrow();
    }
    expect(knownCertificate(one.raw, 'broken').pin).toBe(pinOf(one));
  });
});
