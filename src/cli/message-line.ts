import { printable } from '../index.js';
import type { Payload } from '../index.js';

/**
 * Gives a message as one line that is safe to show on a terminal.
 *
 * @remarks
 * JSON means the same before and after: line breaks between its tokens become spaces, and what could
 * harm a terminal inside of its strings becomes `\uXXXX`. In other text control characters are
 * escaped. A binary message is `base64:` and its bytes.
 *
 * @param message - The message.
 * @returns The line, without a line break at its end.
 */
export function messageLine(message: Payload): string {
  if (typeof message !== 'string') return `base64:${Buffer.from(message).toString('base64')}`;
  return isJson(message) ? escapeJson(message) : printable(message, Infinity);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

// Between its tokens, JSON has tabs and line breaks, and in its strings it cannot have them (RFC
// 8259 sections 2 and 7); the other characters that are escaped here it has in strings only.
function escapeJson(text: string): string {
  return text.replace(/[\t\n\r]/g, ' ').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
