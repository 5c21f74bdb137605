import type { Field, Layout, MessageLayout, ScalarLayout, StructureLayout } from './layout.js';
import { Unlearnable } from '../learned-function.js';
import type { Spacing } from './sample.js';

/** More ways than these to write a value are too many. */
const MAX_OPTIONS = 16;

const MAX_FIELDS = 256;

/**
 * Gives the layout that takes the messages of both.
 *
 * @throws Unlearnable if they have nothing in common.
 */
export function mergeMessages(one: MessageLayout, other: MessageLayout): MessageLayout {
  if (one.before !== other.before || one.after !== other.after) throw uneven();
  return { ...one, root: mergeLayouts(one.root, other.root) };
}

/**
 * Gives the layout that takes the values of both.
 *
 * @throws Unlearnable if there are too many ways to write the value.
 */
export function mergeLayouts(one: Layout, other: Layout): Layout {
  let options = optionsOf(one);
  for (const option of optionsOf(other)) options = add(options, option);
  const [first, second] = options;
  if (options.length > MAX_OPTIONS) throw new Unlearnable('is written in too many ways');
  return first !== undefined && second === undefined ? first : { _tag: 'Choice', options };
}

/** Merges the layouts of all items of an array. */
export function mergeAll(layouts: readonly Layout[]): Layout | undefined {
  const [first, ...others] = layouts;
  return first === undefined ? undefined : others.reduce(mergeLayouts, first);
}

function optionsOf(layout: Layout): readonly Layout[] {
  return layout._tag === 'Choice' ? layout.options : [layout];
}

function add(options: readonly Layout[], option: Layout): readonly Layout[] {
  for (const [at, each] of options.entries()) {
    const merged = merge(each, option);
    if (merged !== undefined) return options.with(at, merged);
  }
  return [...options, option];
}

/** Merges two layouts of one kind; undefined when they must stay apart. */
function merge(one: Layout, other: Layout): Layout | undefined {
  switch (one._tag) {
    case 'Scalar':
      return other._tag === 'Scalar' ? mergeScalars(one, other) : undefined;
    case 'Refined':
      return other._tag === 'Refined' && one.predicate === other.predicate
        ? { ...one, inner: mergeLayouts(one.inner, other.inner) }
        : undefined;
    case 'Choice':
      return undefined;
    default:
      return isStructure(other) && one.shape === other.shape
        ? mergeStructures(one, other)
        : undefined;
  }
}

function isStructure(layout: Layout): layout is StructureLayout {
  return ['Object', 'Array', 'Tuple', 'Dictionary'].includes(layout._tag);
}

function mergeStructures(one: StructureLayout, other: StructureLayout): Layout | undefined {
  const spacing = (): Spacing | undefined => mergeSpacing(one.spacing, other.spacing);
  if (one._tag === 'Object' && other._tag === 'Object') {
    const fields = mergeFields(one.fields, other.fields);
    return fields && { ...one, spacing: spacing(), fields };
  }
  if (one._tag === 'Array' && other._tag === 'Array') {
    return { ...one, spacing: spacing(), item: either(one.item, other.item) };
  }
  if (one._tag === 'Dictionary' && other._tag === 'Dictionary') {
    return { ...one, spacing: spacing(), value: either(one.value, other.value) };
  }
  if (one._tag === 'Tuple' && other._tag === 'Tuple' && one.items.length === other.items.length) {
    const items = one.items.map((item, at) => mergeLayouts(item, other.items[at] ?? item));
    return { ...one, spacing: spacing(), items };
  }
  return undefined;
}

function either(one: Layout | undefined, other: Layout | undefined): Layout | undefined {
  return one === undefined || other === undefined ? (one ?? other) : mergeLayouts(one, other);
}

function mergeScalars(one: ScalarLayout, other: ScalarLayout): ScalarLayout {
  // As the items of an array are, by the thousand.
  if (one === other) return one;
  return {
    _tag: 'Scalar',
    strings: mergeValues(one.strings, other.strings),
    numbers: mergeValues(one.numbers, other.numbers),
    booleans: [...new Set([...one.booleans, ...other.booleans])],
    null: one.null || other.null,
  };
}

function mergeValues<T>(
  one: 'any' | readonly T[],
  other: 'any' | readonly T[],
): 'any' | readonly T[] {
  return one === 'any' || other === 'any' ? 'any' : [...new Set([...one, ...other])];
}

/** Brings two orders of keys together; undefined when they contradict each other. */
function mergeFields(one: readonly Field[], other: readonly Field[]): readonly Field[] | undefined {
  const positions = new Map(one.map(({ key }, at) => [key, at]));
  const merged: Field[] = [];
  let done = 0;
  for (const field of other) {
    const position = positions.get(field.key);
    if (position === undefined) {
      merged.push({ ...field, isOptional: true });
      continue;
    }
    if (position < done) return undefined;
    for (const skipped of one.slice(done, position)) merged.push({ ...skipped, isOptional: true });
    const known = one[position] ?? field;
    merged.push({
      ...known,
      isOptional: known.isOptional || field.isOptional,
      layout: mergeLayouts(known.layout, field.layout),
    });
    done = position + 1;
  }
  for (const skipped of one.slice(done)) merged.push({ ...skipped, isOptional: true });
  if (merged.length > MAX_FIELDS) throw new Unlearnable('has too many different keys');
  return merged;
}

function mergeSpacing(one: Spacing | undefined, other: Spacing | undefined): Spacing | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return {
    open: one.open === other.open ? one.open : throwUneven(),
    close: one.close === other.close ? one.close : throwUneven(),
    separator: mergeOne(one.separator, other.separator),
    colon: mergeOne(one.colon, other.colon),
  };
}

/** What has been seen in one of them only, or the same in both. */
function mergeOne(one: string, other: string): string {
  if (one === '' || other === '') return one + other;
  return one === other ? one : throwUneven();
}

function throwUneven(): never {
  throw uneven();
}

function uneven(): Unlearnable {
  return new Unlearnable('is written with uneven white space');
}
