import { ExtensionCodec } from '@msgpack/msgpack';
import { describe, expect, it } from 'vitest';

import { checkMsgpackOptions, DEFAULT_MSGPACK_OPTIONS } from '../../src/codec/msgpack-options.js';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';

const KNOWN = 'incoming, outgoing, maxDepth, useBigInt64, ignoreUndefined, extensionCodec';

describe('checkMsgpackOptions', () => {
  it('should fill in the defaults', () => {
    expect(DEFAULT_MSGPACK_OPTIONS).toEqual({
      maxDepth: 128,
      useBigInt64: false,
      ignoreUndefined: true,
    });
    expect(Object.isFrozen(DEFAULT_MSGPACK_OPTIONS)).toBe(true);
    for (const options of [{}, { maxDepth: undefined, extensionCodec: undefined }]) {
      expect(checkMsgpackOptions(options)).toEqual({
        ...DEFAULT_MSGPACK_OPTIONS,
        extensionCodec: undefined,
        schemas: options,
      });
    }
  });

  it('should give the options', () => {
    const options = {
      maxDepth: 0,
      useBigInt64: true,
      ignoreUndefined: false,
      extensionCodec: new ExtensionCodec(),
    };
    expect(checkMsgpackOptions(options)).toEqual({ ...options, schemas: options });
    expect(checkMsgpackOptions({ maxDepth: Infinity }).maxDepth).toBe(Infinity);
  });

  it.each([
    ['msgpack: must be an object, got null', null],
    [`msgpack.rawStrings: is not an option; known here: ${KNOWN}`, { rawStrings: true }],
    ["msgpack.maxDepth: must be a number, got '1'", { maxDepth: '1' }],
    ['msgpack.useBigInt64: must be a boolean, got 1', { useBigInt64: 1 }],
    ['msgpack.ignoreUndefined: must be a boolean, got null', { ignoreUndefined: null }],
    [
      'msgpack.extensionCodec: must be an object with tryToEncode() and decode(), got an object',
      { extensionCodec: { decode: () => 1 } },
    ],
    [
      'msgpack.extensionCodec: must be an object with tryToEncode() and decode(), got null',
      { extensionCodec: null },
    ],
  ])('should throw "%s"', (message, options) => {
    const call = (): unknown => checkMsgpackOptions(options as never);
    expect(call).toThrow(OptionTypeError);
    expect(call).toThrow(message);
    expect(call).toThrow(expect.objectContaining({ option: /^[^:]*/.exec(message)?.[0] }));
  });

  it.each([-1, 1.5])('should refuse a maxDepth of %d', (maxDepth) => {
    expect(() => checkMsgpackOptions({ maxDepth })).toThrow(OptionRangeError);
  });
});
