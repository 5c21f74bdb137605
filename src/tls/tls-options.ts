import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';

import {
  checkBoolean,
  checkFunction,
  checkKeys,
  checkNumber,
  checkOneOf,
  show,
} from '../errors/option-checks.js';
import { OptionRangeError, OptionTypeError } from '../errors/option-error.js';
import { checkMaterial } from './material.js';
import type { Material, MaterialSlot } from './material.js';
import { checkPins } from './pins.js';
import { withoutFinalDot } from './server-name.js';
import { checkAnchors } from './trust-anchors.js';
import type { AnchorSlot, TrustAnchor } from './trust-anchors.js';
import type { PeerRules, Verifier } from './verify-peer.js';

/** A version of TLS that is spoken here. */
export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

/**
 * How the server's certificate is checked, and how the client proves who it is.
 *
 * @remarks
 * The chain and the name of the server's certificate are always checked, then the pins, then
 * `verify`, all before the first byte of the request and on every connection. Sessions are never
 * resumed, since a resumed session shows no certificate to check (Node's tls documentation,
 * "Session resumption").
 */
export interface TlsOptions {
  /**
   * The trust anchors: one or several root certificates, or bundles of them. They stand in place of
   * Node's roots; add `'default'` or `'system'` to the list to trust those as well.
   *
   * @defaultValue the roots that Node ships
   */
  readonly ca?: TrustAnchor | readonly TrustAnchor[] | undefined;
  /**
   * Lists of revoked certificates (CRL), in PEM. With any, every authority in the chain needs one.
   *
   * @defaultValue none: revocation is not checked
   */
  readonly crl?: Material | readonly Material[] | undefined;
  /** The client's certificate, followed by its intermediates; needs `key`. */
  readonly cert?: Material | undefined;
  /** The private key of `cert`: PEM, or PKCS #8 in DER. */
  readonly key?: Material | undefined;
  /** A PKCS #12 archive with the client's certificate and key, in place of `cert` and `key`. */
  readonly pfx?: Material | undefined;
  /** What `key` or `pfx` is encrypted with. */
  readonly passphrase?: string | undefined;
  /**
   * The server name to ask for (SNI, RFC 6066 section 3) and to check the certificate against.
   *
   * @defaultValue the host of the URL
   */
  readonly servername?: string | undefined;
  /**
   * The pins, `sha256/BASE64` of a public key (SPKI): one of the chain must match one of them, in
   * addition to the checks of chain and name. Give a backup pin, of a key that is kept elsewhere.
   *
   * @defaultValue none: any certificate that passes the checks will do
   */
  readonly pins?: readonly string[] | undefined;
  /**
   * Looks at a server that passed everything else, and accepts it with a right or refuses it with a
   * left. It may take its time, within `connectTimeout`: nothing is said to the server meanwhile.
   *
   * @defaultValue none
   */
  readonly verify?: Verifier | undefined;
  /**
   * Is asked about a server whose certificate the checks refuse, and may accept it with a right. For
   * one of a fixed set of known certificates, say; to trust a private authority, use `ca`.
   *
   * @defaultValue none: what the checks refuse is refused
   */
  readonly dangerouslyAcceptCertificate?: Verifier | undefined;
  /**
   * Whether a certificate without alternative names may go by its common name, as it could before
   * RFC 6125.
   *
   * @defaultValue false
   */
  readonly commonNameFallback?: boolean | undefined;
  /** @defaultValue `'TLSv1.2'` */
  readonly minVersion?: TlsVersion | undefined;
  /** @defaultValue `'TLSv1.3'` */
  readonly maxVersion?: TlsVersion | undefined;
  /**
   * The cipher suites, in OpenSSL's notation.
   *
   * @defaultValue Node's
   */
  readonly ciphers?: string | undefined;
  /**
   * The least size of a finite-field Diffie-Hellman group, in bits.
   *
   * @defaultValue 2,048
   */
  readonly minDHSize?: number | undefined;
}

/** {@link TlsOptions} after the checks of shape, before any file is read. */
export interface TlsPlan extends PeerRules {
  readonly ca: readonly AnchorSlot[] | undefined;
  readonly crl: readonly MaterialSlot[];
  readonly cert: MaterialSlot | undefined;
  readonly key: MaterialSlot | undefined;
  readonly pfx: MaterialSlot | undefined;
  readonly passphrase: string | undefined;
  readonly servername: string | undefined;
  readonly commonNameFallback: boolean;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  readonly ciphers: string | undefined;
  readonly minDHSize: number;
}

