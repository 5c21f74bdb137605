import { readFileSync } from 'node:fs';

import { printable } from '../index.js';
import { UsageError } from './usage-error.js';

/**
 * Gives the text of a file that an option names.
 *
 * @throws UsageError naming the option and the file.
 */
export function readFile(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new UsageError(`${option}: the file '${printable(file)}' cannot be read${reason}`, {
      cause: error,
    });
  }
}
