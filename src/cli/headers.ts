import { UsageError } from './usage-error.js';

/** Headers of the opening handshake as the library takes them. */
export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** The name and the value of one header. */
export type Header = readonly [name: string, value: string];

// A name is a token (RFC 9110 section 5.6.2).
const LINE = /^\s*([!#$%&'*+.^_`|~\w-]+)\s*:(.*)$/s;

/**
 * Reads lines of the form `name: value`.
 *
 * @param source - The option that they were given as, for messages.
 * @param lines - The lines.
 * @throws UsageError for a line of another form; it is not repeated, since it could be a secret.
 */
export function parseHeaders(source: string, lines: readonly string[]): readonly Header[] {
  return lines.map((line, index) => {
    const [, name, value = ''] = LINE.exec(line) ?? [];
    if (name === undefined) {
      throw new UsageError(`${source}: number ${index + 1} must have the form 'name: value'`);
    }
    return [name, value.trim()];
  });
}

/** Splits the text of a file into lines for {@link parseHeaders}, without the empty ones. */
export function headerLines(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}

/** Puts headers together: a name that comes again, in any case, makes one of several values. */
export function toHeaders(headers: readonly Header[]): Headers {
  const byName = new Map<string, [name: string, values: string | readonly string[]]>();
  for (const [name, value] of headers) {
    const known = byName.get(name.toLowerCase());
    if (known === undefined) byName.set(name.toLowerCase(), [name, value]);
    else known[1] = [known[1], value].flat();
  }
  return Object.fromEntries(byName.values());
}
