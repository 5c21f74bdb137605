import type { ProxyUser } from './servers/squid.js';

/**
 * Finds what must not be told of `users`: their passwords, as they are and as they stand in a URL,
 * and what goes into `Proxy-Authorization`.
 *
 * @param logged - What was told.
 * @returns Each secret that is in it.
 */
export function secretsIn(logged: string, users: readonly ProxyUser[]): readonly string[] {
  return users.flatMap(spellings).filter((spelling) => logged.includes(spelling));
}

function spellings({ name, password }: ProxyUser): readonly string[] {
  const encoded = encodeURIComponent(password);
  return [
    password,
    encoded,
    // Not everything that encodeURIComponent encodes is encoded by a URL too.
    new URL(`http://user:${encoded}@localhost`).password,
    Buffer.from(`${name}:${password}`).toString('base64'),
  ];
}