const KNOWN: readonly (keyof TlsOptions)[] = [
  'ca',
  'crl',
  'cert',
  'key',
  'pfx',
  'passphrase',
  'servername',
  'pins',
  'verify',
  'dangerouslyAcceptCertificate',
  'commonNameFallback',
  'minVersion',
  'maxVersion',
  'ciphers',
  'minDHSize',
];

const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;
const MIN_DH_SIZE = 2_048;

/**
 * Checks `options` as far as that goes without reading files.
 *
 * @param path - The path of the options, e.g. `tls`.
 * @throws OptionTypeError or OptionRangeError, naming the option.
 */
export function planTls(path: string, options: TlsOptions = {}): TlsPlan {
  const given: unknown = options;
  checkKeys(path, given, KNOWN);
  const { verify, dangerouslyAcceptCertificate, ciphers } = options;
  checkFunction(`${path}.verify`, verify);
  checkFunction(`${path}.dangerouslyAcceptCertificate`, dangerouslyAcceptCertificate);
  const plan: TlsPlan = {
    ca: checkAnchors(`${path}.ca`, options.ca),
    crl: planList(`${path}.crl`, options.crl),
    cert: planMaterial(`${path}.cert`, options.cert),
    key: planMaterial(`${path}.key`, options.key),
    pfx: planMaterial(`${path}.pfx`, options.pfx),
    passphrase: planText(`${path}.passphrase`, options.passphrase),
    servername: planServerName(`${path}.servername`, options.servername),
    pins: checkPins(`${path}.pins`, options.pins),
    verify,
    dangerouslyAcceptCertificate,
    commonNameFallback: checkBoolean(
      `${path}.commonNameFallback`,
      options.commonNameFallback,
      false,
    ),
    minVersion: checkOneOf(`${path}.minVersion`, options.minVersion, 'TLSv1.2', VERSIONS),
    maxVersion: checkOneOf(`${path}.maxVersion`, options.maxVersion, 'TLSv1.3', VERSIONS),
    ciphers: planCiphers(`${path}.ciphers`, ciphers),
    minDHSize: checkNumber(`${path}.minDHSize`, options.minDHSize, MIN_DH_SIZE, {
      min: 1,
      max: 65_536,
      integer: true,
    }),
  };
  checkTogether(path, plan);
  return plan;
}

function planMaterial(option: string, material: unknown): MaterialSlot | undefined {
  return material === undefined ? undefined : checkMaterial(option, material);
}

function planList(option: string, list: unknown): readonly MaterialSlot[] {
  if (list === undefined) return [];
  if (!Array.isArray(list)) return [checkMaterial(option, list)];
  return list.map((each: unknown, index) => checkMaterial(`${option}[${index}]`, each));
}

function planText(option: string, text: unknown): string | undefined {
  if (text === undefined || typeof text === 'string') return text;
  throw new OptionTypeError(option, 'must be a string');
}

function planCiphers(option: string, ciphers: unknown): string | undefined {
  // Node takes an empty list for its own.
  if (ciphers === '') throw new OptionRangeError(option, 'is empty');
  return planText(option, ciphers);
}

function planServerName(option: string, servername: unknown): string | undefined {
  if (servername === undefined) return undefined;
  if (typeof servername !== 'string') {
    throw new OptionTypeError(option, `must be a string, got ${show(servername)}`);
  }
  const ascii = /[\s/?#@:\\[\]]/.test(servername) ? '' : domainToASCII(servername);
  // A number is an IPv4 address to a URL.
  if (ascii === '' || isIP(ascii) !== 0) {
    throw new OptionRangeError(option, `must be a host name, got ${show(servername)}`);
  }
  return withoutFinalDot(ascii);
}

function checkTogether(path: string, plan: TlsPlan): void {
  const { cert, key, pfx, passphrase, minVersion, maxVersion } = plan;
  if (pfx !== undefined && (cert !== undefined || key !== undefined)) {
    throw new OptionTypeError(
      `${path}.pfx`,
      `is given beside ${path}.cert or ${path}.key: give one of the two`,
    );
  }
  if (cert !== undefined && key === undefined) {
    throw new OptionTypeError(`${path}.cert`, `is given without ${path}.key, its private key`);
  }
  if (key !== undefined && cert === undefined) {
    throw new OptionTypeError(`${path}.key`, `is given without ${path}.cert, its certificate`);
  }
  if (passphrase !== undefined && key === undefined && pfx === undefined) {
    throw new OptionTypeError(`${path}.passphrase`, `is given without ${path}.key or ${path}.pfx`);
  }
  if (minVersion > maxVersion) {
    throw new OptionRangeError(`${path}.maxVersion`, `is lower than minVersion, ${minVersion}`);
  }
}
