import { describe, expect, it } from 'vitest';

import { checkCborOptions, DEFAULT_CBOR_OPTIONS } from '../../src/codec/cbor-options.js';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';

describe('checkCborOptions', () => {
  it('should fill in the defaults', () => {
    expect(DEFAULT_CBOR_OPTIONS).toEqual({ maxDepth: 128, useBigInt64: false, tags: [] });
    expect(Object.isFrozen(DEFAULT_CBOR_OPTIONS)).toBe(true);
    for (const options of [{}, { maxDepth: undefined, tags: undefined }]) {
      expect(checkCborOptions(options)).toEqual({ ...DEFAULT_CBOR_OPTIONS, schemas: options });
    }
  });

  it('should give the options', () => {
    const options = { maxDepth: 0, useBigInt64: true, tags: [32, 0] };
    expect(checkCborOptions(options)).toEqual({ ...options, schemas: options });
    expect(checkCborOptions({ maxDepth: Infinity }).maxDepth).toBe(Infinity);
  });

  it.each([
    ['cbor: must be an object, got null', null],
    [
      'cbor.useRecords: is not an option; known here: incoming, outgoing, maxDepth, useBigInt64, tags',
      { useRecords: true },
    ],
    ["cbor.maxDepth: must be a number, got '1'", { maxDepth: '1' }],
    ['cbor.useBigInt64: must be a boolean, got 1', { useBigInt64: 1 }],
    ['cbor.tags: must be an array of tags, got 32', { tags: 32 }],
    ['cbor.tags: must be an array of tags, got null', { tags: null }],
    ["cbor.tags[1]: must be a number, got '32'", { tags: [32, '32'] }],
    ['cbor.tags[0]: must be a number, got null', { tags: [undefined] }],
  ])('should throw "%s"', (message, options) => {
    const call = (): unknown => checkCborOptions(options as never);
    expect(call).toThrow(OptionTypeError);
    expect(call).toThrow(message);
    expect(call).toThrow(expect.objectContaining({ option: /^[^:]*/.exec(message)?.[0] }));
  });

  it.each([
    [{ maxDepth: -1 }],
    [{ maxDepth: 1.5 }],
    [{ tags: [-1] }],
    [{ tags: [1.5] }],
    [{ tags: [Infinity] }],
    [{ tags: [2 ** 53] }],
  ])('should refuse %o', (options) => {
    expect(() => checkCborOptions(options)).toThrow(OptionRangeError);
  });
});
