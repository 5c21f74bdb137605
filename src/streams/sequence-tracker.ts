/** A number in a sequence. */
export type Sequence = number | bigint;

/** A run of numbers that are missing, both ends included. */
export interface MissingRun<S extends Sequence> {
  readonly from: S;
  readonly to: S;
}

/** What a number means after those before it; a run is what is missing before it. */
export type SequenceVerdict<S extends Sequence> = 'next' | 'late' | 'duplicate' | MissingRun<S>;

/** Gives the number after `sequence`, or the one before it. */
function step<S extends Sequence>(sequence: S, by: 1 | -1): S {
  // TypeScript narrows this, but not what is of a type parameter.
  const from: Sequence = sequence;
  return (typeof from === 'bigint' ? from + BigInt(by) : from + by) as S;
}

/** Follows one sequence, and knows what is missing of it: of the latest runs, so many as it was told to keep. */
export class SequenceTracker<S extends Sequence> {
  readonly #limit: number;
  // In order; none is empty.
  #missing: MissingRun<S>[] = [];
  // Before it, nothing is known.
  #horizon: S;
  #expected: S;

  /**
   * @param first - The number that is expected first.
   * @param limit - How many runs of missing numbers it keeps in mind.
   */
  constructor(first: S, limit: number) {
    this.#horizon = first;
    this.#expected = first;
    this.#limit = limit;
  }

  /** Takes note of a number that came. */
  note(sequence: S): SequenceVerdict<S> {
    const expected = this.#expected;
    if (sequence < expected) return this.#isDuplicate(sequence) ? 'duplicate' : 'late';
    this.#expected = step(sequence, 1);
    if (sequence === expected) return 'next';
    const run: MissingRun<S> = { from: expected, to: step(sequence, -1) };
    this.#missing.push(run);
    this.#forget();
    return run;
  }

  #isDuplicate(sequence: S): boolean {
    if (sequence < this.#horizon) return false;
    const index = this.#missing.findIndex(({ from, to }) => from <= sequence && sequence <= to);
    const run = this.#missing[index];
    if (run === undefined) return true;
    const rest: readonly MissingRun<S>[] = [
      { from: run.from, to: step(sequence, -1) },
      { from: step(sequence, 1), to: run.to },
    ];
    this.#missing.splice(index, 1, ...rest.filter(({ from, to }) => from <= to));
    this.#forget();
    return false;
  }

  /** Keeps to the limit: a run becomes two when it is filled from its middle. */
  #forget(): void {
    const [earliest] = this.#missing;
    if (earliest === undefined || this.#missing.length <= this.#limit) return;
    this.#missing.shift();
    this.#horizon = step(earliest.to, 1);
  }
}
