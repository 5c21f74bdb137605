import * as t from 'io-ts';

import type { Check } from './check.js';
import { closureCheck } from './closure-check.js';
import { closureDecode, REFUSED } from './closure-decode.js';
import { generatedCheck } from './generated-check.js';
import { hasOpaque, isKeeping } from './shape-facts.js';
import { shapeOf } from './shape-of.js';
import type { Shape } from './shape.js';
import { mayGenerate } from './source.js';

/** An io-ts type, compiled. */
export interface CompiledType {
  /** What the type is made of. */
  readonly shape: Shape;
  /** Tells that the type takes a value as it is. */
  readonly check: Check;
  /** Gives what the type makes of a value, or `REFUSED`; io-ts knows why. */
  readonly decode: (value: unknown) => unknown;
}

/**
 * Compiles an io-ts type.
 *
 * @returns undefined for a type whose own `decode` is not io-ts's, and which is left to it altogether.
 */
export function compileType(type: t.Mixed): CompiledType | undefined {
  const shape = shapeOf(type);
  if (shape._tag === 'Opaque' || !isRoot(type)) return undefined;
  const check = mayGenerate() ? generatedCheck(shape) : closureCheck(shape);
  if (isKeeping(shape)) {
    return { shape, check, decode: (value) => (check(value) ? value : REFUSED) };
  }
  const slow = closureDecode(shape);
  const decode = (value: unknown): unknown => slow(value, [{ key: '', type, actual: value }]);
  return {
    shape,
    check,
    // What is left to io-ts is to be asked once.
    decode: hasOpaque(shape) ? decode : (value) => (check(value) ? value : decode(value)),
  };
}

/** The name of a `decode` that was bound, as io-ts does for each type. */
const BOUND: string = t.string.decode.name;

/**
 * Tells whether the `decode` of a type is io-ts's, on the type itself: a copy of a type may have the
 * `decode` that is bound to the original.
 */
function isRoot(type: t.Mixed): boolean {
  try {
    const prototype = Object.getPrototypeOf(type) as object;
    if (Reflect.get(prototype, 'decode') !== Reflect.get(t.Type.prototype, 'decode')) return false;
    if (type.decode.name !== BOUND) return false;
    // No type of io-ts takes a symbol but those that take anything.
    const result: t.Validation<unknown> = type.decode(REFUSED);
    return result._tag === 'Left' && result.left[0]?.context[0]?.type === type;
  } catch {
    return false;
  }
}
