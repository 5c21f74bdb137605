import type { Writable } from 'node:stream';
import { styleText } from 'node:util';

/** What a text may look like. */
export type Colour = 'plain' | 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Gives `text` in a colour, or as it is where there are no colours. */
export type Paint = (colour: Colour, text: string) => string;

/**
 * Tells whether to write colours to `stream`.
 *
 * @remarks
 * `FORCE_COLOR` decides when it is set, then `NO_COLOR` (no-color.org) when it is set and not empty,
 * as they do for Node itself; else a terminal gets colours, unless `TERM` says that it is dumb.
 * `styleText` would look at these by itself, but in each version of Node 20 and 22 in another way,
 * and at standard output for every stream.
 *
 * @param stream - What is written to.
 * @param env - The environment variables.
 */
export function isColourful(
  stream: Writable,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: term } = env;
  if (force !== undefined) return force !== '0' && force !== 'false';
  if (no !== undefined && no !== '') return false;
  return isTerminal(stream) && term !== 'dumb';
}

/** Tells whether `stream` is a terminal. */
export function isTerminal(stream: Writable): boolean {
  return 'isTTY' in stream && stream.isTTY === true;
}

/** Gives the {@link Paint} for a stream that takes colours, or one that does not. */
export function createPaint(hasColours: boolean): Paint {
  return (colour, text) =>
    hasColours && colour !== 'plain' ? styleText(colour, text, { validateStream: false }) : text;
}
