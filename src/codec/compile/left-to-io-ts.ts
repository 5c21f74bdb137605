import { partsOf } from './shape.js';
import type { Shape } from './shape.js';

/** A part of a type that is not compiled. */
export interface LeftToIoTs {
  /** Where: the keys down to it; `[]` stands for the items of an array, `*` for the values of a record. */
  readonly path: readonly string[];
  /** The name of the io-ts type that is there. */
  readonly type: string;
  /** Why it is not compiled. */
  readonly reason: string;
}

/** A type may stand in more places than anyone reads, and in more than can be looked at. */
const MAX_FOUND = 100;
const MAX_LOOKS = 10_000;

/** Lists the parts of a shape that are left to io-ts: at most the first 100. */
export function leftToIoTs(shape: Shape): readonly LeftToIoTs[] {
  const found: LeftToIoTs[] = [];
  let looks = 0;
  const walk = (part: Shape, path: readonly string[], above: ReadonlySet<Shape>): void => {
    looks += 1;
    if (above.has(part) || found.length >= MAX_FOUND || looks > MAX_LOOKS) return;
    if (part._tag === 'Opaque') {
      found.push({ path, type: part.type.name, reason: part.reason });
      return;
    }
    const inside = new Set(above).add(part);
    for (const { step, part: inner } of stepsOf(part)) walk(inner, [...path, ...step], inside);
  };
  walk(shape, [], new Set());
  return found;
}

interface Step {
  readonly step: readonly string[];
  readonly part: Shape;
}

function stepsOf(shape: Shape): readonly Step[] {
  switch (shape._tag) {
    case 'Interface':
    case 'Partial':
      return shape.props.map(({ key, shape: part }) => ({ step: [key], part }));
    case 'Tuple':
      return shape.items.map((part, at) => ({ step: [String(at)], part }));
    case 'Array':
      return [{ step: ['[]'], part: shape.item }];
    case 'Dictionary':
      return [{ step: ['*'], part: shape.values }];
    default:
      return partsOf(shape).map((part) => ({ step: [], part }));
  }
}
