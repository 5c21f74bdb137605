import { isIP } from 'node:net';
import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  Extension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
} from '@peculiar/x509';
import { OptionTypeError } from '../errors/option-error.js';

/** What a leaf certificate may be used for. */
export type CertificateUsage = 'server' | 'client';

/** The DNS names that certificates under an authority may, or may not, carry. */
export interface NameConstraints {
  /** Domains that are allowed; everything below them is too, everything else is not. */
  readonly permittedDns?: readonly string[] | undefined;
  /** Domains that are refused with everything below them. */
  readonly excludedDns?: readonly string[] | undefined;
}

/** An extension that the kit does not know of. */
export interface ExtensionOptions {
  /** Its object identifier, e.g. `'1.3.6.1.5.5.7.1.24'` for the TLS features of RFC 7633. */
  readonly oid: string;
  /**
   * Whether whoever does not know it must refuse the certificate.
   *
   * @defaultValue `false`
   */
  readonly isCritical?: boolean | undefined;
  /** Its value in DER. */
  readonly value: Uint8Array<ArrayBuffer>;
}

/** Gives extensions of any kind. */
export function otherExtensions(extensions: readonly ExtensionOptions[] = []): Extension[] {
  return extensions.map(
    ({ oid, isCritical = false, value }) => new Extension(oid, isCritical, value),
  );
}

/** Gives the subject alternative names, or none when there are no names. */
export function subjectAlternativeNames(
  dns: readonly string[] = [],
  ip: readonly string[] = [],
  isCritical = false,
): Extension[] {
  for (const [index, address] of ip.entries()) {
    if (isIP(address) === 0) {
      throw new OptionTypeError(`ip[${index}]`, `must be an IP address, got '${address}'`);
    }
  }
  const names = [
    ...dns.map((value) => ({ type: 'dns' as const, value })),
    ...ip.map((value) => ({ type: 'ip' as const, value })),
  ];
  return names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names, isCritical)];
}

/** Gives the extensions that make a certificate a leaf for `usages`. */
export function leafExtensions(
  usages: readonly CertificateUsage[],
  keyType: 'ec' | 'rsa',
): Extension[] {
  const { digitalSignature, keyEncipherment } = KeyUsageFlags;
  return [
    new BasicConstraintsExtension(false, undefined, true),
    keyType === 'rsa'
      ? new KeyUsagesExtension(digitalSignature | keyEncipherment, true)
      : new KeyUsagesExtension(digitalSignature, true),
    new ExtendedKeyUsageExtension(
      usages.map((usage) =>
        usage === 'server' ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth,
      ),
    ),
  ];
}

/** Gives the extensions that make a certificate an authority, or one that only looks like it. */
export function authorityExtensions(
  isAuthority: boolean,
  pathLength: number | undefined,
  constraints: NameConstraints | undefined,
): Extension[] {
  return [
    new BasicConstraintsExtension(isAuthority, isAuthority ? pathLength : undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ...(constraints === undefined ? [] : [nameConstraints(constraints)]),
  ];
}

// RFC 5280, 4.2.1.10: SEQUENCE { [0] permitted, [1] excluded }, each of SEQUENCE { [2] dNSName }.
function nameConstraints({ permittedDns = [], excludedDns = [] }: NameConstraints): Extension {
  const subtrees = (tag: number, names: readonly string[]): Buffer =>
    names.length === 0
      ? Buffer.alloc(0)
      : der(tag, ...names.map((name) => der(0x30, der(0x82, Buffer.from(name, 'latin1')))));
  const value = der(0x30, subtrees(0xa0, permittedDns), subtrees(0xa1, excludedDns));
  return new Extension('2.5.29.30', true, value);
}

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  // The long form of a length with two bytes is enough for anything a test asks for.
  const length =
    content.length < 0x80 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
