import type { MessageKind } from './codec.js';

/** One thing that is wrong with a message. */
export interface DecodeIssue {
  /**
   * Where: the keys from the message down to the value, as the peer wrote them; empty for the
   * message itself.
   */
  readonly path: readonly string[];
  /** The name of the type that was expected there. */
  readonly expected: string;
  /** The value found there, as short printable text. */
  readonly actual: string;
  /**
   * What is wrong, in words: where the place it broke at or a type's own message says more than
   * `expected` and `actual` do.
   */
  readonly message?: string | undefined;
}

/**
 * Why a message did not decode, as plain data.
 *
 * @remarks `phase` tells how far it came: `kind` (a binary message where text was expected, or the
 * reverse), `utf-8`, `json` (not JSON), `format` (not what another codec reads), `schema` (well-formed, but not of the
 * expected type).
 */
export interface DecodeFailure {
  /** The discriminant. */
  readonly _tag: 'DecodeFailure';
  /** How far the message came. */
  readonly phase: 'kind' | 'utf-8' | 'json' | 'format' | 'schema';
  /** The codec that refused it. */
  readonly codec: string;
  /** What the message arrived as. */
  readonly kind: MessageKind;
  /** The payload as it was received. */
  readonly data: Uint8Array;
  /** What is wrong, first things first; never empty. */
  readonly issues: readonly DecodeIssue[];
  /** How many further issues were left out of `issues`; absent when it holds them all. */
  readonly omittedIssues?: number | undefined;
  /** What the program's own type or codec threw, if it threw instead of refusing the message. */
  readonly cause?: unknown;
}
