import * as t from 'io-ts';
import { describe, expect, it } from 'vitest';

import { shapeOf } from '../../../src/codec/compile/shape-of.js';
import { partsOf } from '../../../src/codec/compile/shape.js';
import { opaque } from '../support/check-cases.js';
import { recursionOf } from '../support/sample.js';

describe('partsOf', () => {
  it.each<readonly [t.Mixed, readonly string[]]>([
    [t.type({ a: t.string, b: t.number }), ['String', 'Number']],
    [t.partial({ a: t.string, b: t.number }), ['String', 'Number']],
    [t.array(t.string), ['String']],
    [t.tuple([t.string, t.null]), ['String', 'Null']],
    [t.record(t.string, t.number), ['Number']],
    [t.union([t.string, t.null]), ['String', 'Null']],
    [t.intersection([t.type({}), t.array(t.null)]), ['Interface', 'Array']],
    [
      t.union([t.strict({ k: t.literal('a') }), t.type({ k: t.literal('b') })]),
      ['Exact', 'Interface'],
    ],
    [t.strict({ a: t.string }), ['Interface']],
    [t.refinement(t.string, () => true), ['String']],
    [recursionOf('R', () => t.array(t.string)), ['Array']],
    [t.string, []],
    [t.literal('a'), []],
    [t.keyof({ a: null }), []],
    [opaque, []],
  ])('should give those of %o', (type, tags) => {
    expect(partsOf(shapeOf(type)).map(({ _tag }) => _tag)).toStrictEqual(tags);
  });
});
