import { channel } from 'node:diagnostics_channel';
import type { Channel } from 'node:diagnostics_channel';

import type { OptionError } from '../errors/option-error.js';
import type { PeerEvidence } from '../tls/peer-evidence.js';

/**
 * The channel `rx-wss:reject`: a message did not decode. Published a `Rejected`, so that nothing is
 * lost without a trace when nobody subscribed to `socket.rejected`.
 */
export const rejectChannel: Channel = channel('rx-wss:reject');

const tlsChannel: Channel = channel('rx-wss:tls');

/** Publishes on the channel `rx-wss:tls`: something about TLS that somebody should know. */
export function tellTls(notice: TlsNotice): void {
  tlsChannel.publish(notice);
}

/** What is published on `rx-wss:tls`. */
export type TlsNotice = DangerAccepted | CredentialsKept;

/**
 * A certificate that the checks refuse was accepted by `dangerouslyAcceptCertificate`; told once for
 * each socket, of the server and of the proxy.
 */
export interface DangerAccepted {
  readonly _tag: 'DangerAccepted';
  /** Whose certificate it is. */
  readonly role: 'server' | 'proxy';
  /** The server's address. */
  readonly address: string;
  /** What is known of the server. */
  readonly tls: PeerEvidence;
}

/** Files of credentials could not be used as they are; the last good ones were. */
export interface CredentialsKept {
  readonly _tag: 'CredentialsKept';
  /** What is wrong with the files. */
  readonly problem: OptionError;
}
