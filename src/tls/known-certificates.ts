import { X509Certificate } from 'node:crypto';

import { pinOf } from './pins.js';

/** A certificate that was parsed, and its pin. */
export interface KnownCertificate {
  readonly certificate: X509Certificate;
  readonly pin: string;
}

const MAX_KNOWN = 256;

// The certificates seen last, by their SHA-256: every connection to a server shows the same chain, and
// to parse it and to export its keys costs a fifth of a connect.
const known = new Map<string, KnownCertificate>();

/**
 * Gives the parsed form of a certificate, the same object for the same certificate while it is
 * remembered.
 *
 * @param raw - The certificate in DER.
 * @param fingerprint - Its SHA-256, as Node gives it.
 */
export function knownCertificate(raw: Buffer, fingerprint: string): KnownCertificate {
  const found = known.get(fingerprint);
  if (found !== undefined) return found;
  const certificate = new X509Certificate(raw);
  const made = { certificate, pin: pinOf(certificate) };
  const [oldest] = known.keys();
  if (known.size === MAX_KNOWN && oldest !== undefined) known.delete(oldest);
  known.set(fingerprint, made);
  return made;
}
