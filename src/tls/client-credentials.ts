import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createSecureContext } from 'node:tls';

import { OptionRangeError } from '../errors/option-error.js';
import { readCertificates } from './certificates.js';
import type { LoadedMaterial } from './material.js';

/** The client's certificate chain and its decrypted private key, both as PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/**
 * Reads a certificate and its private key, and checks that they belong together.
 *
 * @throws OptionRangeError naming `tls.cert`, `tls.key` or `tls.passphrase`.
 */
export function readKeyPair(
  cert: LoadedMaterial,
  key: LoadedMaterial,
  passphrase: string | undefined,
): KeyPair {
  const chain = readCertificates(cert);
  const privateKey = readPrivateKey(key, passphrase);
  if (chain[0]?.checkPrivateKey(privateKey) !== true) {
    throw new OptionRangeError(
      key.option,
      `does not fit ${cert.option}: it is not the private key of its first certificate`,
    );
  }
  return {
    cert: chain.map(String).join(''),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function readPrivateKey(loaded: LoadedMaterial, passphrase: string | undefined): KeyObject {
  const { option, bytes } = loaded;
  const isPem = bytes.includes('-----BEGIN ');
  try {
    return createPrivateKey({
      key: bytes,
      ...(isPem ? { format: 'pem' } : { format: 'der', type: 'pkcs8' }),
      ...(passphrase === undefined ? {} : { passphrase }),
    });
  } catch (cause) {
    // Whether DER is encrypted shows only in Node's answer.
    const isEncrypted = isPem ? bytes.includes('ENCRYPTED') : isMissingPassphrase(cause);
    if (passphrase === undefined && isEncrypted) {
      throw new OptionRangeError('tls.passphrase', `is missing: ${option} is encrypted`, { cause });
    }
    // A wrong passphrase does not always show as such: what it decrypts to may pass for padding.
    if (passphrase !== undefined && (!isPem || isEncrypted)) {
      throw new OptionRangeError('tls.passphrase', `does not decrypt ${option}`, { cause });
    }
    throw new OptionRangeError(option, 'holds no private key that can be parsed', { cause });
  }
}

function isMissingPassphrase(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MISSING_PASSPHRASE';
}

/**
 * Gives the bytes of a PKCS #12 archive after checking that it opens with `passphrase`.
 *
 * @throws OptionRangeError naming `tls.pfx` or `tls.passphrase`.
 */
export function readPfx(loaded: LoadedMaterial, passphrase: string | undefined): Buffer {
  const pfx = decodeBase64(loaded.bytes);
  try {
    createSecureContext({ pfx, ...(passphrase === undefined ? {} : { passphrase }) });
    return pfx;
  } catch (error) {
    throw pfxError(loaded.option, passphrase, error);
  }
}

function pfxError(
  option: string,
  passphrase: string | undefined,
  cause: unknown,
): OptionRangeError {
  const message = String(cause);
  if (message.includes('mac verify failure')) {
    return passphrase === undefined
      ? new OptionRangeError('tls.passphrase', `is missing: ${option} is encrypted`, { cause })
      : new OptionRangeError('tls.passphrase', `does not open ${option}`, { cause });
  }
  if (message.includes('Unsupported')) {
    return new OptionRangeError(
      option,
      'is encrypted with an algorithm that OpenSSL 3 no longer reads; export it again with AES',
      { cause },
    );
  }
  if (message.includes('from PFX data') || message.includes('mismatch')) {
    return new OptionRangeError(option, 'holds no certificate with its private key', { cause });
  }
  return new OptionRangeError(option, 'is not a PKCS #12 archive', { cause });
}

function decodeBase64(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  return /^[\sA-Za-z0-9+/]+={0,2}\s*$/.test(text) ? Buffer.from(text, 'base64') : bytes;
}
