import * as t from 'io-ts';
import { clone } from 'io-ts-types/lib/clone.js';
import { withFallback } from 'io-ts-types/lib/withFallback.js';
import { describe, expect, it } from 'vitest';

import { builtInCombinator, builtInScalar, tagOf } from '../../../src/codec/compile/built-in.js';
import { opaque } from '../support/check-cases.js';
import { recursionOf } from '../support/sample.js';

const tagged = t.union([t.type({ k: t.literal('a') }), t.type({ k: t.literal('b') })]);

describe('builtInScalar', () => {
  it.each([
    [t.string, 'String'],
    [t.number, 'Number'],
    [t.bigint, 'BigInt'],
    [t.boolean, 'Boolean'],
    [t.null, 'Null'],
    [t.undefined, 'Undefined'],
    [t.void, 'Undefined'],
    [t.Function, 'Function'],
    [t.UnknownArray, 'AnyArray'],
    [t.UnknownRecord, 'AnyRecord'],
    [t.unknown, 'Anything'],
    [t.any, 'Anything'],
    [t.intersection([] as unknown as [t.Mixed, t.Mixed]), 'Anything'],
    [t.never as unknown as t.Mixed, 'Nothing'],
    [t.readonly(t.string), 'String'],
    [clone(t.string), 'String'],
  ])('should know %o', (type, scalar) => {
    expect(builtInScalar(type)).toBe(scalar);
  });

  it.each([t.literal('a'), t.array(t.string), opaque, withFallback(t.string, '')])(
    'should not know %o',
    (type) => {
      expect(builtInScalar(type)).toBeUndefined();
    },
  );

  it('should not know another of the same class, which need not be io-ts of the same version', () => {
    expect(builtInScalar(new t.StringType())).toBeUndefined();
  });
});

describe('builtInCombinator', () => {
  it.each([
    [t.literal(1), 'Literal'],
    [t.keyof({ a: 1, b: 1 }), 'Keyof'],
    [t.type({ a: t.string }), 'Interface'],
    [t.partial({ a: t.string }), 'Partial'],
    [t.strict({ a: t.string }), 'Exact'],
    [t.exact(t.partial({})), 'Exact'],
    [t.array(t.null), 'Array'],
    [t.readonlyArray(t.null), 'Array'],
    [t.tuple([t.null]), 'Tuple'],
    [t.record(t.string, t.null), 'Dictionary'],
    [t.union([t.null, t.string]), 'Union'],
    [tagged, 'TaggedUnion'],
    [t.intersection([t.type({}), t.type({})]), 'Intersection'],
    [t.refinement(t.null, () => true), 'Refinement'],
    [t.Int, 'Refinement'],
    [recursionOf('R', () => t.null), 'Recursive'],
    [clone(t.array(t.string)), 'Array'],
  ])('should know %o', (type, combinator) => {
    expect(builtInCombinator(type)).toBe(combinator);
  });

  it.each([
    opaque,
    t.string,
    t.readonly(t.array(t.string)),
    t.record(t.keyof({ a: null }), t.string),
    withFallback(t.array(t.string), []),
    withFallback(t.literal('a'), 'a'),
    t.UnknownArray.pipe(t.UnknownArray),
    { ...t.array(t.string), _tag: 'TupleType' } as unknown as t.Mixed,
    { ...t.array(t.string), _tag: undefined } as unknown as t.Mixed,
  ])('should not know %o', (type) => {
    expect(builtInCombinator(type)).toBeUndefined();
  });
});

describe('tagOf', () => {
  it('should give the tag, or nothing', () => {
    expect(tagOf(t.string)).toBe('StringType');
    expect(tagOf(opaque)).toBe('');
    expect(tagOf(Object.assign(clone(opaque), { _tag: 1 }))).toBe('');
  });
});
