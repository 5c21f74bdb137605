import { valueText } from '../value-text.js';

/** What a binary format can write. */
export interface Forms {
  /** How deep arrays and objects may be nested. */
  readonly maxDepth: number;
  /** Tells whether it has a form for an object that is neither an array nor made of keys and values. */
  readonly hasFormFor: (object: object) => boolean;
}

/** In a pattern of whole characters, a surrogate is one without its other half. */
const UNPAIRED = /\p{Cs}/u;

/**
 * Refuses a message that an encoder would write as something else, or without an end.
 *
 * @remarks Encoders write an object that they do not know as one without keys, and an unpaired surrogate as bytes that
 * are not UTF-8.
 *
 * @throws `TypeError` with what has no form.
 */
export function refuseFormless(value: unknown, forms: Forms, depth = 0): void {
  if (typeof value === 'string') refuseUnpaired(value);
  else if (typeof value === 'object' && value !== null) refuseObject(value, forms, depth + 1);
}

function refuseObject(object: object, forms: Forms, depth: number): void {
  if (Array.isArray(object) || object instanceof Set) {
    refuseDeep(depth, forms);
    for (const item of object) refuseFormless(item, forms, depth);
  } else if (object instanceof Map) {
    refuseDeep(depth, forms);
    for (const [key, item] of object) {
      refuseFormless(key, forms, depth);
      refuseFormless(item, forms, depth);
    }
  } else if (Object.prototype.toString.call(object) === '[object Object]') {
    refuseDeep(depth, forms);
    for (const key of Object.keys(object)) {
      refuseUnpaired(key);
      refuseFormless(Reflect.get(object, key), forms, depth);
    }
    return;
  }
  if (!Array.isArray(object) && !forms.hasFormFor(object)) throw new TypeError(valueText(object));
}

function refuseDeep(depth: number, { maxDepth }: Forms): void {
  if (depth > maxDepth) throw new TypeError(`nested deeper than maxDepth, which is ${maxDepth}`);
}

function refuseUnpaired(text: string): void {
  if (UNPAIRED.test(text)) {
    throw new TypeError(`a string with an unpaired surrogate: ${valueText(text)}`);
  }
}
