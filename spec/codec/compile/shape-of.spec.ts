import * as t from 'io-ts';
import { NumberFromString } from 'io-ts-types/lib/NumberFromString.js';
import { clone } from 'io-ts-types/lib/clone.js';
import { withFallback } from 'io-ts-types/lib/withFallback.js';
import { describe, expect, it } from 'vitest';

import { hasOpaque } from '../../../src/codec/compile/shape-facts.js';
import { shapeOf } from '../../../src/codec/compile/shape-of.js';
import type { Shape } from '../../../src/codec/compile/shape.js';
import { objectOf } from '../support/any-key.js';
import { opaque } from '../support/check-cases.js';
import { recursionOf } from '../support/sample.js';

const a = t.type({ k: t.literal('a') });
const b = t.type({ k: t.literal('b') });
const scalar = (_tag: string, type: t.Mixed): unknown => ({ _tag, type });

describe('shapeOf', () => {
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
    [t.never as unknown as t.Mixed, 'Nothing'],
  ])('should read $name', (type, tag) => {
    expect(shapeOf(type)).toStrictEqual({ _tag: tag, type });
  });

  it('should read literals and keys', () => {
    expect(shapeOf(t.literal(-0))).toMatchObject({ _tag: 'Literal', value: -0 });
    const keys = { a: null, b: 1 };
    expect(shapeOf(t.keyof(keys))).toMatchObject({ _tag: 'Keyof', keys });
  });

  it('should read objects', () => {
    const props = [{ key: 'a', shape: scalar('String', t.string) }];
    expect(shapeOf(t.type({ a: t.string }))).toMatchObject({ _tag: 'Interface', props });
    expect(shapeOf(t.partial({ a: t.string }))).toMatchObject({ _tag: 'Partial', props });
    const strict = t.strict({ a: t.string });
    expect(shapeOf(strict)).toStrictEqual({
      _tag: 'Exact',
      type: strict,
      inner: { _tag: 'Interface', type: strict.type, props },
      keys: new Set(['a']),
    });
    expect(shapeOf(t.record(t.string, t.null))).toMatchObject({
      _tag: 'Dictionary',
      values: scalar('Null', t.null),
    });
  });

  it('should read arrays and tuples', () => {
    for (const type of [t.array(t.string), t.readonlyArray(t.string)]) {
      expect(shapeOf(type)).toStrictEqual({
        _tag: 'Array',
        type,
        item: scalar('String', t.string),
      });
    }
    expect(shapeOf(t.tuple([t.string, t.null]))).toMatchObject({
      _tag: 'Tuple',
      items: [scalar('String', t.string), scalar('Null', t.null)],
    });
  });

  it('should read unions, intersections and refinements', () => {
    const members = [scalar('String', t.string), scalar('Null', t.null)];
    expect(shapeOf(t.union([t.string, t.null]))).toMatchObject({ _tag: 'Union', members });
    const both = t.intersection([t.string as t.Mixed, t.null]);
    expect(shapeOf(both)).toMatchObject({ _tag: 'Intersection', members });
    expect(shapeOf(t.union([a, b]))).toMatchObject({
      _tag: 'TaggedUnion',
      tag: 'k',
      members: [
        { literals: ['a'], shape: { _tag: 'Interface', type: a } },
        { literals: ['b'], shape: { _tag: 'Interface', type: b } },
      ],
    });
    const predicate = (): boolean => true;
    expect(shapeOf(t.refinement(t.string, predicate))).toMatchObject({
      _tag: 'Refinement',
      inner: scalar('String', t.string),
      predicate,
    });
  });

  it('should read readonly as what it makes readonly', () => {
    const type = t.readonly(t.readonly(t.array(t.string)));
    expect(shapeOf(type)).toStrictEqual({ _tag: 'Array', type, item: scalar('String', t.string) });
  });

  it('should read a recursion once', () => {
    const type = recursionOf('R', (self) => t.type({ a: self, b: t.array(self) }));
    const shape = shapeOf(type);
    if (shape._tag !== 'Recursive') throw new Error(shape._tag);
    const inner = shape.inner();
    expect(shape.inner()).toBe(inner);
    if (inner._tag !== 'Interface') throw new Error(inner._tag);
    expect(inner.props[0]?.shape).toBe(shape);
    expect(inner.props[1]?.shape).toMatchObject({ _tag: 'Array', item: shape });
  });

  it('should read recursions that hold one another', () => {
    const one: t.Mixed = recursionOf('One', () => t.partial({ other }));
    const other: t.Mixed = recursionOf('Other', () => t.partial({ one: t.readonly(one) }));
    expect(hasOpaque(shapeOf(one))).toBe(false);
    expect(hasOpaque(shapeOf(other))).toBe(false);
  });

  it.fails('should tell apart the members of a union that is reached through one of them', () => {
    const sum: t.Mixed = recursionOf('Sum', () => t.type({ k: t.literal('sum'), a: term }));
    const term: t.Mixed = recursionOf('Term', () => t.union([sum, b]));
    expect(hasOpaque(shapeOf(term))).toBe(false);
    expect(hasOpaque(shapeOf(sum))).toBe(false);
  });

  it('should read one type once, wherever it stands', () => {
    const shape = shapeOf(t.tuple([a, a]));
    if (shape._tag !== 'Tuple') throw new Error(shape._tag);
    expect(shape.items[0]).toBe(shape.items[1]);
  });

  it.each([
    ['an intersection', t.exact(t.intersection([a, t.partial({ c: t.string })])), ['k', 'c']],
    ['a refinement', t.exact(t.refinement(a, () => true)), ['k']],
    ['readonly', t.exact(t.readonly(a)), ['k']],
    ['partial', t.exact(t.partial({})), []],
  ])('should find the keys that exact leaves of %s', (_, type, keys) => {
    expect(shapeOf(type)).toMatchObject({ _tag: 'Exact', keys: new Set(keys) });
  });
});

