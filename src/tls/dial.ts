import { connect, isIP } from 'node:net';
import type { LookupFunction, Socket } from 'node:net';

import { guardLine } from './guard-line.js';
import type { PeerEvidence } from './peer-evidence.js';
import type { Proxy } from './proxy-options.js';
import { tellingLookup } from './lookup.js';
import { ignore, once, openSecureLine } from './secure-line.js';
import type { SecureLineOptions } from './secure-line.js';
import { openTunnel } from './tunnel.js';

/** The stages that a dial goes through. */
export type DialPhase = 'proxy' | 'dns' | 'tcp' | 'tls' | 'verify';

/** A proxy to dial through. */
export interface ProxyDial extends Proxy {
  /** Present for an `https:` proxy. */
  readonly tls: SecureLineOptions | undefined;
}

/** Where to dial, and how. */
export interface DialOptions {
  /** A host name or an IP address, an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Host and port as they stand in a URL. */
  readonly target: string;
  /** The number of the attempt, for the verifiers. */
  readonly attempt: number;
  /** Present for TLS. */
  readonly tls?: SecureLineOptions | undefined;
  /** The proxy to go through. */
  readonly proxy?: ProxyDial | undefined;
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
  /** What is known of the proxy; absent without one, and without TLS to it. */
  readonly proxyPeer?: PeerEvidence | undefined;
}

/**
 * Connects to a server and, under TLS, makes sure that it is the right one. Not a byte of the
 * request is written before the promise resolves.
 *
 * @remarks No agent is used and no session offered, so that every connection shows its certificate.
 *
 * @returns The connected socket. It has an `error` listener already, so none of its errors can go
 * uncaught.
 * @throws the socket's error, a VerificationError, a ProxyRefusal, a LineEnded, or the signal's
 * reason.
 */
export async function dial(options: DialOptions): Promise<Dialled> {
  const { host, port, attempt, tls, proxy, signal, onPhase } = options;
  signal.throwIfAborted();
  const verifying = (): void => {
    onPhase('verify');
  };
  if (proxy !== undefined) {
    onPhase('proxy');
    const { socket, peer: proxyPeer } = await dialProxy(proxy, options);
    if (tls === undefined) return { socket, proxyPeer };
    onPhase('tls');
    const line = await openSecureLine({ socket }, host, attempt, tls, signal, { verifying });
    return { ...line, proxyPeer };
  }
  onPhase(isIP(host) === 0 ? 'dns' : 'tcp');
  const lookup = tellingLookup(options.lookup, () => {
    onPhase('tcp');
  });
  const place = { host, port, lookup };
  if (tls === undefined) return { socket: await connectTcp(place, signal) };
  const created = (socket: Socket): void => {
    socket.once('connect', () => {
      onPhase('tls');
    });
  };
  return openSecureLine(place, host, attempt, tls, signal, { created, verifying });
}

async function dialProxy(proxy: ProxyDial, options: DialOptions): Promise<Dialled> {
  const { signal, attempt } = options;
  const { tls, host, port } = proxy;
  // One phase, whatever happens on the way to the proxy.
  const place = { host, port, lookup: tellingLookup(options.lookup, ignore) };
  const line: Dialled =
    tls === undefined
      ? { socket: await connectTcp(place, signal) }
      : await openSecureLine(place, host, attempt, tls, signal, { verifying: ignore });
  const { socket } = line;
  await guardLine(socket, signal, openTunnel(socket, options.target, proxy.authorization));
  return line;
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly lookup: LookupFunction;
}

async function connectTcp(place: Place, signal: AbortSignal): Promise<Socket> {
  const socket = connect(place);
  socket.on('error', ignore);
  await guardLine(socket, signal, once(socket, 'connect'));
  return socket;
}
