import * as t from 'io-ts';
import { NumberFromString } from 'io-ts-types/lib/NumberFromString.js';
import { clone } from 'io-ts-types/lib/clone.js';
import { withFallback } from 'io-ts-types/lib/withFallback.js';
import { describe, expect, it, vi } from 'vitest';

import { REFUSED } from '../../../src/codec/compile/closure-decode.js';
import { compileType } from '../../../src/codec/compile/compile-type.js';
import type { CompiledType } from '../../../src/codec/compile/compile-type.js';
import { opaque } from '../support/check-cases.js';
import { recursionOf } from '../support/sample.js';

const plain = t.type({ a: t.string });

function compiled(type: t.Mixed): CompiledType {
  const result = compileType(type);
  if (result === undefined) throw new Error('is not compiled');
  return result;
}

class Same extends t.InterfaceType<t.Props> {}

class Lenient extends t.InterfaceType<t.Props> {
  override decode(value: unknown): t.Validation<t.Props> {
    return super.decode(value === null ? { a: 'a' } : value);
  }
}

/** A subclass of the old kind, whose `decode` has no name. */
class Nameless extends t.InterfaceType<t.Props> {}
Object.assign(Nameless.prototype, {
  decode: (() =>
    function (this: t.Mixed, value: unknown): t.Validation<unknown> {
      return this.validate(value ?? { a: 'a' }, [{ key: '', type: this, actual: value }]);
    })(),
});

const { name, is, validate, encode, props } = plain;

describe('compileType', () => {
  it('should give a type that keeps what it takes', () => {
    const { shape, check, decode } = compiled(plain);
    expect(shape).toMatchObject({ _tag: 'Interface', type: plain });
    const value = { a: 'a', b: 1 };
    expect(check(value)).toBe(true);
    expect(decode(value)).toBe(value);
    expect(check({})).toBe(false);
    expect(decode({})).toBe(REFUSED);
  });

  it('should give a type that changes some values', () => {
    const { check, decode } = compiled(t.strict({ a: t.string }));
    const value = { a: 'a' };
    expect(decode(value)).toBe(value);
    expect(check({ a: 'a', b: 1 })).toBe(false);
    expect(decode({ a: 'a', b: 1 })).toStrictEqual({ a: 'a' });
    expect(decode({})).toBe(REFUSED);
  });

  it('should give a type of which a part is left to io-ts', () => {
    const { shape, check, decode } = compiled(t.type({ a: NumberFromString }));
    expect(shape._tag).toBe('Interface');
    expect(check({ a: '1' })).toBe(false);
    expect(decode({ a: '1' })).toStrictEqual({ a: 1 });
    expect(decode({ a: 1 })).toBe(REFUSED);
  });

  it('should ask what is left to io-ts once, with the type itself as the root', () => {
    const ask = vi.fn<t.Validate<unknown, unknown>>((value) => t.success(value));
    const type = t.type({ a: new t.Type('asked', t.unknown.is, ask, t.identity) });
    const value = { a: 1 };
    const { decode } = compiled(type);
    ask.mockClear();
    decode(value);
    expect(ask).toHaveBeenCalledOnce();
    expect(ask.mock.calls[0]?.[1][0]).toStrictEqual({ key: '', type, actual: value });
  });

  it.each([
    ['plain', plain],
    ['readonly', t.readonly(plain)],
    ['a recursion', recursionOf('R', (self) => t.partial({ self }))],
    ['a scalar', t.string],
    ['void', t.void],
    ['a refinement', t.Int],
    ['a subclass that changes nothing', new Same(name, is, validate, encode, props)],
  ])('should compile %s', (_, type) => {
    expect(compileType(type)).toBeDefined();
  });

  it.each([
    ['of no combinator', opaque],
    ['with a fallback', withFallback(plain, { a: 'a' })],
    ['that takes anything', t.unknown],
    ['that takes anything, among others', t.union([t.string, t.unknown])],
    ['that is a copy with the decode of the original', clone(plain)],
    ['that is a copy without a prototype of io-ts', { ...plain } as unknown as t.Mixed],
    ['that has a decode of its own', Object.assign(clone(plain), { decode: () => t.success(1) })],
    ['that decodes something else', new Lenient(name, is, validate, encode, props)],
    [
      'whose predicate throws',
      t.refinement(t.unknown, (value) => (value as string).startsWith('a')),
    ],
    ['that decodes something else, namelessly', new Nameless(name, is, validate, encode, props)],
    ['that is nothing but itself', recursionOf('R', (self) => self)],
    ['without an end', recursionOf('R', (self) => t.union([t.string, self]))],
  ])('should not compile a type %s', (_, type) => {
    expect(compileType(type)).toBeUndefined();
  });

  it('should not compile a type whose decode is bound to another', () => {
    const other = t.type({ a: t.number });
    const type = Object.assign(clone(plain), { decode: other.decode });
    expect(compileType(type)).toBeUndefined();
  });

  it.each([
    ['generate the check', true, 1],
    ['put the check together from functions where none may be generated', false, 0],
  ])('should %s', async (_, mayGenerate, calls) => {
    const path = '../../../src/codec/compile/source.js';
    const original = await vi.importActual<{ functionOf: (...of: unknown[]) => unknown }>(path);
    const functionOf = vi.fn(original.functionOf);
    vi.resetModules();
    vi.doMock(path, () => ({ ...original, functionOf, mayGenerate: () => mayGenerate }));
    const { compileType: compileThere } =
      await import('../../../src/codec/compile/compile-type.js');
    vi.doUnmock(path);
    const there = compileThere(plain);
    expect(there?.check({ a: 'a' })).toBe(true);
    expect(there?.check({ a: 1 })).toBe(false);
    expect(functionOf).toHaveBeenCalledTimes(calls);
  });
});
