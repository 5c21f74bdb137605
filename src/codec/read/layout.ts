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

/** What the layouts of objects and arrays have in common. */
interface StructureFields {
  /**
   * What it was learned for; none where anything may stand. The layouts of two shapes are never mixed: what is
   * made of a part of each would be taken, and neither shape takes it.
   */
  readonly shape?: Shape | undefined;
  readonly spacing: Spacing | undefined;
}

/** An object whose keys come in a known order. */
export interface ObjectLayout extends StructureFields {
  readonly _tag: 'Object';
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
export interface ArrayLayout extends StructureFields {
  readonly _tag: 'Array';
  readonly item: Layout | undefined;
}

/** An array with a layout for each position. */
export interface TupleLayout extends StructureFields {
  readonly _tag: 'Tuple';
  readonly items: readonly Layout[];
}

/** An object with any keys; without a value only empty ones have been seen. */
export interface DictionaryLayout extends StructureFields {
  readonly _tag: 'Dictionary';
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

/** How an object or an array is written. */
export type StructureLayout = ObjectLayout | ArrayLayout | TupleLayout | DictionaryLayout;

/** How the values at a place are written. */
export type Layout = ScalarLayout | StructureLayout | RefinedLayout | ChoiceLayout;

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
