import { describe, expect, it, vi } from 'vitest';

import { isPromise, settle } from '../../../src/codec/schema/promise.js';

describe('isPromise', () => {
  it.each([Promise.resolve(1), { then: () => 1 }])('should hold for %o', (value) => {
    expect(isPromise(value)).toBe(true);
  });

  it.each([undefined, null, 1, 'then', {}, { then: 1 }, [], () => 1])(
    'should not hold for %o',
    (value) => {
      expect(isPromise(value)).toBe(false);
    },
  );
});

describe('settle', () => {
  it('should keep a rejection from being reported', async () => {
    const report = vi.fn();
    process.on('unhandledRejection', report);
    settle(Promise.reject(new Error('nobody waits')));
    settle(Promise.resolve());
    await new Promise(setImmediate);
    process.off('unhandledRejection', report);
    expect(report).not.toHaveBeenCalled();
  });
});
