import { randomBytes } from 'node:crypto';
import {
  authorityExtensions,
  type CertificateUsage,
  type ExtensionOptions,
  leafExtensions,
  type NameConstraints,
  otherExtensions,
  subjectAlternativeNames,
} from './certificate-extensions.js';
import { generateKey } from './certificate-key.js';
import {
  type CertificateOptions,
  type RevocationListOptions,
  sign,
  type Signer,
  signRevocationList,
} from './certificate-signing.js';

/** What a certificate authority is made of. */
export interface AuthorityOptions extends CertificateOptions {
  /**
   * The common name of its subject.
   *
   * @defaultValue `'rx-wss test authority …'` with a number of its own: of two authorities with one
   * name OpenSSL takes the one for the other's issuer
   */
  readonly commonName?: string | undefined;
  /**
   * How many intermediates may stand between it and a leaf.
   *
   * @defaultValue no limit
   */
  readonly pathLength?: number | undefined;
  /**
   * Whether its certificate says that it may issue others; `false` makes chains that must fail.
   *
   * @defaultValue `true`
   */
  readonly isAuthority?: boolean | undefined;
  /** The DNS names that it may issue certificates for. */
  readonly nameConstraints?: NameConstraints | undefined;
}

/** What a leaf certificate is made of. */
export interface LeafOptions extends CertificateOptions {
  /** The common name of the subject; `''` makes an empty subject and the names critical. */
  readonly commonName: string;
  /** What the certificate is for. */
  readonly usage: CertificateUsage | readonly CertificateUsage[];
  /**
   * The DNS names it holds for. With `dns: []` and no `ip` it has a common name only.
   *
   * @defaultValue `['localhost']` for a server when `ip` is not given either
   */
  readonly dns?: readonly string[] | undefined;
  /**
   * The IPv4 and IPv6 addresses it holds for.
   *
   * @defaultValue `['127.0.0.1', '::1']` for a server when `dns` is not given either
   */
  readonly ip?: readonly string[] | undefined;
  /**
   * Whether it is signed with its own key instead of the authority's.
   *
   * @defaultValue `false`
   */
  readonly isSelfSigned?: boolean | undefined;
  /** More extensions, such as one that asks for a stapled OCSP answer. */
  readonly extensions?: readonly ExtensionOptions[] | undefined;
}

/** A leaf certificate with its key. */
export interface IssuedCertificate {
  /** The leaf alone, in PEM. */
  readonly cert: string;
  /** The private key, in PEM (PKCS#8). */
  readonly key: string;
  /** The leaf and the intermediates above it, without the root, in PEM: what a peer presents. */
  readonly chain: string;
  /** The serial number in upper-case hexadecimal, as `X509Certificate` of node:crypto shows it. */
  readonly serialNumber: string;
}

/** A certificate authority that lives in memory. */
export interface CertificateAuthority {
  /** Its certificate in PEM; that of a root is what a client trusts. */
  readonly certificate: string;
  /** Its private key in PEM (PKCS#8). */
  readonly key: string;
  /** Its certificate and those above it, without the root, in PEM: empty for a root. */
  readonly chain: string;
  /** Its serial number in upper-case hexadecimal. */
  readonly serialNumber: string;
  /**
   * Issues a certificate for a server, a client or both.
   *
   * @throws OptionTypeError (as a rejection) when an `ip` is not an IP address.
   */
  issue(options: LeafOptions): Promise<IssuedCertificate>;
  /** Issues an authority below this one. */
  issueIntermediate(options?: AuthorityOptions): Promise<CertificateAuthority>;
  /** Signs a certificate revocation list, in PEM, as the `crl` option of node:tls takes it. */
  issueRevocationList(options: RevocationListOptions): Promise<string>;
}

/**
 * Makes a root certificate authority in memory, for servers and clients that check each other.
 *
 * @remarks
 * Nothing touches the disk and no openssl is called. It needs `@peculiar/x509` and `reflect-metadata`
 * beside this package. It does not make PKCS#12 files: use `openssl pkcs12 -export` on what it
 * issues.
 *
 * @param options - The subject, validity, key and constraints of the root.
 * @returns The authority; each call makes another one.
 *
 * @example
 * ```ts
 * import { createCertificateAuthority, createWssServer } from 'rx-wss/testing';
 *
 * const ca = await createCertificateAuthority();
 * const { chain, key } = await ca.issue({ commonName: 'localhost', usage: 'server' });
 * const client = await ca.issue({ commonName: 'trader-7', usage: 'client' });
 * await using server = await createWssServer({
 *   tls: { cert: chain, key, ca: ca.certificate, requestCert: true },
 * });
 * ```
 */
export async function createCertificateAuthority(
  options: AuthorityOptions = {},
): Promise<CertificateAuthority> {
  return createAuthority(options, undefined);
}

/** An authority that can issue: what signs, and what is presented with what it signs. */
interface Issuer extends Signer {
  readonly chain: string;
}

async function createAuthority(
  options: AuthorityOptions,
  parent: Issuer | undefined,
): Promise<CertificateAuthority> {
  const { commonName = uniqueName(), isAuthority = true } = options;
  const subject: Signer = { commonName, key: await generateKey(options) };
  const extensions = authorityExtensions(isAuthority, options.pathLength, options.nameConstraints);
  const { cert, serialNumber } = await sign(options, subject, parent ?? subject, extensions);
  const issuer: Issuer = { ...subject, chain: parent === undefined ? '' : cert + parent.chain };
  return {
    certificate: cert,
    key: subject.key.pem,
    chain: issuer.chain,
    serialNumber,
    issue: (leaf) => issueLeaf(leaf, issuer),
    issueIntermediate: (intermediate = {}) => createAuthority(intermediate, issuer),
    issueRevocationList: (list) => signRevocationList(list, issuer),
  };
}

async function issueLeaf(options: LeafOptions, issuer: Issuer): Promise<IssuedCertificate> {
  const { commonName, usage, keyType = 'ec', isSelfSigned = false } = options;
  const usages = typeof usage === 'string' ? [usage] : usage;
  const isNamed = options.dns !== undefined || options.ip !== undefined;
  const { dns, ip } =
    isNamed || !usages.includes('server') ? options : { dns: ['localhost'], ip: LOOPBACK };
  const extensions = [
    ...leafExtensions(usages, keyType),
    ...subjectAlternativeNames(dns, ip, commonName === ''),
    ...otherExtensions(options.extensions),
  ];
  const subject: Signer = { commonName, key: await generateKey(options) };
  const signer = isSelfSigned ? subject : issuer;
  const { cert, serialNumber } = await sign(options, subject, signer, extensions);
  const chain = isSelfSigned ? cert : cert + issuer.chain;
  return { cert, key: subject.key.pem, chain, serialNumber };
}

const LOOPBACK: readonly string[] = ['127.0.0.1', '::1'];

function uniqueName(): string {
  return `rx-wss test authority ${randomBytes(4).toString('hex')}`;
}
