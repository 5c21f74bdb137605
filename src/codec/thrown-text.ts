import { printable } from '../errors/printable.js';
import { valueText } from './value-text.js';

const MAX_LENGTH = 200;

/** Shows what was thrown, whatever it is: its message, on one line, cut short. Never throws. */
export function thrownText(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error)) return valueText(thrown);
    // V8 draws the cycle of a circular structure on several lines.
    const lines = thrown.message.slice(0, 2 * MAX_LENGTH).split('\n');
    return printable(lines.map((line) => line.trim()).join(' '), MAX_LENGTH);
  } catch {
    return 'an error that cannot be shown';
  }
}
