import * as t from 'io-ts';
import { describe, expect, it } from 'vitest';

import { checkCustomOptions } from '../../src/codec/custom-options.js';
import { OptionTypeError } from '../../src/errors/option-error.js';

const decode = (): number => 1;
const encode = (): string => '';

describe('checkCustomOptions', () => {
  it('should give the options', () => {
    expect(checkCustomOptions({ name: 'query', decode, encode })).toEqual({
      name: 'query',
      decode,
      encode,
      check: undefined,
    });
    expect(
      checkCustomOptions({ name: 'query', decode, encode, incoming: t.number }).check,
    ).toBeTypeOf('function');
  });

  it.each([
    ['custom: must be an object, got null', null],
    [
      'custom.kind: is not an option; known here: name, decode, encode, incoming',
      { name: 'a', decode, encode, kind: 'text' },
    ],
    ['custom.name: must be a string, and not empty, got undefined', { decode, encode }],
    ["custom.name: must be a string, and not empty, got ''", { name: '', decode, encode }],
    ['custom.decode: must be a function, got undefined', { name: 'a', encode }],
    ['custom.decode: must be a function, got an object', { name: 'a', decode: t.number, encode }],
    ['custom.encode: must be a function, got null', { name: 'a', decode, encode: null }],
    [
      'custom.incoming: must be an io-ts type, a decoder of io-ts or a Standard Schema, got null',
      { name: 'a', decode, encode, incoming: null },
    ],
  ])('should throw "%s"', (message, options) => {
    const call = (): unknown => checkCustomOptions(options);
    expect(call).toThrow(OptionTypeError);
    expect(call).toThrow(message);
    expect(call).toThrow(expect.objectContaining({ option: /^[^:]*/.exec(message)?.[0] }));
  });
});
