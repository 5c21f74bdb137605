import type { StandardSchemaV1 } from '@standard-schema/spec';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import * as z3 from 'zod/v3';

import { validateNow } from '../../../src/codec/schema/validate-now.js';

const late = (): Promise<boolean> => Promise.resolve(true);

function schemaThat(validate: StandardSchemaV1.Props['validate']): StandardSchemaV1 {
  return { '~standard': { version: 1, vendor: 'mine', validate } };
}

describe('validateNow', () => {
  it('should give the answer of a synchronous schema', () => {
    expect(validateNow(z.string(), 'a')).toEqual({ value: 'a' });
    expect(validateNow(z.string(), 1)).toHaveProperty('issues.length', 1);
  });

  it.each<[string, StandardSchemaV1]>([
    ['a refinement', z.string().refine(late)],
    ['a transformation', z.string().transform(late)],
    ['a refinement of zod 3', z3.string().refine(late)],
    ['a transformation of zod 3', z3.string().transform(late)],
    ['a refinement deep inside', z.string().pipe(z.string().refine(late))],
    ['a schema of another library', schemaThat(() => Promise.resolve({ value: 1 }))],
  ])('should give the promise of %s', (_, schema) => {
    expect(validateNow(schema, 'a')).toBeInstanceOf(Promise);
  });

  it('should let go of a promise that rejects', async () => {
    const report = vi.fn();
    process.on('unhandledRejection', report);
    validateNow(
      schemaThat(() => Promise.reject(new Error('late'))),
      'a',
    );
    await new Promise(setImmediate);
    process.off('unhandledRejection', report);
    expect(report).not.toHaveBeenCalled();
  });

  it.each([new Error('synchronous parse'), new Error('Encountered a stranger'), 'text'])(
    'should throw what a function inside of a zod schema throws: %o',
    async (thrown) => {
      const report = vi.fn();
      process.on('unhandledRejection', report);
      const schema = z.string().transform(() => thrower(thrown));
      expect(caughtFrom(() => validateNow(schema, 'a'))).toBe(thrown);
      await new Promise(setImmediate);
      process.off('unhandledRejection', report);
      expect(report).not.toHaveBeenCalled();
    },
  );

  it.each([
    // Of zod 3.
    'Async refinement encountered during synchronous parse operation. Use .parseAsync instead.',
    'Asynchronous transform encountered during synchronous parse operation. Use .parseAsync instead.',
    // Of zod 4.
    'Encountered Promise during synchronous parse. Use .parseAsync() instead.',
  ])('should know the sign of a promise: %s', (message) => {
    const schema = {
      ...schemaThat(() => Promise.resolve({ value: 1 })),
      safeParse: () => thrower(new Error(message)),
    };
    expect(validateNow(schema, 'a')).toBeInstanceOf(Promise);
  });

  it('should give a promise that safeParse does not explain', () => {
    const schema = { ...schemaThat(() => Promise.resolve({ value: 1 })), safeParse: () => 1 };
    expect(validateNow(schema, 'a')).toBeInstanceOf(Promise);
  });
});

function thrower(thrown: unknown): never {
  throw thrown;
}

function caughtFrom(call: () => unknown): unknown {
  try {
    call();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}
