import { connect } from 'node:tls';
import type { ConnectionOptions, PeerCertificate, SecureContext, TLSSocket } from 'node:tls';

import type { OptionError } from '../errors/option-error.js';
import { guardLine } from './guard-line.js';
import { inspectPeer } from './peer.js';
import { toEvidence } from './peer-evidence.js';
import type { PeerEvidence } from './peer-evidence.js';
import { serverName } from './server-name.js';
import { verifyPeer } from './verify-peer.js';
import type { PeerRules } from './verify-peer.js';

/** How TLS is spoken with a server. */
export interface SecureLineOptions extends PeerRules {
  readonly context: SecureContext;
  /** Why this context is an older one, where it is. */
  readonly problem?: OptionError | undefined;
  /** In place of the host. */
  readonly servername: string | undefined;
  readonly commonNameFallback: boolean;
  readonly minDHSize: number;
}

/** What happens on the way to a secure line. */
export interface SecureLineEvents {
  /** The socket exists; nothing has happened on it. */
  readonly created?: (socket: TLSSocket) => void;
  /** The handshake is over, the server is being looked at. */
  readonly verifying: () => void;
}

/** A line to a server that was found to be the right one. */
export interface SecureLine {
  readonly socket: TLSSocket;
  readonly peer: PeerEvidence;
}

/**
 * Makes a TLS handshake and finds out whether the server is the right one. Nothing is written besides
 * the handshake.
 *
 * @param base - Where to connect, or the socket to speak over.
 * @param host - The host at the other end.
 * @throws the socket's error, a VerificationError, or the signal's reason; the socket is destroyed.
 */
export async function openSecureLine(
  base: ConnectionOptions,
  host: string,
  attempt: number,
  options: SecureLineOptions,
  signal: AbortSignal,
  events: SecureLineEvents,
): Promise<SecureLine> {
  const sni = options.servername ?? serverName(host);
  let shown: PeerCertificate | undefined;
  const socket = connect({
    ...base,
    secureContext: options.context,
    servername: sni,
    ALPNProtocols: ['http/1.1'],
    minDHSize: options.minDHSize,
    // Node would check only one of chain and name, and NODE_TLS_REJECT_UNAUTHORIZED=0 would turn
    // that off. inspectPeer makes both checks below, on every connection.
    rejectUnauthorized: false,
    checkServerIdentity: (_name, certificate) => {
      shown = certificate;
      return undefined;
    },
  });
  socket.on('error', ignore);
  events.created?.(socket);
  await guardLine(socket, signal, once(socket, 'secureConnect'));
  events.verifying();
  const certificate = shown;
  // The socket keeps its options, and through them this variable, for its life.
  shown = undefined;
  return guardLine(socket, signal, look(socket, certificate, host, sni, attempt, options, signal));
}

async function look(
  socket: TLSSocket,
  shown: PeerCertificate | undefined,
  host: string,
  sni: string,
  attempt: number,
  options: SecureLineOptions,
  signal: AbortSignal,
): Promise<SecureLine> {
  const { commonNameFallback, problem } = options;
  const servername = sni === '' ? host : sni;
  const question = { host, servername, attempt, commonNameFallback, signal };
  const peer = inspectPeer(socket, question, shown);
  const acceptedBy = await verifyPeer(peer, options);
  return { socket, peer: toEvidence(peer, acceptedBy, problem) };
}

/** Resolves when `event` is emitted; what goes wrong before is guardLine's to tell. */
export function once(socket: NodeJS.EventEmitter, event: string): Promise<void> {
  return new Promise((resolve) => {
    socket.once(event, resolve);
  });
}

/** Stays on a socket for its life, so that no error of it can go uncaught. */
export function ignore(): void {
  // The error is told by whoever listens besides.
}
