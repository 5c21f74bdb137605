import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';

import { OptionRangeError } from '../errors/option-error.js';
import { readCertificates } from './certificates.js';
import type { LoadedMaterial } from './material.js';

/** The client's certificate. */
export interface ClientCertificate {
  /** The path of the option that holds it. */
  readonly option: string;
  readonly leaf: X509Certificate;
}

/** The client's certificate chain and its decrypted private key, both as PEM. */
export interface KeyPair extends ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

/** A PKCS #12 archive that opens. */
export interface Pfx extends ClientCertificate {
  readonly pfx: Buffer;
}

/**
 * Reads a certificate and its private key, and checks that they belong together.
 *
 * @throws OptionRangeError naming the certificate, the key or `passphrase`.
 */
export function readKeyPair(
  cert: LoadedMaterial,
  key: LoadedMaterial,
  passphrase: string | undefined,
): KeyPair {
  const chain = readCertificates(cert);
  const privateKey = readPrivateKey(key, passphrase);
  const [leaf] = chain;
  if (leaf?.checkPrivateKey(privateKey) !== true) {
    throw new OptionRangeError(
      key.option,
      `does not fit ${cert.option}: it is not the private key of its first certificate`,
    );
  }
  return {
    option: cert.option,
    leaf,
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
      throw new OptionRangeError(passphraseOf(option), `is missing: ${option} is encrypted`, {
        cause,
      });
    }
    // A wrong passphrase does not always show as such: what it decrypts to may pass for padding.
    if (passphrase !== undefined && (!isPem || isEncrypted)) {
      throw new OptionRangeError(passphraseOf(option), `does not decrypt ${option}`, { cause });
    }
    throw new OptionRangeError(option, 'holds no private key that can be parsed', { cause });
  }
}

function isMissingPassphrase(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MISSING_PASSPHRASE';
}

/**
 * Reads a PKCS #12 archive, and checks that it opens with `passphrase`.
 *
 * @throws OptionRangeError naming the archive or `passphrase`.
 */
export function readPfx(loaded: LoadedMaterial, passphrase: string | undefined): Pfx {
  const { option } = loaded;
  const pfx = decodeBase64(loaded.bytes);
  const leaf = leafOf(pfx, option, passphrase);
  if (leaf === undefined) throw new OptionRangeError(option, 'holds no certificate with its key');
  return { option, leaf, pfx };
}

function leafOf(
  pfx: Buffer,
  option: string,
  passphrase: string | undefined,
): X509Certificate | undefined {
  try {
    const secureContext = createSecureContext({
      pfx,
      ...(passphrase === undefined ? {} : { passphrase }),
    });
    // Node has no reader for the archive, but a socket tells which certificate it would show.
    const socket = new TLSSocket(new Duplex(), { secureContext });
    const { raw } = socket.getCertificate() as { readonly raw?: Buffer };
    socket.destroy();
    return raw && new X509Certificate(raw);
  } catch (error) {
    throw pfxError(option, passphrase, error);
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
      ? new OptionRangeError(passphraseOf(option), `is missing: ${option} is encrypted`, { cause })
      : new OptionRangeError(passphraseOf(option), `does not open ${option}`, { cause });
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

// Extended key usage, RFC 5280 section 4.2.1.12.
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const ANY_USAGE = '2.5.29.37.0';

/**
 * Checks that a client certificate may be used now, and by a client.
 *
 * @throws OptionRangeError naming the option that holds it.
 */
export function checkUsable({ option, leaf }: ClientCertificate): void {
  const now = Date.now();
  if (now > Date.parse(leaf.validTo)) {
    throw new OptionRangeError(option, `has expired: it was valid until ${leaf.validTo}`);
  }
  if (now < Date.parse(leaf.validFrom)) {
    throw new OptionRangeError(option, `is not valid yet: it is from ${leaf.validFrom} on`);
  }
  // Undefined when the certificate does not restrict its use, whatever the type says.
  const usages = leaf.keyUsage as readonly string[] | undefined;
  if (usages !== undefined && !usages.includes(CLIENT_AUTH) && !usages.includes(ANY_USAGE)) {
    throw new OptionRangeError(option, 'is not meant for clients (no clientAuth usage in it)');
  }
}

function passphraseOf(option: string): string {
  return option.replace(/[^.]*$/, 'passphrase');
}

function decodeBase64(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  return /^[\sA-Za-z0-9+/]+={0,2}\s*$/.test(text) ? Buffer.from(text, 'base64') : bytes;
}