describe('the reason of an opaque shape', () => {
  const reasonOf = (type: t.Mixed): string => {
    const shape: Shape = shapeOf(type);
    expect(shape).toMatchObject({ _tag: 'Opaque', type });
    return shape._tag === 'Opaque' ? shape.reason : shape._tag;
  };
  const own = 'has a validate of its own';

  it.each([
    ['a type of no combinator', opaque],
    ['a type of io-ts-types', NumberFromString],
    ['a type with a fallback', withFallback(t.array(t.string), [])],
    ['what else than io-ts made of a class of io-ts', new t.StringType()],
    ['readonly with another validate', swapped(t.readonly(a))],
    ['readonly of what has one', t.readonly(opaque)],
    ['a record of enumerated keys', t.record(t.keyof({ a: null }), t.string)],
    ['a pipe', t.string.pipe(NumberFromString as unknown as t.Type<string, string, string>)],
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- programs have it still
    ['object', t.object],
  ])('should tell of %s', (_, type) => {
    expect(reasonOf(type)).toBe(own);
  });

  it('should tell of exact about something else', () => {
    const exact = (type: t.Mixed): t.Mixed => t.exact(type as unknown as t.HasProps);
    const reason = 'is exact about something else than an object';
    expect(reasonOf(exact(t.strict({})))).toBe(reason);
    expect(reasonOf(exact(t.intersection([a, t.strict({})])))).toBe(reason);
    expect(reasonOf(exact(recursionOf('R', () => a)))).toBe(reason);
    expect(reasonOf(exact(opaque))).toBe(reason);
  });

  it('should tell of exact with the key __proto__', () => {
    const props = objectOf([['__proto__', t.string]]) as t.Props;
    expect(reasonOf(t.strict(props))).toBe('has the key __proto__');
    expect(reasonOf(t.exact(t.intersection([a, t.partial(props)])))).toBe('has the key __proto__');
  });

  it('should tell of records', () => {
    const short = t.refinement(t.string, (text) => text.length < 3);
    expect(reasonOf(t.record(short, t.string))).toBe('is a record with keys other than string');
    expect(reasonOf(t.record(t.string, t.any))).toBe('is a record of any');
    expect(shapeOf(t.record(t.string, t.unknown))).toMatchObject({ _tag: 'Dictionary' });
  });

  it('should tell of a union whose members have the same literals', () => {
    // io-ts takes the tag of a type with a fallback as that of the type.
    const union = t.union([a, withFallback(b, { k: 'b' })]);
    expect(reasonOf(union)).toBe('has members whose k cannot be told apart');
  });

  it('should tell of a recursion that is nothing else', () => {
    const itself = recursionOf('R', (self) => self);
    expect(reasonOf(itself)).toBe('is nothing but itself');
  });

  it('should tell of a type that throws when it is looked at', () => {
    const throwing = recursionOf('R', () => {
      throw new Error('not yet');
    });
    expect(reasonOf(throwing)).toBe('cannot be read: not yet');
    const lazy = Object.defineProperty(clone(opaque), 'validate', {
      get: () => {
        throw new Error('no');
      },
    });
    const shape = shapeOf(lazy);
    expect(shape._tag === 'Opaque' && shape.reason).toBe('cannot be read: no');
    expect(shapeOf(t.union([t.string, throwing]))).toMatchObject({
      _tag: 'Union',
      members: [{ _tag: 'String' }, { _tag: 'Opaque' }],
    });
  });

  it('should tell of a type that has no end', () => {
    const endless = (): t.Mixed =>
      recursionOf('R', () => t.type({ a: t.array(endless()), b: t.array(endless()) }));
    expect(reasonOf(endless())).toBe('is too large, or has no end');
  });

  it('should tell of a type that is too large', () => {
    const members = Array.from({ length: 10_001 }, (_, at) => t.literal(at));
    const large = t.union(members as unknown as [t.Mixed, t.Mixed]);
    expect(reasonOf(large)).toBe('is too large, or has no end');
    expect(shapeOf(t.tuple(members.slice(0, 9_000) as unknown as [t.Mixed]))._tag).toBe('Tuple');
  });

  it('should tell of a type that is too deep', () => {
    const nested = (depth: number): t.Mixed =>
      depth === 0 ? t.string : t.array(nested(depth - 1), 'nested');
    expect(reasonOf(nested(200))).toBe('is too large, or has no end');
    expect(shapeOf(nested(199))._tag).toBe('Array');
  });
});

function swapped(type: t.Mixed): t.Mixed {
  const validate = (value: unknown): t.Validation<unknown> => t.success(value);
  return Object.assign(clone(type), { validate });
}
