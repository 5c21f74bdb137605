import { randomBytes } from 'node:crypto';
import 'reflect-metadata';
import {
  AuthorityKeyIdentifierExtension,
  type Extension,
  type JsonName,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  X509CrlGenerator,
} from '@peculiar/x509';
import type { KeyOptions, SignatureHash, SigningKey } from './certificate-key.js';

const HOUR = 3_600_000;

/** What every certificate of the test kit has: a validity, a signature and a key. */
export interface CertificateOptions extends KeyOptions {
  /**
   * The first moment at which the certificate is valid.
   *
   * @defaultValue an hour ago
   */
  readonly notBefore?: Date | undefined;
  /**
   * The last moment at which the certificate is valid.
   *
   * @defaultValue in a day
   */
  readonly notAfter?: Date | undefined;
  /**
   * The hash that the issuer signs; `'SHA-1'` makes a signature that is too weak.
   *
   * @defaultValue `'SHA-256'`
   */
  readonly hash?: SignatureHash | undefined;
}

/** What a certificate revocation list says. */
export interface RevocationListOptions {
  /** The serial numbers that are revoked. */
  readonly serialNumbers: readonly string[];
  /**
   * When the list was made.
   *
   * @defaultValue an hour ago
   */
  readonly thisUpdate?: Date | undefined;
  /**
   * Until when the list holds.
   *
   * @defaultValue in a day
   */
  readonly nextUpdate?: Date | undefined;
}

/** A subject that can sign. */
export interface Signer {
  readonly commonName: string;
  readonly key: SigningKey;
}

/** Makes the certificate of `subject`, in PEM, with the signature of `signer`. */
export async function sign(
  options: CertificateOptions,
  subject: Signer,
  signer: Signer,
  extensions: readonly Extension[],
): Promise<{ readonly cert: string; readonly serialNumber: string }> {
  const { hash = 'SHA-256', notBefore = fromNow(-HOUR), notAfter = fromNow(24 * HOUR) } = options;
  // RFC 5280, 4.1.2.2 wants a positive number of at most 20 octets: the top bit stays clear, and
  // the next is set, so that no leading zero is ever cut off.
  const serial = randomBytes(16);
  serial.writeUInt8((serial.readUInt8(0) & 0x3f) | 0x40, 0);
  const serialNumber = serial.toString('hex').toUpperCase();
  const certificate = await X509CertificateGenerator.create({
    serialNumber,
    subject: nameOf(subject),
    issuer: nameOf(signer),
    notBefore,
    notAfter,
    publicKey: subject.key.publicKey,
    signingKey: await signer.key.signingKey(hash),
    signingAlgorithm: signatureOver(hash),
    extensions: [
      ...extensions,
      await SubjectKeyIdentifierExtension.create(subject.key.publicKey),
      await AuthorityKeyIdentifierExtension.create(signer.key.publicKey),
    ],
  });
  return { cert: `${certificate.toString('pem')}\n`, serialNumber };
}

/** Makes a certificate revocation list of `signer`, in PEM. */
export async function signRevocationList(
  options: RevocationListOptions,
  signer: Signer,
): Promise<string> {
  const { thisUpdate = fromNow(-HOUR), nextUpdate = fromNow(24 * HOUR) } = options;
  const list = await X509CrlGenerator.create({
    issuer: nameOf(signer),
    thisUpdate,
    nextUpdate,
    entries: options.serialNumbers.map((serialNumber) => ({
      serialNumber,
      revocationDate: thisUpdate,
    })),
    signingKey: await signer.key.signingKey('SHA-256'),
    signingAlgorithm: signatureOver('SHA-256'),
  });
  // The label of RFC 7468, 8, without which OpenSSL does not see a list; the package writes `CRL`.
  return `${list.toString('pem').replaceAll(/(BEGIN|END) CRL/g, '$1 X509 CRL')}\n`;
}

// What an RSA key says of itself takes precedence over this in @peculiar/x509.
function signatureOver(hash: SignatureHash): { readonly name: string; readonly hash: string } {
  return { name: 'ECDSA', hash };
}

function nameOf({ commonName }: Signer): JsonName {
  return commonName === '' ? [] : [{ CN: [commonName] }];
}

function fromNow(milliseconds: number): Date {
  return new Date(Date.now() + milliseconds);
}
