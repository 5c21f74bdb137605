import { X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type PeerCertificate, TLSSocket } from 'node:tls';

/** Who a client says it is, by its certificate. */
export interface ClientIdentity {
  /** The common name of the subject, `''` when it has none. */
  readonly commonName: string;
  /** The whole subject, one attribute a line, as node:crypto shows it. */
  readonly subject: string;
  /** The serial number in upper-case hexadecimal, as an issued certificate carries it. */
  readonly serialNumber: string;
  /** Whether the chain holds; `false` is seen only with `rejectUnauthorized: false`. */
  readonly isAuthorized: boolean;
}

/** The opening handshake as the server saw it. */
export interface WssRequest {
  /** The method. */
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** The fields by lower-case name. */
  readonly headers: IncomingHttpHeaders;
  /** The subprotocols that the client offered, in its order. */
  readonly protocols: readonly string[];
  /** The version of TLS, e.g. `'TLSv1.3'`; undefined over plain TCP. */
  readonly tlsVersion: string | undefined;
  /** The server name of the TLS handshake, when the client sent one. */
  readonly serverName: string | undefined;
  /** The client's certificate; undefined when it presented none. */
  readonly client: ClientIdentity | undefined;
}

/** Gives what a spec may know of `request`. */
export function toWssRequest(request: IncomingMessage): WssRequest {
  const { method, url, headers, socket } = request;
  const offered = headers['sec-websocket-protocol'];
  const tls = socket instanceof TLSSocket ? socket : undefined;
  return {
    method: method ?? '',
    // A request to a server has a target; the types of Node also cover answers to a client.
    url: String(url),
    headers,
    protocols: offered === undefined ? [] : offered.split(',').map((each) => each.trim()),
    tlsVersion: tls?.getProtocol() ?? undefined,
    serverName: serverNameOf(tls),
    client: tls === undefined ? undefined : clientOf(tls),
  };
}

function serverNameOf(socket: TLSSocket | undefined): string | undefined {
  // Node says false when there is no server name, which its types do not know of.
  const name: unknown = socket !== undefined && 'servername' in socket && socket.servername;
  return typeof name === 'string' ? name : undefined;
}

function clientOf(socket: TLSSocket): ClientIdentity | undefined {
  const peer = peerOf(socket);
  if (peer?.raw === undefined) return undefined;
  const { subject, serialNumber } = new X509Certificate(peer.raw);
  return {
    commonName: String(peer.subject?.CN ?? ''),
    subject,
    serialNumber,
    isAuthorized: socket.authorized,
  };
}

// Node gives an empty object without a certificate, and null without a connection.
function peerOf(socket: TLSSocket): Partial<PeerCertificate> | null {
  return socket.getPeerCertificate();
}
