import fc from 'fast-check';
import * as t from 'io-ts';

/** An io-ts type, and values that it takes or nearly takes. */
export interface Sample {
  readonly type: t.Mixed;
  readonly values: fc.Arbitrary<unknown>;
}

/** A sample of an object type whose members are known. */
export interface ObjectSample extends Sample {
  readonly type: t.Mixed & t.HasProps;
}

export function sampleOf(type: t.Any, values: fc.Arbitrary<unknown>): Sample {
  // Those that take but some values are given all others, too.
  return { type: type, values };
}

/** Gives one of several values each time. */
export function oneOf(...values: readonly [unknown, ...unknown[]]): fc.Arbitrary<unknown> {
  return fc.constantFrom<unknown[]>(...values);
}

/** What io-ts's signatures ask of the members of a union, a tuple and the like; it takes any number. */
export type Members = [t.Mixed, t.Mixed];

/** The types of samples, as `union`, `tuple` and `intersection` want them. */
export function typesOf(samples: readonly Sample[]): Members {
  return samples.map(({ type }) => type) as unknown as Members;
}

/** A union of any types. */
export function unionOf(samples: readonly Sample[]): t.Mixed {
  try {
    return t.union(typesOf(samples));
  } catch {
    // io-ts takes what objects inherit at `constructor` for tags; so there are none in the first.
    return t.union([t.never as unknown as t.Mixed, ...typesOf(samples)]);
  }
}

/** A type that may hold itself. */
export function recursionOf(name: string, make: (self: t.Mixed) => t.Mixed): t.Mixed {
  return t.recursion<unknown>(name, make);
}
