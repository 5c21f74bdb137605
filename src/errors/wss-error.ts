/** Marks every error of the family, so that `instanceof` holds across the ESM and CommonJS copies. */
const BRANDS = Symbol.for('rx-wss.error');

/** A class whose instances are recognised by name instead of by identity. */
interface Branded {
  readonly brand: string;
}

/** Stamps `error` with the brands of `constructor` and of the classes above it. */
export function stamp(error: Error, constructor: unknown): void {
  const brands = ['WssError'];
  for (let each = constructor; isBranded(each); each = Object.getPrototypeOf(each)) {
    brands.push(each.brand);
  }
  Object.defineProperty(error, BRANDS, { value: brands });
}

/** Answers `instanceof` for a branded class: by the stamp, whichever copy of the package set it. */
export function isInstance(constructor: unknown, value: unknown): boolean {
  if (!isBranded(constructor) || !Object.hasOwn(constructor, 'brand')) {
    return Function.prototype[Symbol.hasInstance].call(constructor, value);
  }
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { readonly [BRANDS]?: readonly string[] })[BRANDS]?.includes(constructor.brand) ===
      true
  );
}

function isBranded(value: unknown): value is Branded {
  return typeof value === 'function' && 'brand' in value && typeof value.brand === 'string';
}

/**
 * The base of every error of this package.
 *
 * @remarks
 * `value instanceof WssError` is true for each of them, also for the option errors, which extend
 * `TypeError` and `RangeError`, and also when the value comes from the package's other module
 * format.
 */
export abstract class WssError extends Error {
  /** The name that `instanceof` goes by. */
  static readonly brand: string = 'WssError';

  /** The discriminant of the family. */
  abstract readonly _tag: string;
  /** A stable identifier, `ERR_WSS_…`; docs/errors.md describes each one. */
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    stamp(this, new.target);
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isInstance(this, value);
  }
}
