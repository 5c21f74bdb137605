import { lookup as lookupName } from 'node:dns';
import { connect as connectTcp, isIP } from 'node:net';
import type { LookupFunction, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { SecureContext, TLSSocket } from 'node:tls';

import { serverName } from './server-name.js';
import { verifyPeer } from './verify-peer.js';
import type { PeerEvidence } from './verify-peer.js';

/** The stages that a dial goes through. */
export type DialPhase = 'dns' | 'tcp' | 'tls' | 'verify';

/** Where to dial, and how. */
export interface DialOptions {
  /** A host name or an IP address, an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Present for TLS. */
  readonly tls?:
    { readonly context: SecureContext; readonly servername?: string | undefined } | undefined;
  /** Looks the host name up in place of `dns.lookup`. */
  readonly lookup?: LookupFunction | undefined;
  /** Ends the dial; the promise rejects with its reason. */
  readonly signal: AbortSignal;
  /** Called as each stage is reached. */
  readonly onPhase: (phase: DialPhase) => void;
}

/** A line that is ready for the first byte of the request. */
export interface Dialled {
  readonly socket: Socket;
  /** What is known of the server; absent without TLS. */
  readonly peer?: PeerEvidence | undefined;
}

/**
 * Connects to a server and, under TLS, makes sure that it is the right one. Not a byte of the
 * request is written before the promise resolves.
 *
 * @remarks No agent is used and no session offered, so that every connection shows its certificate.
 *
 * @returns The connected socket. It has an `error` listener already, so none of its errors can go
 * uncaught.
 * @throws the socket's error, a VerificationError, or the signal's reason.
 */
export async function dial(options: DialOptions): Promise<Dialled> {
  if (options.tls === undefined) return { socket: await connect(connectTcp, options, 'connect') };
  const { tls, host } = options;
  const servername = tls.servername ?? serverName(host);
  const socket = await connect(
    (base) =>
      connectTls({
        ...base,
        secureContext: tls.context,
        servername,
        ALPNProtocols: ['http/1.1'],
        // Node would check only one of chain and name, and NODE_TLS_REJECT_UNAUTHORIZED=0 would
        // turn that off. verifyPeer makes both checks below, on every connection.
        rejectUnauthorized: false,
        checkServerIdentity: () => undefined,
      }),
    options,
    'secureConnect',
  );
  options.onPhase('verify');
  try {
    return { socket, peer: verifyPeer(socket, servername === '' ? host : servername) };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

interface BaseOptions {
  readonly host: string;
  readonly port: number;
  readonly lookup: LookupFunction;
}

function connect<S extends Socket | TLSSocket>(
  open: (base: BaseOptions) => S,
  { host, port, lookup, signal, onPhase, tls }: DialOptions,
  ready: 'connect' | 'secureConnect',
): Promise<S> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    onPhase(isIP(host) === 0 ? 'dns' : 'tcp');
    const socket = open({ host, port, lookup: tellingOf(lookup, onPhase) });
    const onAbort = (): void => {
      socket.destroy();
      reject(signal.reason as Error);
    };
    const onError = (error: Error): void => {
      signal.removeEventListener('abort', onAbort);
      reject(error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    // The look-up is the user's code, and may have ended it.
    if (signal.aborted) onAbort();
    if (tls !== undefined) {
      socket.once('connect', () => {
        onPhase('tls');
      });
    }
    socket.on('error', ignore);
    socket.once('error', onError);
    socket.once(ready, () => {
      signal.removeEventListener('abort', onAbort);
      socket.removeListener('error', onError);
      resolve(socket);
    });
  });
}

/** The look-up itself tells when it is over: a socket's event is missed where it answers at once. */
function tellingOf(
  lookup: LookupFunction = lookupName,
  onPhase: (phase: DialPhase) => void,
): LookupFunction {
  return (hostname, options, callback) => {
    try {
      lookup(hostname, options, (error, address, family) => {
        if (!error) onPhase('tcp');
        callback(error, address, family);
      });
    } catch (error) {
      // net.connect would throw it on, and keep the handle of the socket that it does not return.
      callback(error as Error, '');
    }
  };
}

// Stays on the socket for its life, so that no error of it can go uncaught.
function ignore(): void {
  // The error is told by whoever listens besides.
}
