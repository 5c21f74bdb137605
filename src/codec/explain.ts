import type { Codec } from './codec.js';
import type { LeftToIoTs } from './compile/left-to-io-ts.js';
import type { LearnedStatus } from './learned-function.js';

/** How a codec checks what arrives. */
export interface IncomingExplanation {
  /** The name of the type or schema; absent when messages are not checked. */
  readonly type?: string | undefined;
  /**
   * What checks a message: `generated`, a function that was generated for the type; `closures`, functions put
   * together, where code may not be generated; `io-ts` or `schema`, the type or schema itself; `nothing`.
   */
  readonly check: 'generated' | 'closures' | 'io-ts' | 'schema' | 'nothing';
  /** The parts of the type that are left to io-ts. */
  readonly leftToIoTs: readonly LeftToIoTs[];
  /**
   * How reading straight from the bytes is doing; absent for a type that it is not tried for.
   */
  readonly reader?: LearnedStatus | undefined;
}

/** How a codec writes what is sent. */
export interface OutgoingExplanation {
  /** How the generated writer is doing. */
  readonly writer: LearnedStatus;
}

/** What a codec has made of its types, and how that is doing. */
export interface CodecExplanation {
  /** The name of the codec. */
  readonly codec: string;
  /** Absent for a codec that is not made by `json`. */
  readonly incoming?: IncomingExplanation | undefined;
  /** Absent for a codec that is not made by `json`. */
  readonly outgoing?: OutgoingExplanation | undefined;
}

type Explain = () => Omit<CodecExplanation, 'codec'>;

const explanations = new WeakMap<object, Explain>();

/** Makes a codec explainable. */
export function explainable<C extends object>(codec: C, explanation: Explain): C {
  explanations.set(codec, explanation);
  return codec;
}

/**
 * Tells what a codec has made of its types: what is compiled, what is left to io-ts and why, and how many
 * messages have taken which way so far.
 *
 * @remarks
 * For finding out why a codec is slower than it might be. A snapshot, as plain data; nothing in it says what was
 * in a message.
 *
 * @param codec - Any codec; one that is not made by `json` has only its name to tell.
 * @returns What there is to tell at this moment.
 *
 * @example
 * ```ts
 * import * as t from 'io-ts';
 * import { explain, json } from 'rx-wss';
 *
 * const codec = json({ incoming: t.type({ symbol: t.string, price: t.number }) });
 * explain(codec).incoming?.check; // 'generated'
 * explain(codec).incoming?.leftToIoTs; // []
 * explain(codec).incoming?.reader?.state; // 'learning': it has not seen a message yet
 * ```
 */
export function explain(codec: Codec<unknown, never>): CodecExplanation {
  return { codec: codec.name, ...explanations.get(codec)?.() };
}
