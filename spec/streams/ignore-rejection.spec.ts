import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ignoreRejection } from '../../src/streams/ignore-rejection.js';

describe('ignoreRejection', () => {
  const unhandled: unknown[] = [];
  const keep = (reason: unknown): void => void unhandled.push(reason);

  beforeEach(() => {
    process.on('unhandledRejection', keep);
  });

  afterEach(() => {
    process.off('unhandledRejection', keep);
    unhandled.length = 0;
  });

  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

  it('should handle the rejection of a promise', async () => {
    ignoreRejection(Promise.reject(new Error('late')));
    ignoreRejection(runInNewContext('Promise.reject(1)'));
    await turn();
    expect(unhandled).toEqual([]);
  });

  it('should leave everything else alone', async () => {
    for (const value of [undefined, null, 'fail', 7, {}, { catch: 7 }, () => 0]) {
      expect(() => {
        ignoreRejection(value);
      }).not.toThrow();
    }
    ignoreRejection(Promise.resolve());
    await turn();
    expect(unhandled).toEqual([]);
  });
});
