/** Gives a member of an object or a function; undefined for anything else. */
export function memberOf(value: unknown, name: string): unknown {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
    ? Reflect.get(value, name)
    : undefined;
}

/** Tells whether a value is an object or a function that has such a method. */
export function hasMethod<N extends string>(
  value: unknown,
  name: N,
): value is Readonly<Record<N, (...args: readonly unknown[]) => unknown>> {
  return typeof memberOf(value, name) === 'function';
}
