/**
 * Tells that io-ts would take a value and give that very value back.
 *
 * @remarks `false` says nothing: io-ts may take the value and give another, or refuse it. For a shape that
 * keeps what it takes it means that io-ts would refuse it.
 */
export type Check = (value: unknown) => boolean;

export const hasOwn: (value: object, key: string) => boolean = Object.hasOwn;

/** io-ts's notion of a record. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Tells whether two values are the same, 0 and -0 not being. */
export function isLiteral(literal: unknown): Check {
  return literal === 0 ? (value) => Object.is(value, literal) : (value) => value === literal;
}
