/**
 * Gives a table as text: the first column to the left, the others to the right.
 *
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 * @returns {string}
 */
export function tableText(head, rows) {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [head, ...rows]
    .map((row) =>
      widths
        .map((width, column) => {
          const cell = row[column] ?? '';
          return column === 0 ? cell.padEnd(width) : cell.padStart(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/**
 * Gives a number with as many digits as a measurement has.
 *
 * @param {number} value
 * @returns {string}
 */
export function threeDigits(value) {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toFixed(Math.min(digits, 3));
}

/**
 * Gives what the contestants of a group took as a table.
 *
 * @param {readonly [title: string, cost: string]} head
 * @param {readonly import('./statistics.js').Row[]} rows
 * @param {string} unit Of the medians.
 * @returns {string}
 */
export function rowsText([title, cost], rows, unit) {
  return tableText(
    [title, cost, 'ratio', 'quartiles'],
    rows.map((row) => [
      row.name,
      `${threeDigits(row.median)} ${unit}`,
      threeDigits(row.ratio),
      `${threeDigits(row.ratioQ1)}-${threeDigits(row.ratioQ3)}`,
    ]),
  );
}

/**
 * Gives a line for a comparison of two.
 *
 * @param {import('./statistics.js').Pair} pair
 * @returns {string}
 */
export function pairText({ name, by, ratio, ratioQ1, ratioQ3 }) {
  return `${name} / ${by}: ${threeDigits(ratio)} (${threeDigits(ratioQ1)}-${threeDigits(ratioQ3)})`;
}
