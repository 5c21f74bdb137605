import { Unlearnable } from '../learned-function.js';
import { ANY_SCALAR, NO_SCALAR } from '../read/layout.js';
import type { Field, Layout } from '../read/layout.js';
import { mergeAll } from '../read/merge-layouts.js';

/** Deeper messages are not learned from. */
const MAX_DEPTH = 32;
/** Of longer arrays only the first items are looked at. */
const MAX_ITEMS = 64;

/**
 * Gives the layout of what `JSON.stringify` would write of a value.
 *
 * @throws Unlearnable if there is anything in it but plain objects, arrays and scalars.
 */
export function valueLayout(value: unknown, depth = 0): Layout {
  if (depth > MAX_DEPTH) throw new Unlearnable('is nested too deep');
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return ANY_SCALAR;
    case 'object':
      if (value === null) return ANY_SCALAR;
      break;
    default:
      throw unplain();
  }
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_ITEMS).map((item) => valueLayout(item, depth + 1));
    return { _tag: 'Array', spacing: undefined, item: mergeAll(items) };
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) throw unplain();
  const fields = Object.keys(value).map((key) => fieldOf(value, key, depth));
  return { _tag: 'Object', shape: undefined, spacing: undefined, fields };
}

function fieldOf(object: object, key: string, depth: number): Field {
  // A value that is assigned to __proto__ would not become a key; others might come from anywhere.
  if (key === '__proto__' || !/^[\w$.:/@ -]{1,64}$/.test(key)) {
    throw new Unlearnable('has a key that is no plain word');
  }
  const descriptor = Object.getOwnPropertyDescriptor(object, key);
  // A getter is not asked once more than it has to be.
  if (descriptor === undefined || !('value' in descriptor)) throw unplain();
  const value: unknown = descriptor.value;
  // What is undefined is left out.
  if (value === undefined) return { key, layout: NO_SCALAR, isOptional: true, isSkipped: false };
  return { key, layout: valueLayout(value, depth + 1), isOptional: false, isSkipped: false };
}

function unplain(): Unlearnable {
  return new Unlearnable('is made of more than plain objects, arrays and scalars');
}
