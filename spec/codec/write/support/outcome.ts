/** What came of a call. */
export type Outcome =
  | { readonly _tag: 'Gave'; readonly value: unknown }
  | { readonly _tag: 'Threw'; readonly thrown: unknown };

/** Runs something, and gives what came of it. */
export function outcomeOf(run: () => unknown): Outcome {
  try {
    return { _tag: 'Gave', value: run() };
  } catch (thrown) {
    return { _tag: 'Threw', thrown };
  }
}

/** Tells whether two calls came to the same, errors by their class and message. */
export function isSameOutcome(one: Outcome, other: Outcome): boolean {
  if (one._tag === 'Gave') return other._tag === 'Gave' && Object.is(one.value, other.value);
  return other._tag === 'Threw' && isSameError(one.thrown, other.thrown);
}

function isSameError(one: unknown, other: unknown): boolean {
  if (!(one instanceof Error) || !(other instanceof Error)) return Object.is(one, other);
  return (
    Object.getPrototypeOf(one) === Object.getPrototypeOf(other) && one.message === other.message
  );
}
