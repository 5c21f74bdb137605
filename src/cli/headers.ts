import { UsageError } from './usage-error.js';

/** Headers of the opening handshake as the library takes them. */
export type Headers = Readonly<Record<string, string | readonly string[]>>;

// A name is a token (RFC 9110 section 5.6.2).
const LINE = /^\s*([!#$%&'*+.^_`|~\w-]+)\s*:(.*)$/s;

/**
 * Reads lines of the form `name: value`; a name that comes again gives one header of several values.
 *
 * @param source - The option that they were given as, for messages.
 * @param lines - The lines.
 * @throws UsageError for a line of another form; it is not repeated, since it could be a secret.
 */
export function parseHeaders(source: string, lines: readonly string[]): Headers {
  const byName = new Map<string, { readonly name: string; readonly values: string[] }>();
  lines.forEach((line, index) => {
    const [, name, value = ''] = LINE.exec(line) ?? [];
    if (name === undefined) {
      throw new UsageError(`${source}: number ${index + 1} must have the form 'name: value'`);
    }
    const header = byName.get(name.toLowerCase()) ?? { name, values: [] };
    header.values.push(value.trim());
    byName.set(name.toLowerCase(), header);
  });
  return Object.fromEntries(
    Array.from(byName.values(), ({ name, values }) => [
      name,
      values.length === 1 ? (values[0] ?? '') : values,
    ]),
  );
}

/** Splits the text of a file into lines for {@link parseHeaders}, without the empty ones. */
export function headerLines(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}
