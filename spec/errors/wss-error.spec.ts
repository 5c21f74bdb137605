import { describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import type * as wssError from '../../src/errors/wss-error.js';
import { isInstance, stamp, WssError } from '../../src/errors/wss-error.js';

class LineError extends WssError {
  static override readonly brand: string = 'LineError';
  override readonly name = 'LineError';
  readonly _tag = 'LineError';
  readonly code = 'ERR_WSS_LINE';
}

class BusyLineError extends LineError {
  static override readonly brand: string = 'BusyLineError';
}

/** What a user may write: a subclass that knows nothing of brands. */
class UserError extends LineError {}

/** The module as another copy of the package holds it. */
async function otherCopy(): Promise<typeof wssError> {
  const path = '../../src/errors/wss-error.js?copy';
  return (await import(path)) as typeof wssError;
}

describe('WssError', () => {
  it('should be an Error with its message and cause', () => {
    const cause = new Error('underneath');
    const error = new LineError('the line is dead', { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toBe('the line is dead');
    expect(error.cause).toBe(cause);
    expect(error.stack).toContain('LineError: the line is dead');
  });

  it('should have no cause unless it is given one', () => {
    expect(Object.hasOwn(new LineError('the line is dead'), 'cause')).toBe(false);
  });

  it('should recognise instances of every class above theirs, and of none beside or below', () => {
    const error = new LineError('');
    const busy = new BusyLineError('');
    expect([error instanceof WssError, busy instanceof WssError]).toEqual([true, true]);
    expect([error instanceof LineError, busy instanceof LineError]).toEqual([true, true]);
    expect([error instanceof BusyLineError, busy instanceof BusyLineError]).toEqual([false, true]);
    expect(error instanceof OptionTypeError).toBe(false);
  });

  it('should count the option errors in, which extend TypeError and RangeError', () => {
    expect(new OptionTypeError('url', '')).toBeInstanceOf(WssError);
    expect(new OptionRangeError('url', '')).toBeInstanceOf(WssError);
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a string', 'WssError'],
    ['a function', () => undefined],
    ['a plain object', { name: 'WssError', _tag: 'LineError', code: 'ERR_WSS_LINE' }],
    ['another error', new TypeError('x')],
  ])('should not recognise %s', (_name, value) => {
    expect((value as unknown) instanceof WssError).toBe(false);
    expect((value as unknown) instanceof LineError).toBe(false);
  });

  it('should recognise what another copy of the package made, and the other way round', async () => {
    const copy = await otherCopy();
    class OtherLineError extends copy.WssError {
      static override readonly brand: string = 'LineError';
      readonly _tag = 'LineError';
      readonly code = 'ERR_WSS_LINE';
    }
    expect(copy.WssError).not.toBe(WssError);
    const [own, foreign]: readonly unknown[] = [new LineError(''), new OtherLineError('')];
    expect([own instanceof copy.WssError, own instanceof OtherLineError]).toEqual([true, true]);
    expect([foreign instanceof WssError, foreign instanceof LineError]).toEqual([true, true]);
    expect(foreign instanceof BusyLineError).toBe(false);
  });

  it('should keep the stamp out of enumeration and out of JSON', () => {
    const error = new LineError('');
    expect(Object.keys(error).sort()).toEqual(['_tag', 'code', 'name']);
    expect(Object.getOwnPropertyDescriptor(error, Symbol.for('rx-wss.error'))).toEqual({
      value: ['WssError', 'LineError', 'WssError'],
      enumerable: false,
      writable: false,
      configurable: false,
    });
  });

  it("should tell a user's subclass without a brand of its own by identity", () => {
    const error = new UserError('');
    expect(error).toBeInstanceOf(UserError);
    expect(error).toBeInstanceOf(LineError);
    expect(error).toBeInstanceOf(WssError);
    expect(new LineError('')).not.toBeInstanceOf(UserError);
  });
});

describe('isInstance', () => {
  it('should fall back to the prototype chain for a class without a brand', () => {
    expect(isInstance(Map, new Map())).toBe(true);
    expect(isInstance(Map, new LineError(''))).toBe(false);
  });

  it('should not take a brand that is no string for one', () => {
    class Odd extends Map {
      static readonly brand = 7;
    }
    expect(isInstance(Odd, new Odd())).toBe(true);
  });
});

describe('stamp', () => {
  it('should leave only the brand of the family on an error of a class without one', () => {
    const error = new Error('x');
    stamp(error, Error);
    expect(error).toBeInstanceOf(WssError);
    expect(error).not.toBeInstanceOf(LineError);
  });
});
