import * as t from 'io-ts';
import { describe, expect, it } from 'vitest';

import {
  asksAboutUndefined,
  hasOpaque,
  hasRefinement,
  isKeeping,
  mayPassBy,
  takesUndefined,
} from '../../../src/codec/compile/shape-facts.js';
import { shapeOf } from '../../../src/codec/compile/shape-of.js';
import type { Shape } from '../../../src/codec/compile/shape.js';
import { opaque, tree } from '../support/check-cases.js';
import { recursionOf } from '../support/sample.js';

const tagged = t.union([t.type({ k: t.literal('a') }), t.type({ k: t.literal('b'), v: t.string })]);
const maybe = t.union([t.string, t.undefined]);
const positive = t.refinement(t.number, (number) => number > 0, 'positive');
const refined = t.type({ a: positive });
const never = t.never as unknown as t.Mixed;

/** A recursion that is undefined all the way. */
const endless = recursionOf('Endless', (self) => t.union([t.undefined, self]));
const nothing = recursionOf('Nothing', (self) => t.union([t.string, t.array(self)]));
const itself = recursionOf('Itself', (self) => t.union([t.string, t.refinement(self, () => true)]));

interface Row {
  readonly fact: (shape: Shape) => boolean;
  readonly holds: readonly t.Mixed[];
  readonly not: readonly t.Mixed[];
}

const ROWS: readonly Row[] = [
  {
    fact: hasOpaque,
    holds: [
      opaque,
      t.array(opaque),
      t.type({ a: t.tuple([t.string, opaque]) }),
      t.partial({ a: opaque }),
      t.record(t.string, opaque),
      t.union([t.string, opaque]),
      t.intersection([t.string, opaque]),
      t.strict({ a: opaque }),
      t.refinement(opaque, () => true),
      t.union([t.type({ k: t.literal('a') }), t.type({ k: t.literal('b'), v: opaque })]),
      recursionOf('R', (self) => t.array(t.union([self, opaque]))),
    ],
    not: [t.string, tree, tagged, t.type({}), t.tuple([t.string])],
  },
  {
    fact: hasRefinement,
    holds: [positive, refined, t.array(positive), t.union([t.null, positive]), itself],
    not: [t.string, opaque, tree],
  },
  {
    fact: isKeeping,
    holds: [
      t.string,
      t.unknown,
      never,
      t.literal('a'),
      t.literal(1),
      t.keyof({ a: null }),
      t.type({ a: t.string }),
      t.partial({ a: maybe }),
      t.array(t.record(t.string, t.array(t.null))),
      tagged,
      tree,
      t.intersection([t.type({ a: t.string }), t.partial({ b: t.string })]),
      refined,
      t.union([t.string, refined]),
      t.union([positive, t.string]),
    ],
    not: [
      opaque,
      t.literal(0),
      t.literal(-0),
      t.strict({ a: t.string }),
      t.exact(t.partial({})),
      t.tuple([t.string]),
      t.type({ a: maybe }),
      t.type({ a: t.unknown }),
      t.partial({ a: t.type({ b: t.undefined }) }),
      t.array(t.tuple([t.string])),
      t.record(t.string, opaque),
      t.type({ a: t.intersection([maybe, maybe]) }),
      // What comes after it may not be tried before all of it was.
      t.union([refined, t.string]),
    ],
  },
  {
    fact: mayPassBy,
    holds: [
      refined,
      t.array(positive),
      t.array(opaque),
      t.strict({ a: positive }),
      t.refinement(refined, () => true),
      t.union([t.string, refined]),
      t.intersection([t.type({}), refined]),
    ],
    not: [
      opaque,
      positive,
      t.string,
      t.type({ a: t.string }),
      t.union([positive, t.string, opaque]),
    ],
  },
  {
    fact: asksAboutUndefined,
    holds: [
      t.refinement(t.unknown, () => true),
      t.union([t.undefined, positive]),
      // All members are asked.
      t.intersection([t.refinement(t.unknown, () => true), t.type({})]),
    ],
    not: [positive, maybe, refined],
  },
  {
    fact: takesUndefined,
    holds: [
      t.undefined,
      t.void,
      t.unknown,
      t.any,
      opaque,
      t.literal(undefined as unknown as string),
      maybe,
      t.intersection([maybe, t.unknown]),
      // The same type twice.
      t.intersection([maybe, maybe]),
      t.refinement(maybe, () => false),
      t.readonly(maybe),
      endless,
      recursionOf('R', () => maybe),
      // It cannot be known; to say so costs no more than time.
      itself,
    ],
    not: [
      t.string,
      never,
      t.literal('a'),
      t.literal(null as unknown as string),
      t.keyof({ undefined: null }),
      t.union([t.string, t.null]),
      t.intersection([maybe, t.string]),
      t.type({}),
      t.partial({}),
      t.strict({}),
      t.array(t.undefined),
      t.tuple([t.undefined]),
      t.record(t.string, t.undefined),
      tagged,
      tree,
      nothing,
    ],
  },
];

describe.each(ROWS)('$fact.name', ({ fact, holds, not }) => {
  it.each(holds.map((type) => [type.name, type] as const))('should hold for %s', (_, type) => {
    expect(fact(shapeOf(type))).toBe(true);
  });

  it.each(not.map((type) => [type.name, type] as const))('should not hold for %s', (_, type) => {
    expect(fact(shapeOf(type))).toBe(false);
  });
});
