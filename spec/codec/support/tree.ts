import { objectOf } from './any-key.js';

/** An array or a plain object, which can be copied. */
export type Tree = Record<string, unknown>;

export function isTree(value: unknown): value is Tree {
  if (Array.isArray(value)) return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.getPrototypeOf(value) === Object.prototype;
}

export function copyOf(tree: Tree): Tree {
  return Array.isArray(tree) ? (tree.slice() as unknown as Tree) : objectOf(Object.entries(tree));
}

/** A copy with something else, or more, at a key. */
export function withMember(tree: Tree, key: string, value: unknown): Tree {
  const descriptor = { value, writable: true, enumerable: true, configurable: true };
  return Object.defineProperty(copyOf(tree), key, descriptor);
}

/** What is left of a value as JSON; the value itself if JSON cannot hold it. */
export function asJson(value: unknown): unknown {
  try {
    const text: unknown = JSON.stringify(value);
    return typeof text === 'string' ? JSON.parse(text) : text;
  } catch {
    return value;
  }
}
