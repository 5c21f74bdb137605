const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
/** A brace is a bracket with this bit set. */
const BRACE = 0x20;

/**
 * Tells whether arrays and objects are nested deeper in a text of JSON than they may be, before it is
 * parsed.
 *
 * @remarks
 * It counts and leaves the judgement of the syntax to `JSON.parse`: for a text that is not JSON the
 * answer may be either. One pass at most, without allocation; it is over as soon as what is left is too
 * short to open, and close again, as many as it would take.
 *
 * @param data - The text in UTF-8, in which no byte of a longer character looks like one of ASCII.
 * @param maxDepth - How deep they may be nested; `[]` is one deep.
 */
export function isDeeperThan(data: Uint8Array, maxDepth: number): boolean {
  // To get one deeper takes that many opening bytes, and as many closing ones after them.
  const end = data.byteLength - (maxDepth + 1);
  let depth = 0;
  for (let at = 0; at + maxDepth - depth < end; at++) {
    const byte = data[at] ?? 0;
    if (byte < OPENING_BRACKET) {
      if (byte === QUOTE) at = endOfString(data, at);
    } else if ((byte & ~BRACE) === OPENING_BRACKET) {
      if (depth === maxDepth) return true;
      depth += 1;
    } else if ((byte & ~BRACE) === CLOSING_BRACKET) {
      depth -= 1;
    }
  }
  return false;
}

/** The place of the quote that closes the string opened at `at`; past the end when none does. */
function endOfString(data: Uint8Array, at: number): number {
  const { byteLength } = data;
  for (let next = at + 1; next < byteLength; next++) {
    const byte = data[next];
    if (byte === QUOTE) return next;
    if (byte === BACKSLASH) next += 1;
  }
  return byteLength;
}

/**
 * Tells whether there are more opening brackets in a text than `limit`, those in strings among them.
 *
 * @remarks By the engine's own search, which takes a third of the time of the closer look.
 */
export function hasMoreBrackets(text: string, limit: number): boolean {
  let left = limit;
  for (const bracket of ['[', '{']) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      if (left === 0) return true;
      left -= 1;
    }
  }
  return false;
}
