import { describe, expect, expectTypeOf, it } from 'vitest';
import { isOptionError, OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import type { OptionError } from '../../src/errors/option-error.js';
import { WssError } from '../../src/errors/wss-error.js';

describe.each([
  ['OptionTypeError', OptionTypeError, TypeError, 'ERR_WSS_OPTION_TYPE', OptionRangeError],
  ['OptionRangeError', OptionRangeError, RangeError, 'ERR_WSS_OPTION_RANGE', OptionTypeError],
] as const)('%s', (name, OwnClass, BuiltIn, code, Other) => {
  it('should name the option in its message and in a field', () => {
    const error = new OwnClass('tls.ca[1]', 'is empty');
    expect(error.message).toBe('tls.ca[1]: is empty');
    expect(error.option).toBe('tls.ca[1]');
    expect(String(error)).toBe(`${name}: tls.ca[1]: is empty`);
  });

  it('should have its tag and code', () => {
    expect(new OwnClass('url', 'x')).toMatchObject({ _tag: 'OptionError', code });
  });

  it('should carry a cause, and none unless given', () => {
    const cause = new Error('underneath');
    expect(new OwnClass('url', 'x', { cause }).cause).toBe(cause);
    expect(Object.hasOwn(new OwnClass('url', 'x'), 'cause')).toBe(false);
  });

  it('should be an instance of its built-in class, of itself and of the family alone', () => {
    const error: unknown = new OwnClass('url', 'x');
    expect(error).toBeInstanceOf(BuiltIn);
    expect(error).toBeInstanceOf(OwnClass);
    expect(error).toBeInstanceOf(WssError);
    expect(error).not.toBeInstanceOf(Other);
  });

  it('should not recognise a plain error of the built-in class', () => {
    expect(new BuiltIn('x')).not.toBeInstanceOf(OwnClass);
  });

  it('should recognise an error of another copy by its stamp', () => {
    const foreign = Object.defineProperty(new BuiltIn('x'), Symbol.for('rx-wss.error'), {
      value: ['WssError', name],
    });
    expect(foreign).toBeInstanceOf(OwnClass);
    expect(foreign).not.toBeInstanceOf(Other);
  });
});

describe('isOptionError', () => {
  it.each([
    [true, new OptionTypeError('url', 'x')],
    [true, new OptionRangeError('url', 'x')],
    [false, new TypeError('x')],
    [false, new RangeError('x')],
    [false, { _tag: 'OptionError' }],
    [false, undefined],
  ])('should say %s of %s', (expected, value) => {
    expect(isOptionError(value)).toBe(expected);
  });

  it('should narrow', () => {
    const value: unknown = undefined;
    if (isOptionError(value)) expectTypeOf(value).toEqualTypeOf<OptionError>();
    expect(isOptionError(value)).toBe(false);
  });
});
