import type { OptionError } from '../errors/option-error.js';
import type { Peer } from './peer.js';
import type { AcceptedBy } from './verify-peer.js';

/** What is known of the server of an open connection, and why it was accepted. */
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
  /** When the leaf expires; absent when the server showed no certificate. */
  readonly validTo?: Date;
  /** The pins of the chain, leaf first. */
  readonly pins: readonly string[];
  /** The rule that accepted the server, the last one that was asked. */
  readonly acceptedBy: AcceptedBy;
  /** Whether it was accepted although the checks refuse it. */
  readonly dangerous: boolean;
  /** Why the credential files as they are now were not used, but the last good ones. */
  readonly problem?: OptionError;
}

/** Gives the evidence of a server that was accepted. */
export function toEvidence(
  { certificate, protocol, cipher, pins }: Peer,
  acceptedBy: AcceptedBy,
  problem: OptionError | undefined,
): PeerEvidence {
  return {
    protocol,
    cipher,
    subject: onOneLine(certificate?.subject),
    issuer: onOneLine(certificate?.issuer),
    altNames: certificate?.subjectAltName ?? '',
    ...(certificate === undefined ? {} : { validTo: new Date(certificate.validTo) }),
    pins,
    acceptedBy,
    dangerous: acceptedBy === 'dangerouslyAcceptCertificate',
    ...(problem === undefined ? {} : { problem }),
  };
}

/** Gives a distinguished name, which Node writes over several lines, on one, most specific first. */
export function onOneLine(distinguishedName: string | undefined): string {
  // A certificate may have an empty subject, for which Node gives undefined.
  return (distinguishedName ?? '').split('\n').reverse().join(', ');
}
