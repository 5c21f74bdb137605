import fc from 'fast-check';

const COMMON = ['a', 'b', 'c', 'kind', 'type', 'next'] as const;

const ODD = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'length',
  'prototype',
  '',
  '0',
  '1',
  '-1',
  '4294967295',
  'a b',
  'a"b\\',
  "a'${b}`",
  '\n',
  '\0',
  '\u2028\u2029',
  '\ud800',
  '\udfff\ud800',
  'é',
  '🚀',
  'v',
  'k0',
  'key',
  'return',
  'x'.repeat(5_000),
] as const;

/** A key of an object; few of them, so that types and values often have the same. */
export const anyKey: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...COMMON) },
  { weight: 2, arbitrary: fc.constantFrom(...ODD) },
);

/** An object with these own keys, among which `__proto__` is a key as any other. */
export function objectOf(entries: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  return Object.fromEntries(entries);
}
