import { createPrivateKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encryptKey, generateKey } from '../../src/testing/certificate-key.js';

describe('generateKey', () => {
  it.each([
    { options: {}, type: 'ec', details: { namedCurve: 'prime256v1' } },
    { options: { namedCurve: 'P-384' }, type: 'ec', details: { namedCurve: 'secp384r1' } },
    { options: { keyType: 'rsa' }, type: 'rsa', details: { modulusLength: 2048 } },
    {
      options: { keyType: 'rsa', modulusLength: 1024 },
      type: 'rsa',
      details: { modulusLength: 1024, publicExponent: 65_537n },
    },
  ] as const)('should make a key of $options', async ({ options, type, details }) => {
    const { pem } = await generateKey(options);
    const key = createPrivateKey(pem);
    expect(pem).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(key.asymmetricKeyType).toBe(type);
    expect(key.asymmetricKeyDetails).toMatchObject(details);
  });

  it('should sign over each hash with an RSA key, which WebCrypto ties to one', async () => {
    const { signingKey } = await generateKey({ keyType: 'rsa', modulusLength: 1024 });
    for (const hash of ['SHA-1', 'SHA-512'] as const) {
      expect((await signingKey(hash)).algorithm).toMatchObject({ hash: { name: hash } });
    }
  });
});

describe('encryptKey', () => {
  it('should give the same key to who knows the passphrase, and to nobody else', async () => {
    const { pem } = await generateKey({});
    const encrypted = encryptKey(pem, 'open sesame');
    expect(encrypted).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);
    const key = createPrivateKey({ key: encrypted, passphrase: 'open sesame' });
    expect(key.export({ type: 'pkcs8', format: 'pem' })).toBe(pem);
    expect(() => createPrivateKey({ key: encrypted, passphrase: 'wrong' })).toThrow();
  });

  it('should refuse what is not a key', () => {
    expect(() => encryptKey('no key', 'open sesame')).toThrow();
  });
});
