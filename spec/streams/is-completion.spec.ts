import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCompletion } from '../../src/streams/is-completion.js';
import { ENDINGS } from './endings.js';

const { Closed } = ENDINGS;

describe('isCompletion', () => {
  it.each([1000, 1005])("should complete on the server's %i", (code) => {
    expect(isCompletion({ ...Closed, code })).toBe(true);
  });

  it("should fail on every other code of the server's", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), (code) => {
        expect(isCompletion({ ...Closed, code })).toBe(code === 1000 || code === 1005);
      }),
    );
  });

  it.each([1000, 1001, 1011, 4000])('should complete on our own %i', (code) => {
    expect(isCompletion({ ...Closed, by: 'client', code })).toBe(true);
    expect(isCompletion({ ...Closed, by: 'client', code, wasClean: false })).toBe(true);
  });

  it('should fail on our own close when a source failed', () => {
    expect(isCompletion({ ...Closed, by: 'client', code: 1011, cause: new Error('x') })).toBe(
      false,
    );
  });

  it("should not ask for the cause of the server's close", () => {
    expect(isCompletion({ ...Closed, code: 1000, cause: new Error('x') })).toBe(true);
  });

  it.each(Object.values(ENDINGS).filter(({ _tag }) => _tag !== 'Closed'))(
    'should fail on $_tag',
    (ending) => {
      expect(isCompletion(ending)).toBe(false);
    },
  );
});
