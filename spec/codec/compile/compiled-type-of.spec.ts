import * as t from 'io-ts';
import { describe, expect, it } from 'vitest';

import { compiledTypeOf } from '../../../src/codec/compile/compiled-type-of.js';

/** A type of which each look at its `decode`, which is not io-ts's, is counted. */
function countingType(): { readonly type: t.Mixed; readonly looks: () => number } {
  let looks = 0;
  const type = Object.defineProperty(t.type({ a: t.string }), 'decode', {
    get: () => {
      looks += 1;
      return t.success;
    },
  });
  return { type, looks: () => looks };
}

describe('compiledTypeOf', () => {
  it('should give what a type is compiled to', () => {
    const compiled = compiledTypeOf(t.type({ a: t.string }));
    expect(compiled?.shape._tag).toBe('Interface');
    expect(compiled?.check({ a: 'x' })).toBe(true);
    expect(compiled?.check({ a: 1 })).toBe(false);
  });

  it('should give the same at every call', () => {
    const type = t.type({ a: t.string });
    const compiled = compiledTypeOf(type);
    expect(compiled).toBeDefined();
    expect(compiledTypeOf(type)).toBe(compiled);
  });

  it('should not take one type for another', () => {
    const one = t.type({ a: t.string });
    const other = t.type({ a: t.string });
    expect(compiledTypeOf(one)).not.toBe(compiledTypeOf(other));
    expect(compiledTypeOf(t.exact(one))?.shape._tag).toBe('Exact');
  });

  it('should remember that a type is left to io-ts altogether', () => {
    const { type, looks } = countingType();
    expect(compiledTypeOf(type)).toBeUndefined();
    const before = looks();
    expect(before).toBeGreaterThan(0);
    expect(compiledTypeOf(type)).toBeUndefined();
    expect(looks()).toBe(before);
  });

  it('should look at a type no sooner than it is asked for it', () => {
    let runs = 0;
    const type: t.Mixed = t.recursion<unknown>('Later', (): t.Mixed => {
      runs += 1;
      return t.string;
    });
    const holder = t.array(type);
    expect(runs).toBe(0);
    expect(compiledTypeOf(holder)?.check(['a'])).toBe(true);
    expect(runs).toBe(1);
  });
});
