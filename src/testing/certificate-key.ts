import { createPrivateKey, KeyObject, webcrypto } from 'node:crypto';

/** The signature hashes that a certificate of the test kit can carry. */
export type SignatureHash = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';

/** How the key pair behind a certificate is made. */
export interface KeyOptions {
  /**
   * The kind of key.
   *
   * @defaultValue `'ec'`
   */
  readonly keyType?: 'ec' | 'rsa' | undefined;
  /**
   * The curve of an EC key.
   *
   * @defaultValue `'P-256'`
   */
  readonly namedCurve?: 'P-256' | 'P-384' | 'P-521' | undefined;
  /**
   * The length of an RSA key in bits; 1024 makes one that is too weak.
   *
   * @defaultValue 2048
   */
  readonly modulusLength?: number | undefined;
}

/** A key pair that can sign with any of the hashes. */
export interface SigningKey {
  readonly publicKey: webcrypto.CryptoKey;
  /** The private key as PKCS#8 PEM. */
  readonly pem: string;
  /** The private key for signatures over `hash`. */
  readonly signingKey: (hash: SignatureHash) => Promise<webcrypto.CryptoKey>;
}

/** Makes a key pair in memory. */
export async function generateKey(options: KeyOptions): Promise<SigningKey> {
  const { keyType = 'ec', namedCurve = 'P-256', modulusLength = 2048 } = options;
  const algorithm = (hash: SignatureHash) =>
    keyType === 'ec' ? { name: 'ECDSA', namedCurve } : { name: 'RSASSA-PKCS1-v1_5', hash };
  const pair = await webcrypto.subtle.generateKey(
    { ...algorithm('SHA-256'), modulusLength, publicExponent: Uint8Array.of(1, 0, 1) },
    true,
    ['sign', 'verify'],
  );
  const der = await webcrypto.subtle.exportKey('pkcs8', pair.privateKey);
  return {
    publicKey: pair.publicKey,
    pem: String(KeyObject.from(pair.privateKey).export({ type: 'pkcs8', format: 'pem' })),
    // WebCrypto ties an RSA key to one hash, so that the key is imported anew for each.
    signingKey: (hash) =>
      webcrypto.subtle.importKey('pkcs8', der, algorithm(hash), false, ['sign']),
  };
}

/**
 * Gives the private key `keyPem` as an encrypted PKCS#8 PEM (AES-256-CBC), for a client that is
 * configured with a passphrase.
 *
 * @param keyPem - A private key, as `issue` of a {@link CertificateAuthority} gives it.
 * @param passphrase - What the key is encrypted with.
 * @returns The PEM block `ENCRYPTED PRIVATE KEY`.
 * @throws Error of node:crypto when `keyPem` is not a private key in PEM.
 *
 * @example
 * ```ts
 * import { createCertificateAuthority, encryptKey } from 'rx-wss/testing';
 *
 * const ca = await createCertificateAuthority();
 * const client = await ca.issue({ commonName: 'trader-7', usage: 'client' });
 * const key = encryptKey(client.key, 'correct horse');
 * ```
 */
export function encryptKey(keyPem: string, passphrase: string): string {
  return String(
    createPrivateKey(keyPem).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase,
    }),
  );
}
