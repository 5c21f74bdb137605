const LAST = Symbol.for('rx-wss.sockets');

/**
 * Gives the next socket its number: 1 for the first one.
 *
 * @remarks
 * The channels are the process's, so that the count is, too: the ESM and the CommonJS copy of the
 * package go on with the same one.
 */
export function nextSocketNumber(): number {
  const shared = globalThis as { [LAST]?: unknown };
  const last = shared[LAST];
  const next = typeof last === 'number' ? last + 1 : 1;
  shared[LAST] = next;
  return next;
}
