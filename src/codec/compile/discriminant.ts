import type { LiteralShape, Shape, TaggedMember } from './shape.js';

/**
 * Gives for each member the literals that a value must have at `tag` to be taken by it; undefined
 * unless they tell the members apart for certain.
 */
export function disjointLiterals(
  tag: string,
  shapes: readonly Shape[],
): readonly TaggedMember[] | undefined {
  const members: TaggedMember[] = [];
  const all = new Set<LiteralShape['value']>();
  for (const shape of shapes) {
    const literals = literalsAt(tag, shape);
    if (literals === undefined || literals.some((literal) => all.has(literal))) return undefined;
    for (const literal of literals) all.add(literal);
    // io-ts does not find NaN again among its tags, and refuses it.
    members.push({ literals: literals.filter((literal) => !Number.isNaN(literal)), shape });
  }
  return members;
}

/** Literals one of which every value that the shape takes has at `key`. */
function literalsAt(key: string, shape: Shape): readonly LiteralShape['value'][] | undefined {
  switch (shape._tag) {
    case 'Interface': {
      const prop = shape.props.find((each) => each.key === key)?.shape;
      return prop?._tag === 'Literal' ? [prop.value] : undefined;
    }
    case 'Exact':
    case 'Refinement':
      return literalsAt(key, shape.inner);
    case 'Recursive':
      return literalsAt(key, shape.inner());
    case 'Intersection': {
      const [known] = shape.members.flatMap((member) => {
        const literals = literalsAt(key, member);
        return literals === undefined ? [] : [literals];
      });
      return known;
    }
    case 'Union': {
      const known = shape.members.map((member) => literalsAt(key, member));
      return known.every((literals) => literals !== undefined) ? known.flat() : undefined;
    }
    case 'TaggedUnion': {
      const known = shape.members.map((member) => literalsAt(key, member.shape));
      return known.every((literals) => literals !== undefined) ? known.flat() : undefined;
    }
    default:
      return undefined;
  }
}
