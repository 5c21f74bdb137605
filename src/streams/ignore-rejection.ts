import { isPromise } from 'node:util/types';

/**
 * Sees to it that a promise that nobody asked for, from a function that had to answer at once, does
 * not become an unhandled rejection.
 */
export function ignoreRejection(value: unknown): void {
  if (isPromise(value)) value.catch(() => undefined);
}
