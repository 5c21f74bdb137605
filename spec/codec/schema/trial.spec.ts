import { describe, expect, it, vi } from 'vitest';

import { tryOut } from '../../../src/codec/schema/trial.js';

describe('tryOut', () => {
  it('should try a value of each kind', () => {
    const check = vi.fn((value: unknown) => typeof value);
    expect(tryOut(check)).toEqual({
      isAsynchronous: false,
      answers: ['undefined', 'object', 'string', 'number', 'boolean', 'object', 'object'],
    });
    expect(check.mock.calls.map(([value]) => value)).toEqual([
      undefined,
      null,
      '',
      0,
      true,
      {},
      [],
    ]);
  });

  it.each([
    ['promises', () => Promise.resolve(1)],
    ['functions, as a TaskDecoder does', () => () => Promise.resolve(1)],
  ])('should see that the answers are %s', (_, check) => {
    expect(tryOut(check)).toEqual({ isAsynchronous: true, answers: [] });
  });

  it('should see a promise for one kind of value only', () => {
    const check = (value: unknown): unknown => (value === '' ? Promise.resolve() : 1);
    expect(tryOut(check)).toEqual({ isAsynchronous: true, answers: [1, 1, 1, 1, 1, 1] });
  });

  it('should let go of what is thrown and of what rejects', async () => {
    const report = vi.fn();
    process.on('unhandledRejection', report);
    expect(tryOut(() => Promise.reject(new Error('late'))).isAsynchronous).toBe(true);
    expect(tryOut(() => thrower())).toEqual({ isAsynchronous: false, answers: [] });
    await new Promise(setImmediate);
    process.off('unhandledRejection', report);
    expect(report).not.toHaveBeenCalled();
  });
});

function thrower(): never {
  throw new Error('not for me');
}
