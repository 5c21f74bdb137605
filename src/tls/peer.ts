import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type {
  CipherNameAndProtocol,
  DetailedPeerCertificate,
  PeerCertificate,
  TLSSocket,
} from 'node:tls';

import { knownCertificate } from './known-certificates.js';
import type { KnownCertificate } from './known-certificates.js';

/**
 * Which check of the server's certificate failed: there is none; it is for another name; its chain
 * does not lead to a trust anchor, or breaks a rule on the way.
 */
export type PolicyError = 'not-available' | 'name-mismatch' | 'chain';

/** The server at the other end, after the TLS handshake and before the first byte of the request. */
export interface Peer {
  /** The host that was dialled. */
  readonly host: string;
  /** The name that its certificate must be for: `tls.servername`, or the host. */
  readonly servername: string;
  /** The number of the attempt, as in the state. */
  readonly attempt: number;
  /** The server's own certificate, the leaf; absent when it showed none. */
  readonly certificate: X509Certificate | undefined;
  /** The leaf first, up to the trust anchor; it stops early where an issuer is not known. */
  readonly chain: readonly X509Certificate[];
  /** The pins of the chain, in its order. */
  readonly pins: readonly string[];
  /** The checks that failed; empty when all is well. */
  readonly policyErrors: readonly PolicyError[];
  /** OpenSSL's and Node's codes for them, e.g. `CERT_HAS_EXPIRED`. */
  readonly codes: readonly string[];
  /** The TLS version, e.g. `TLSv1.3`. */
  readonly protocol: string;
  /** The cipher suite's name in the TLS standard, e.g. `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string;
  /** Aborts when the attempt is over: cancelled, timed out, or its line broken. */
  readonly signal: AbortSignal;
}

/** What to look at a server for. */
export interface PeerQuestion {
  readonly host: string;
  readonly servername: string;
  readonly attempt: number;
  /** Whether a certificate without alternative names may go by its common name. */
  readonly commonNameFallback: boolean;
  readonly signal: AbortSignal;
}

/**
 * Looks at the certificate of the server at the other end of `socket`, and makes both checks of it,
 * so that a failed chain does not hide a wrong name as it does in Node.
 *
 * @remarks The name is compared with the subject alternative names (RFC 9110 section 4.3.4), without
 * wildcards inside a label.
 *
 * @param socket - A socket after `secureConnect`, made with `rejectUnauthorized: false`.
 * @param question - What to look at it for.
 * @param shown - The certificate with its issuers, where Node has given it already: it is not cheap.
 * @returns What is known of the server.
 */
export function inspectPeer(
  socket: TLSSocket,
  question: PeerQuestion,
  shown: PeerCertificate = socket.getPeerCertificate(true),
): Peer {
  // Never getPeerX509Certificate(): it works once on Node 20 to 24, and spoils the other call too.
  const { commonNameFallback, ...asked } = question;
  const known = chainOf(shown);
  const chain = known.map((each) => each.certificate);
  const [certificate] = chain;
  const policyErrors: PolicyError[] = [];
  const codes: string[] = [];
  if (certificate === undefined) {
    policyErrors.push('not-available');
    codes.push('NO_CERTIFICATE');
  } else {
    if (!socket.authorized) {
      policyErrors.push('chain');
      codes.push(String(socket.authorizationError));
    }
    if (!isFor(certificate, asked.servername, commonNameFallback)) {
      policyErrors.push('name-mismatch');
      codes.push('ERR_TLS_CERT_ALTNAME_INVALID');
    }
  }
  return {
    ...asked,
    certificate,
    chain,
    pins: known.map(({ pin }) => pin),
    policyErrors,
    codes,
    protocol: socket.getProtocol() ?? 'unknown',
    // Null on a socket that is destroyed, whatever the type says.
    cipher: (socket.getCipher() as CipherNameAndProtocol | null)?.standardName ?? 'unknown',
  };
}

function chainOf(shown: PeerCertificate | null): readonly KnownCertificate[] {
  const chain: KnownCertificate[] = [];
  // Empty when there is none, null on a socket that is destroyed, whatever the types say.
  let each = shown as Partial<DetailedPeerCertificate> | null | undefined;
  const seen = new Set<unknown>();
  while (each?.raw !== undefined && each.fingerprint256 !== undefined && !seen.has(each)) {
    seen.add(each);
    chain.push(knownCertificate(each.raw, each.fingerprint256));
    // A root is its own issuer.
    each = each.issuerCertificate;
  }
  return chain;
}

function isFor(leaf: X509Certificate, name: string, commonNameFallback: boolean): boolean {
  if (isIP(name) !== 0) return leaf.checkIP(name) !== undefined;
  const subject = commonNameFallback ? 'default' : 'never';
  return leaf.checkHost(name, { subject, partialWildcards: false }) !== undefined;
}
