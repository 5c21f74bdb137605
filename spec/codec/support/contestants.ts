import type * as t from 'io-ts';

import type { Check } from '../../../src/codec/compile/check.js';
import { closureCheck } from '../../../src/codec/compile/closure-check.js';
import { closureDecode, REFUSED } from '../../../src/codec/compile/closure-decode.js';
import { compileType } from '../../../src/codec/compile/compile-type.js';
import { generatedCheck } from '../../../src/codec/compile/generated-check.js';
import { isKeeping } from '../../../src/codec/compile/shape-facts.js';
import { shapeOf } from '../../../src/codec/compile/shape-of.js';
import { mayGenerate } from '../../../src/codec/compile/source.js';
import { holdsNaN, isPlain, unlikeness } from './likeness.js';

/** What came of a run. */
type Outcome =
  | { readonly _tag: 'Gave'; readonly value: unknown }
  | { readonly _tag: 'Refused' }
  | { readonly _tag: 'Threw'; readonly thrown: unknown };

/** How often what was seen, so that a comparison that compares nothing is noticed. */
export interface Tally {
  types: number;
  compiled: number;
  keeping: number;
  values: number;
  given: number;
  changed: number;
  refused: number;
  threw: number;
  passed: number;
  decoded: number;
}

export function emptyTally(): Tally {
  return {
    types: 0,
    compiled: 0,
    keeping: 0,
    values: 0,
    given: 0,
    changed: 0,
    refused: 0,
    threw: 0,
    passed: 0,
    decoded: 0,
  };
}

/** Everything that was compiled from a type, to be held against the type itself. */
export class Contestants {
  readonly #type: t.Mixed;
  readonly #isKeeping: boolean;
  readonly #checks: readonly (readonly [string, Check])[];
  readonly #decoders: readonly (readonly [string, (value: unknown) => unknown])[];
  readonly #tally: Tally;

  constructor(type: t.Mixed, tally: Tally) {
    const shape = shapeOf(type);
    const slow = closureDecode(shape);
    const compiled = compileType(type);
    this.#type = type;
    this.#isKeeping = isKeeping(shape);
    this.#checks = [
      ['closureCheck', closureCheck(shape)],
      ...(mayGenerate() ? ([['generatedCheck', generatedCheck(shape)]] as const) : []),
      ...(compiled === undefined ? [] : ([['compileType.check', compiled.check]] as const)),
    ];
    this.#decoders = [
      ['closureDecode', (value) => slow(value, [{ key: '', type, actual: value }])],
      ...(compiled === undefined ? [] : ([['compileType.decode', compiled.decode]] as const)),
    ];
    this.#tally = tally;
    tally.types += 1;
    if (compiled !== undefined) tally.compiled += 1;
    if (this.#isKeeping) tally.keeping += 1;
  }

  /** Tells in what way something makes of the value another thing than io-ts does. */
  difference(value: unknown): string | undefined {
    // io-ts copies it, and goes on with the copy, which may lack something.
    if (holdsNaN(value) && !isPlain(value)) return undefined;
    const { decode } = this.#type;
    const theirs = validation(() => decode(value));
    // A prototype of the value's own, under the key `__proto__`, may keep io-ts from writing to its copy, and a
    // value that holds itself has no end for those who look at all of it.
    if (theirs._tag === 'Threw' && ITS_OWN.test(String(theirs.thrown))) return undefined;
    // closureDecode and the checks do what `validate` does, which a root's `decode` may differ from.
    const context = [{ key: '', type: this.#type, actual: value }];
    const validated =
      this.#decoders.length > 1
        ? theirs
        : validation(() => this.#type.validate(value, context) as t.Validation<unknown>);
    this.#count(value, theirs);
    for (const [name, check] of this.#checks) {
      const unlike = this.#differenceOfCheck(check, value, validated);
      if (unlike !== undefined) return `${name} ${unlike}`;
    }
    for (const [name, way] of this.#decoders) {
      const unlike = this.#differenceOfDecode(way, value, validated);
      if (unlike !== undefined) return `${name} ${unlike}`;
    }
    return undefined;
  }

  #differenceOfCheck(check: Check, value: unknown, theirs: Outcome): string | undefined {
    const ours = outcome(() => check(value));
    if (ours._tag !== 'Gave') {
      return theirs._tag === 'Threw' ? undefined : 'throws, which io-ts does not';
    }
    if (ours.value === false) {
      const isWrong = this.#isKeeping && theirs._tag === 'Gave';
      return isWrong ? 'is false, io-ts takes it' : undefined;
    }
    if (ours.value !== true) return 'gives no boolean';
    this.#tally.passed += 1;
    if (theirs._tag === 'Refused') return 'is true, io-ts refuses';
    if (theirs._tag === 'Threw') return 'is true, io-ts throws';
    const isSame = Object.is(theirs.value, value) || holdsNaN(value);
    return isSame ? undefined : 'is true, io-ts gives another value';
  }

  #differenceOfDecode(
    way: (value: unknown) => unknown,
    value: unknown,
    theirs: Outcome,
  ): string | undefined {
    const ours = outcome(() => way(value));
    // To refuse will do: then io-ts is asked why, and throws.
    if (theirs._tag === 'Threw') return ours._tag === 'Gave' ? 'takes, io-ts throws' : undefined;
    if (ours._tag === 'Threw') return 'throws, which io-ts does not';
    if (theirs._tag === 'Refused') {
      return ours._tag === 'Refused' ? undefined : 'takes, io-ts refuses';
    }
    if (ours._tag === 'Refused') return 'refuses, io-ts takes';
    this.#tally.decoded += 1;
    return holdsNaN(value) ? undefined : unlikeness(value, theirs.value, ours.value);
  }

  #count(value: unknown, theirs: Outcome): void {
    this.#tally.values += 1;
    if (theirs._tag === 'Threw') this.#tally.threw += 1;
    else if (theirs._tag === 'Refused') this.#tally.refused += 1;
    else if (Object.is(theirs.value, value)) this.#tally.given += 1;
    else this.#tally.changed += 1;
  }
}

/** What io-ts throws by itself. */
const ITS_OWN = /^(TypeError: Cannot (set|assign)|RangeError: Maximum call stack)/;

function validation(run: () => t.Validation<unknown>): Outcome {
  return outcome(() => {
    const result = run();
    return result._tag === 'Right' ? result.right : REFUSED;
  });
}

function outcome(run: () => unknown): Outcome {
  try {
    const value = run();
    return value === REFUSED ? { _tag: 'Refused' } : { _tag: 'Gave', value };
  } catch (thrown) {
    return { _tag: 'Threw', thrown };
  }
}
