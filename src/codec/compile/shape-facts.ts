import { partsOf } from './shape.js';
import type { Shape } from './shape.js';

/** Tells whether `test` holds for the shape or any shape that it is made of. */
function holds(shape: Shape, test: (shape: Shape) => boolean, seen = new Set<Shape>()): boolean {
  if (seen.has(shape)) return false;
  seen.add(shape);
  return test(shape) || partsOf(shape).some((part) => holds(part, test, seen));
}

/** Tells whether some part of the shape is left to io-ts. */
export function hasOpaque(shape: Shape): boolean {
  return holds(shape, ({ _tag }) => _tag === 'Opaque');
}

/** Tells whether a predicate of the program is asked about some part of the value. */
export function hasRefinement(shape: Shape): boolean {
  return holds(shape, ({ _tag }) => _tag === 'Refinement');
}

/**
 * Tells whether a value that the shape takes always comes out as the very same value.
 *
 * @remarks
 * `exact` and tuples cut off what is too much; a key that must be there but may be undefined is added.
 * A literal 0 takes -0 and gives 0. Of some unions only io-ts can say what they make of a value.
 */
export function isKeeping(shape: Shape): boolean {
  return !holds(
    shape,
    (part) =>
      part._tag === 'Opaque' ||
      part._tag === 'Exact' ||
      part._tag === 'Tuple' ||
      (part._tag === 'Literal' && part.value === 0) ||
      (part._tag === 'Union' && part.members.slice(0, -1).some(mayPassBy)) ||
      (part._tag === 'Interface' && part.props.some(({ shape: prop }) => takesUndefined(prop))),
  );
}

/**
 * Tells whether a predicate or a type of the program may go unasked when another part of the shape refuses the value.
 *
 * @remarks io-ts asks all of them. When one throws it does not go on to the next member of a union.
 */
export function mayPassBy(shape: Shape): boolean {
  switch (shape._tag) {
    case 'Opaque':
      return false;
    case 'Refinement':
    case 'Exact':
      return mayPassBy(shape.inner);
    case 'Union':
      return shape.members.some(mayPassBy);
    default:
      return hasRefinement(shape) || hasOpaque(shape);
  }
}

/** Tells whether a predicate of the program may be asked about undefined, which it may not expect. */
export function asksAboutUndefined(shape: Shape): boolean {
  // All members of an intersection are asked, whichever of them refuses.
  const mayBeAsked = takesUndefined(shape) || holds(shape, ({ _tag }) => _tag === 'Intersection');
  return mayBeAsked && hasRefinement(shape);
}

/** Tells whether the shape may take undefined. */
export function takesUndefined(shape: Shape): boolean {
  return takes(shape, new Set());
}

function takes(shape: Shape, seen: ReadonlySet<Shape>): boolean {
  switch (shape._tag) {
    case 'Undefined':
    case 'Anything':
    case 'Opaque':
      return true;
    case 'Literal':
      return shape.value === undefined;
    case 'Union':
      return shape.members.some((member) => takes(member, seen));
    case 'Intersection':
      return shape.members.every((member) => takes(member, seen));
    case 'Refinement':
      return takes(shape.inner, seen);
    case 'Recursive':
      return seen.has(shape) || takes(shape.inner(), new Set(seen).add(shape));
    default:
      return false;
  }
}
