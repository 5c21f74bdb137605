import { describe, expect, it, vi } from 'vitest';

import { Constants, functionOf, mayGenerate } from '../../../src/codec/compile/source.js';
import { withoutCodeGeneration } from '../write/support/without-code-generation.js';

describe('Constants', () => {
  it('should give each value one name', () => {
    const constants = new Constants();
    const object = {};
    const names = [object, 0, -0, NaN, undefined, object, 0, -0, NaN].map((value) =>
      constants.nameOf(value),
    );
    expect(names).toStrictEqual(['k0', 'k1', 'k2', 'k3', 'k4', 'k0', 'k1', 'k2', 'k3']);
    expect(constants.values).toStrictEqual([object, 0, -0, NaN, undefined]);
  });
});

describe('functionOf', () => {
  it('should make a function that has the constants', () => {
    const constants = new Constants();
    const addend = constants.nameOf(2);
    const made = functionOf('a, b', `return [a + ${addend}, b];`, constants) as (
      ...args: readonly unknown[]
    ) => unknown;
    expect(made(1, 'b')).toStrictEqual([3, 'b']);
  });

  it('should make it strict, and at no place of the program', () => {
    const made = functionOf('', 'return typeof this + typeof addend;', new Constants());
    const addend = 1;
    expect((made as () => string)()).toBe('undefinedundefined');
    expect(addend).toBe(1);
  });

  it('should throw for a body that is no code', () => {
    expect(() => functionOf('', '}', new Constants())).toThrow(SyntaxError);
  });
});

describe('mayGenerate', () => {
  it('should hold, and hold on', () => {
    expect(mayGenerate()).toBe(true);
    expect(mayGenerate()).toBe(true);
  });

  it('should not hold where Function throws, however often it is asked', async () => {
    vi.resetModules();
    const refused = vi.fn(function () {
      throw new EvalError('Code generation from strings disallowed for this context');
    });
    vi.stubGlobal('Function', refused);
    const there = await import('../../../src/codec/compile/source.js');
    expect(there.mayGenerate()).toBe(false);
    expect(there.mayGenerate()).toBe(false);
    expect(refused).toHaveBeenCalledOnce();
  });

  it('should not hold where Node forbids it', { timeout: 30_000 }, async () => {
    const told = await withoutCodeGeneration(`
      import { mayGenerate } from '/src/codec/compile/source.ts';
      tell([mayGenerate(), mayGenerate()]);
    `);
    expect(told).toStrictEqual([false, false]);
  });
});
