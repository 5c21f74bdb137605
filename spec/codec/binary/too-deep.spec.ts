import { describe, expect, it } from 'vitest';

import { Malformed } from '../../../src/codec/binary/malformed.js';
import { refuseTooDeep } from '../../../src/codec/binary/too-deep.js';

describe('refuseTooDeep', () => {
  it.each([
    [1, 1],
    [0, 0],
    [1e9, Infinity],
  ])('should let %i of %i levels pass', (depth, maxDepth) => {
    expect(() => {
      refuseTooDeep(depth, maxDepth);
    }).not.toThrow();
  });

  it('should refuse one level more', () => {
    expect(() => {
      refuseTooDeep(3, 2);
    }).toThrow(new Malformed('nested deeper than maxDepth, which is 2'));
  });
});
