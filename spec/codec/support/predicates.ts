import fc from 'fast-check';

/** A predicate of a program's own. */
export interface Predicate {
  readonly name: string;
  readonly test: (value: unknown) => boolean;
}

/** A number that depends on little of a value, and is the same for equal ones. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value === 'number') return value;
  if (typeof value !== 'object' || value === null) return typeof value === 'undefined' ? 1 : 2;
  return Array.isArray(value) ? value.length : Object.keys(value).length;
}

/** Lies about its type, as JavaScript may: what counts is whether the result is truthy. */
function truthy(test: (value: unknown) => unknown): (value: unknown) => boolean {
  return test as (value: unknown) => boolean;
}

const PREDICATES: readonly Predicate[] = [
  { name: 'always', test: () => true },
  { name: 'never', test: () => false },
  { name: 'even', test: (value) => sizeOf(value) % 2 === 0 },
  { name: 'small', test: (value) => sizeOf(value) < 2 },
  { name: 'isInteger', test: Number.isInteger },
  { name: 'gives a number', test: truthy(sizeOf) },
  { name: 'gives a string', test: truthy((value) => (sizeOf(value) > 1 ? 'yes' : '')) },
  { name: 'gives the value', test: truthy((value) => value) },
  { name: 'not undefined', test: (value) => value !== undefined },
];

const THROWING: readonly Predicate[] = [
  {
    name: 'throws for nothing',
    test: (value) => (value as { a: unknown }).a !== 0,
  },
  {
    name: 'throws for some',
    test: (value) => {
      if (sizeOf(value) === 1) throw new Error('one');
      return true;
    },
  },
];

export const anyPredicate: fc.Arbitrary<Predicate> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...PREDICATES) },
  { weight: 1, arbitrary: fc.constantFrom(...THROWING) },
);
