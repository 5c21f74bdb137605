import type { Shape } from '../compile/shape.js';
import type { Spacing } from './sample.js';

/** Which scalars may stand at a place. */
export interface ScalarLayout {
  readonly _tag: 'Scalar';
  /** Any string, or certain ones. */
  readonly strings: 'any' | readonly string[];
  /** Any number, or certain ones. */
  readonly numbers: 'any' | readonly number[];
  readonly booleans: readonly boolean[];
  readonly null: boolean;
}

/** An object whose keys come in a known order. */
export interface ObjectLayout {
  readonly _tag: 'Object';
  /** What it was learned for; the layouts of two of them are never mixed. */
  readonly shape: Shape | undefined;
  readonly spacing: Spacing | undefined;
  readonly fields: readonly Field[];
}

/** A key of an object. */
export interface Field {
  readonly key: string;
  readonly layout: Layout;
  /** Whether it may be left out. */
  readonly isOptional: boolean;
  /** Whether the type leaves it out of the message. */
  readonly isSkipped: boolean;
}

/** An array of any length; without an item only empty ones have been seen. */
export interface ArrayLayout {
  readonly _tag: 'Array';
  readonly spacing: Spacing | undefined;
  readonly item: Layout | undefined;
}

/** An array with a layout for each position. */
export interface TupleLayout {
  readonly _tag: 'Tuple';
  readonly spacing: Spacing | undefined;
  readonly items: readonly Layout[];
}

/** An object with any keys; without a value only empty ones have been seen. */
export interface DictionaryLayout {
  readonly _tag: 'Dictionary';
  readonly spacing: Spacing | undefined;
  readonly value: Layout | undefined;
}

/** What a predicate narrows. */
export interface RefinedLayout {
  readonly _tag: 'Refined';
  readonly inner: Layout;
  readonly predicate: (value: unknown) => unknown;
}

/** The first of several that fits. */
export interface ChoiceLayout {
  readonly _tag: 'Choice';
  readonly options: readonly Layout[];
}

/** How the values at a place are written. */
export type Layout =
  | ScalarLayout
  | ObjectLayout
  | ArrayLayout
  | TupleLayout
  | DictionaryLayout
  | RefinedLayout
  | ChoiceLayout;

/** How whole messages are written. */
export interface MessageLayout {
  readonly before: string;
  readonly root: Layout;
  readonly after: string;
}

/** No scalar at all. */
export const NO_SCALAR: ScalarLayout = {
  _tag: 'Scalar',
  strings: [],
  numbers: [],
  booleans: [],
  null: false,
};

/** Any scalar. */
export const ANY_SCALAR: ScalarLayout = {
  _tag: 'Scalar',
  strings: 'any',
  numbers: 'any',
  booleans: [true, false],
  null: true,
};
