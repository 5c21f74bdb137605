import type { Either } from 'fp-ts/lib/Either.js';

import type { DecodeFailure } from './decode-failure.js';
import type { EncodeFailure } from './encode-failure.js';

/** What a message arrived as: the opcode of its first frame (RFC 6455 section 5.6). */
export type MessageKind = 'text' | 'binary';

/** An encoded message: a string goes out as a text message, bytes as a binary one. */
export type Payload = string | Uint8Array;

/**
 * Turns what arrives into messages and messages into what is sent. Synchronous and without state
 * that a connection could leave behind: one codec serves every connection of a socket.
 */
export interface Codec<In, Out> {
  /** A short name for reports, e.g. `json`. */
  readonly name: string;
  /**
   * Reads one whole message. Never throws.
   *
   * @param data - The payload; valid UTF-8 when `kind` is `text`. May be a view on a larger buffer.
   * @param kind - Whether it came as a text or as a binary message.
   */
  readonly decode: (data: Uint8Array, kind: MessageKind) => Either<DecodeFailure, In>;
  /** Writes one message. Never throws. */
  readonly encode: (message: Out) => Either<EncodeFailure, Payload>;
}
