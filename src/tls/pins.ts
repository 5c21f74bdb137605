import { createHash } from 'node:crypto';
import type { X509Certificate } from 'node:crypto';

import { show } from '../errors/option-checks.js';
import { OptionRangeError, OptionTypeError } from '../errors/option-error.js';

// SHA-256 gives 32 bytes: 43 characters of base64 and one of padding.
const PIN = /^sha256\/[A-Za-z0-9+/]{43}=$/;
const HASH_LENGTH = 32;

/**
 * Gives the pin of a certificate: the SHA-256 of its public key (SPKI, RFC 7469 section 2.4).
 *
 * @param certificate - Any certificate of a chain.
 * @returns The pin, `sha256/BASE64`.
 */
export function pinOf(certificate: X509Certificate): string {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return `sha256/${createHash('sha256').update(spki).digest('base64')}`;
}

/** Throws unless `pins` is a list of well-formed pins. */
export function checkPins(option: string, pins: unknown): readonly string[] | undefined {
  if (pins === undefined) return undefined;
  if (!Array.isArray(pins)) {
    throw new OptionTypeError(option, `must be a list of pins, got ${show(pins)}`);
  }
  if (pins.length === 0) {
    throw new OptionRangeError(option, 'is an empty list: no server could match it');
  }
  return pins.map((pin: unknown, index) => checkPin(`${option}[${index}]`, pin));
}

function checkPin(option: string, pin: unknown): string {
  if (typeof pin !== 'string') {
    throw new OptionTypeError(option, `must be a string, got ${show(pin)}`);
  }
  // The last character carries bits that are not part of the hash: only one spelling is right.
  const isCanonical =
    PIN.test(pin) &&
    Buffer.from(pin.slice('sha256/'.length), 'base64').toString('base64') ===
      pin.slice('sha256/'.length);
  if (!isCanonical) {
    throw new OptionRangeError(
      option,
      `must be sha256/ and the base64 of ${HASH_LENGTH} bytes, got ${show(pin)}`,
    );
  }
  return pin;
}
