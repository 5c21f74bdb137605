import type { TlsOptions as ServerTlsOptions } from 'node:tls';

import type { TlsOptions } from '../../../src/index.js';
import type { Script } from '../../integration/support/peer.js';
import type { Pki } from '../support/pki.js';
import type { Result } from './result.js';

/** The server of a case. */
export type ServerRecipe =
  /** Speaks TLS, then WebSocket. */
  | { readonly tls: ServerTlsOptions; readonly host?: string; readonly script?: Script }
  /** Speaks what the script says, from the first byte on. */
  | { readonly script: Script };

/** What the client does otherwise than to trust the root and to dial localhost. */
export interface ClientRecipe {
  /** As it stands in a URL. */
  readonly host?: string;
  /** In addition to the root as `ca`. */
  readonly tls?: TlsOptions;
  /** Whether the options are given by a function, so that they are checked at the attempt. */
  readonly perAttempt?: boolean;
  readonly connectTimeout?: number;
  /** The environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A server and a client. */
export interface Scene {
  readonly server: ServerRecipe;
  readonly client?: ClientRecipe;
}

/** A row of the security table. */
export interface SecurityCase {
  /** What is wrong, or that nothing is. */
  readonly name: string;
  readonly scene: (pki: Pki) => Scene | Promise<Scene>;
  /** What must come of it. */
  readonly expected: Result;
  /** What must come of it from a major version of Node on, where that differs. */
  readonly since?: Readonly<Record<number, Result>>;
  /** What may come of it as well, where it depends on which side is faster. */
  readonly or?: Result;
  /**
   * Whether the server may, or may not, be sent a request: TLS 1.3 lets a client speak before it
   * knows what the server thinks of its certificate (RFC 8446 section 4.4.2).
   */
  readonly mayHear?: boolean;
  /** How often it is dialled; each dial but the last must open. */
  readonly dials?: number;
}
