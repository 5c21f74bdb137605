/** Gives the string of the bytes from `start` up to `end`, which are ASCII. */
export type ReadText = (data: Buffer, start: number, end: number, hash: number) => string;

const SLOTS = 2_048;
/** Longer strings seldom come again: identifiers, times, prose. */
export const MAX_LOOKED_UP = 20;

/**
 * Makes a function that gives short strings without making them anew: the names of what a feed is about
 * come again and again.
 *
 * @remarks
 * A table of bounded size: two strings that fall on the same slot replace each other. `hash` is FNV-1a
 * over the bytes.
 */
export function createReadText(): ReadText {
  const hashes = new Int32Array(SLOTS);
  const strings: string[] = new Array<string>(SLOTS).fill('');
  return (data, start, end, hash) => {
    if (end - start > MAX_LOOKED_UP) return data.toString('latin1', start, end);
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const known = strings[slot] ?? '';
    if (hashes[slot] === hash && isAt(known, data, start, end)) return known;
    const text = data.toString('latin1', start, end);
    hashes[slot] = hash;
    strings[slot] = text;
    return text;
  };
}

function isAt(text: string, data: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = 0; at < text.length; at += 1) {
    if (text.charCodeAt(at) !== data[start + at]) return false;
  }
  return true;
}

/**
 * Reads what the generated reader leaves out: strings with escapes or beyond ASCII, numbers that are long
 * or have an exponent.
 */
export interface RareTokens {
  /** Where the last token ended. */
  end: number;
  /**
   * Reads the string whose first byte after the quote is at `start`; undefined when it is none, or has bytes beyond
   * ASCII that are not known to be UTF-8.
   */
  readonly text: (data: Buffer, start: number, isUtf8: boolean) => string | undefined;
  /** Reads the number that starts at `start`; undefined when it is none. */
  readonly number: (data: Buffer, start: number) => number | undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/** Makes the reader of rare tokens for one codec. */
export function createRareTokens(): RareTokens {
  const tokens: RareTokens = {
    end: 0,
    text: (data, start, isUtf8) => {
      let hasEscape = false;
      let at = start;
      for (let byte = data[at]; byte !== QUOTE; byte = data[at]) {
        if (byte === undefined || byte < SPACE || (byte > 0x7f && !isUtf8)) return undefined;
        if (byte === BACKSLASH) hasEscape = true;
        at += byte === BACKSLASH ? 2 : 1;
      }
      tokens.end = at + 1;
      if (!hasEscape) return data.toString('utf8', start, at);
      try {
        return JSON.parse(data.toString('utf8', start - 1, at + 1)) as string;
      } catch {
        return undefined;
      }
    },
    number: (data, start) => {
      let end = start;
      while (isOfNumber(data[end])) end += 1;
      const text = data.toString('latin1', start, end);
      tokens.end = end;
      return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
    },
  };
  return tokens;
}

/** A digit, a sign, a point or the letter of an exponent. */
function isOfNumber(byte: number | undefined): boolean {
  return (
    byte !== undefined &&
    ((byte >= 0x30 && byte <= 0x39) ||
      byte === 0x2b ||
      byte === 0x2d ||
      byte === 0x2e ||
      byte === 0x45 ||
      byte === 0x65)
  );
}
