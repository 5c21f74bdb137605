import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** Which check of the server's certificate failed. */
export type PolicyError = 'not-available' | 'name-mismatch' | 'chain';

/** What is known of the server after the TLS handshake. */
export interface PeerEvidence {
  /** The TLS version, e.g. `TLSv1.3`. */
  readonly protocol: string;
  /** The cipher suite's name in the TLS standard, e.g. `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string;
  /** The leaf's subject, on one line, e.g. `CN=feed.example.com, O=Example`. */
  readonly subject: string;
  /** The leaf's issuer, on one line. */
  readonly issuer: string;
  /** The leaf's subject alternative names, e.g. `DNS:feed.example.com, IP Address:10.0.0.1`. */
  readonly altNames: string;
  /** When the leaf expires. */
  readonly validTo: Date;
}

/** The server's certificate did not pass; nothing has been said to the server yet. */
export class VerificationError extends Error {
  override readonly name = 'VerificationError';
  /** The checks that failed. */
  readonly policyErrors: readonly PolicyError[];
  /** OpenSSL's or Node's code of the first failure. */
  readonly reason: string;

  constructor(reason: string, policyErrors: readonly PolicyError[]) {
    super(`The server's certificate was refused: ${reason}`);
    this.reason = reason;
    this.policyErrors = policyErrors;
  }
}

/**
 * Checks the certificate of the server at the other end of `socket`.
 *
 * @remarks
 * To be called after `secureConnect` and before a byte is written. Both checks are made, so that a
 * failed chain does not hide a wrong name as it does in Node. The name is compared with the subject
 * alternative names alone (RFC 9110 section 4.3.4), without wildcards inside a label.
 *
 * @param socket - A socket made with `rejectUnauthorized: false`.
 * @param name - The host name or IP address that the certificate must be for.
 * @returns What is known of the server.
 * @throws VerificationError if the chain or the name does not pass.
 */
export function verifyPeer(socket: TLSSocket, name: string): PeerEvidence {
  // getPeerX509Certificate() works only once on Node 20 to 24, and spoils this call too.
  const shown = socket.getPeerCertificate(true) as { readonly raw?: Buffer } | null;
  const raw = shown?.raw;
  if (raw === undefined) throw new VerificationError('NO_CERTIFICATE', ['not-available']);
  const leaf = new X509Certificate(raw);
  const policyErrors: PolicyError[] = [];
  if (!socket.authorized) policyErrors.push('chain');
  if (!isFor(leaf, name)) policyErrors.push('name-mismatch');
  if (policyErrors.length > 0) {
    const reason = socket.authorized
      ? 'ERR_TLS_CERT_ALTNAME_INVALID'
      : String(socket.authorizationError);
    throw new VerificationError(reason, policyErrors);
  }
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().standardName,
    subject: onOneLine(leaf.subject),
    issuer: onOneLine(leaf.issuer),
    altNames: leaf.subjectAltName ?? '',
    validTo: new Date(leaf.validTo),
  };
}

function isFor(leaf: X509Certificate, name: string): boolean {
  return isIP(name) === 0
    ? leaf.checkHost(name, { subject: 'never', partialWildcards: false }) !== undefined
    : leaf.checkIP(name) !== undefined;
}

// An empty name is undefined, whatever the types say; the name is in the alternative names then.
function onOneLine(distinguishedName: string | undefined): string {
  return (distinguishedName ?? '').split('\n').reverse().join(', ');
}
