import { writeFileSync } from 'node:fs';

import type { Result } from '../cases/result.js';

/** A line of the table. */
export interface ResultLine {
  readonly name: string;
  readonly expected: Result;
  readonly got: Result | undefined;
  /** The code as it stands. */
  readonly code: string;
  /** Undefined where the server cannot tell them from the rest. */
  readonly requestBytes: number | undefined;
}

const GAP = '  ';

/** Gives the lines as aligned plain text. */
function formatTable(lines: readonly ResultLine[]): string {
  const rows = [
    ['case', 'expected', 'got', 'code', 'request bytes', 'node'],
    ...lines.map(({ name, expected, got, code, requestBytes = '?' }) => [
      name,
      formatResult(expected),
      got === undefined ? '?' : formatResult(got),
      code === '' ? '-' : code,
      String(requestBytes),
      process.version,
    ]),
  ];
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
        .join(GAP)
        .trimEnd(),
    )
    .join('\n');
}

/** Writes the table where the environment says: `1` to standard output, or to a file. */
export function writeTable(where: string | undefined, lines: readonly ResultLine[]): void {
  if (where === undefined || where === '') return;
  const table = formatTable(lines);
  if (where === '1') console.log(table);
  else writeFileSync(where, `${table}\n`);
}

function formatResult(result: Result): string {
  return Object.entries(result)
    .map(([name, value]) => {
      if (Array.isArray(value)) return value.join('+');
      return ['alert', 'openssl', 'status', 'dangerous'].includes(name)
        ? `${name}=${String(value)}`
        : String(value);
    })
    .filter((text) => text !== '')
    .join(' ');
}
