import { readFileSync } from 'node:fs';

/** Gives the version of the package, from its package.json: two folders up, here and in `dist`. */
export function readVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  // The package's own file: npm refuses to publish one without a version.
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
