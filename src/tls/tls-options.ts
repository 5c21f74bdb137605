import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';

import { checkKeys, checkOneOf, show } from '../errors/option-checks.js';
import { OptionRangeError, OptionTypeError } from '../errors/option-error.js';
import { checkMaterial } from './material.js';
import type { Material, MaterialSlot } from './material.js';
import { withoutFinalDot } from './server-name.js';

/** The lowest TLS version that is spoken. */
export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

/**
 * How the server's certificate is checked, and how the client proves who it is.
 *
 * @remarks
 * The chain and the name of the server's certificate are always checked. Sessions are never
 * resumed, since a resumed session shows no certificate to check (Node's tls documentation,
 * "Session resumption").
 */
export interface TlsOptions {
  /**
   * The trust anchors: one or several root certificates, or a bundle of them.
   *
   * @defaultValue the roots that Node ships
   */
  readonly ca?: Material | readonly Material[] | undefined;
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
  /** @defaultValue `'TLSv1.2'` */
  readonly minVersion?: TlsVersion | undefined;
}

/** {@link TlsOptions} after the checks of shape, before any file is read. */
export interface TlsPlan {
  readonly ca: readonly MaterialSlot[] | undefined;
  readonly cert: MaterialSlot | undefined;
  readonly key: MaterialSlot | undefined;
  readonly pfx: MaterialSlot | undefined;
  readonly passphrase: string | undefined;
  readonly servername: string | undefined;
  readonly minVersion: TlsVersion;
}

const KNOWN = ['ca', 'cert', 'key', 'pfx', 'passphrase', 'servername', 'minVersion'] as const;

/**
 * Checks `options` as far as that goes without reading files.
 *
 * @throws OptionTypeError or OptionRangeError, naming the option.
 */
export function planTls(options: unknown = {}): TlsPlan {
  checkKeys('tls', options, KNOWN);
  const plan: TlsPlan = {
    ca: planAnchors(options['ca']),
    cert: planMaterial('tls.cert', options['cert']),
    key: planMaterial('tls.key', options['key']),
    pfx: planMaterial('tls.pfx', options['pfx']),
    passphrase: planPassphrase(options['passphrase']),
    servername: planServerName(options['servername']),
    minVersion: checkOneOf('tls.minVersion', options['minVersion'], 'TLSv1.2', [
      'TLSv1.2',
      'TLSv1.3',
    ]),
  };
  checkTogether(plan);
  return plan;
}

function planMaterial(option: string, material: unknown): MaterialSlot | undefined {
  return material === undefined ? undefined : checkMaterial(option, material);
}

function planAnchors(ca: unknown): readonly MaterialSlot[] | undefined {
  if (ca === undefined) return undefined;
  if (!Array.isArray(ca)) return [checkMaterial('tls.ca', ca)];
  if (ca.length === 0) {
    throw new OptionRangeError('tls.ca', 'is an empty list: no server could be trusted');
  }
  return ca.map((each: unknown, index) => checkMaterial(`tls.ca[${index}]`, each));
}

function planPassphrase(passphrase: unknown): string | undefined {
  if (passphrase === undefined || typeof passphrase === 'string') return passphrase;
  throw new OptionTypeError('tls.passphrase', 'must be a string');
}

function planServerName(servername: unknown): string | undefined {
  if (servername === undefined) return undefined;
  if (typeof servername !== 'string') {
    throw new OptionTypeError('tls.servername', `must be a string, got ${show(servername)}`);
  }
  const ascii = /[\s/?#@:\\[\]]/.test(servername) ? '' : domainToASCII(servername);
  // A number is an IPv4 address to a URL.
  if (ascii === '' || isIP(ascii) !== 0) {
    throw new OptionRangeError('tls.servername', `must be a host name, got ${show(servername)}`);
  }
  return withoutFinalDot(ascii);
}

function checkTogether({ cert, key, pfx, passphrase }: TlsPlan): void {
  if (pfx !== undefined && (cert !== undefined || key !== undefined)) {
    throw new OptionTypeError(
      'tls.pfx',
      'is given beside tls.cert or tls.key: give one of the two',
    );
  }
  if (cert !== undefined && key === undefined) {
    throw new OptionTypeError('tls.cert', 'is given without tls.key, its private key');
  }
  if (key !== undefined && cert === undefined) {
    throw new OptionTypeError('tls.key', 'is given without tls.cert, its certificate');
  }
  if (passphrase !== undefined && key === undefined && pfx === undefined) {
    throw new OptionTypeError('tls.passphrase', 'is given without tls.key or tls.pfx');
  }
}
