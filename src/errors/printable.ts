// Control characters, the line separators of Unicode, and the marks that reorder text.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Gives `text` with everything escaped that could break out of a log line or a terminal, and cut
 * to `maxLength` characters.
 *
 * @param text - Text that may come from the peer.
 * @param maxLength - The most characters of it to show.
 * @defaultValue maxLength: 200
 */
export function printable(text: string, maxLength = 200): string {
  const escaped = (text.length > maxLength ? text.slice(0, maxLength) : text).replace(
    UNPRINTABLE,
    (character) => {
      const point = Number(character.codePointAt(0));
      return point > 0xffff
        ? `\\u{${point.toString(16)}}`
        : `\\u${point.toString(16).padStart(4, '0')}`;
    },
  );
  return text.length > maxLength ? `${escaped}…` : escaped;
}
