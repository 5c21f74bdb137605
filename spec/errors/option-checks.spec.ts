import * as fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  checkBoolean,
  checkDuration,
  checkFunction,
  checkKeys,
  checkMethods,
  checkNumber,
  checkOneOf,
  MAX_TIMER,
  show,
} from '../../src/errors/option-checks.js';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';

/** The error that `check` throws. */
function thrownBy(check: () => unknown): unknown {
  try {
    check();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

const typeError = (message: string): OptionTypeError =>
  new OptionTypeError(...(message.split(/: (.*)/s, 2) as [string, string]));
const rangeError = (message: string): OptionRangeError =>
  new OptionRangeError(...(message.split(/: (.*)/s, 2) as [string, string]));

describe('show', () => {
  it.each<[unknown, string]>([
    ['text', "'text'"],
    ['', "''"],
    ['a\nb', "'a\\u000ab'"],
    ['x'.repeat(61), `'${'x'.repeat(60)}…'`],
    [() => 'secret', 'a function'],
    [Map, 'a function'],
    [null, 'null'],
    [['secret'], 'an array'],
    [{ token: 'secret' }, 'an object'],
    [new Map([['token', 'secret']]), 'an object'],
    [7n, '7n'],
    [-1.5, '-1.5'],
    [NaN, 'NaN'],
    [Infinity, 'Infinity'],
    [true, 'true'],
    [undefined, 'undefined'],
    [Symbol('here'), 'Symbol(here)'],
  ])('should show %s as %s', (value, expected) => {
    expect(show(value)).toBe(expected);
  });

  it('should stay on one line and be short, whatever the value', () => {
    const anyUnits = fc
      .array(fc.integer({ min: 0, max: 0xffff }))
      .map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(fc.oneof(fc.anything(), anyUnits), (value) => {
        expect(show(value)).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}]{1,400}$/u);
      }),
    );
  });

  it('should escape the description of a symbol too', () => {
    expect(show(Symbol('a\nb'))).toBe('Symbol(a\\u000ab)');
  });
});

describe('checkKeys', () => {
  it.each([{}, { a: 1 }, { a: undefined, b: 2 }, Object.create(null)])(
    'should take %o',
    (options: unknown) => {
      expect(() => {
        checkKeys('tls', options, ['a', 'b']);
      }).not.toThrow();
    },
  );

  it('should take inherited keys and symbols without a look', () => {
    const options = Object.assign(Object.create({ c: 3 }) as object, { [Symbol('d')]: 4 });
    expect(() => {
      checkKeys('tls', options, ['a']);
    }).not.toThrow();
  });

  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    ['x', "'x'"],
    [7, '7'],
    [[], 'an array'],
    [() => 0, 'a function'],
  ])('should refuse %s, which is no options object', (value, shown) => {
    expect(
      thrownBy(() => {
        checkKeys('tls', value, []);
      }),
    ).toEqual(typeError(`tls: must be an object, got ${shown}`));
  });

  it('should name an unknown key by its path, and the known ones', () => {
    const error = thrownBy(() => {
      checkKeys('tls', { a: 1, cA: 2 }, ['a', 'ca']);
    });
    expect(error).toEqual(typeError('tls.cA: is not an option; known here: a, ca'));
    expect(error).toMatchObject({ option: 'tls.cA' });
  });

  it('should name an unknown key of the outermost options by itself', () => {
    const error = thrownBy(() => {
      checkKeys('options', { uri: 1 }, ['url']);
    });
    expect(error).toEqual(typeError('uri: is not an option; known here: url'));
    expect(error).toMatchObject({ option: 'uri' });
  });

  it('should narrow to a record', () => {
    const value: unknown = {};
    checkKeys('x', value, []);
    expectTypeOf(value).toEqualTypeOf<Readonly<Record<string, unknown>>>();
  });
});

describe('checkNumber', () => {
  it.each([
    [undefined, 5, { min: 0 }],
    [0, 0, { min: 0 }],
    [2.5, 2.5, { min: 0, max: 3 }],
    [3, 3, { min: 0, max: 3, integer: true }],
    [Infinity, Infinity, { min: 0 }],
    [Infinity, Infinity, { min: 1, integer: true }],
  ])('should give for %s: %s', (value, expected, range) => {
    expect(checkNumber('n', value, 5, range)).toBe(expected);
  });

  it.each<[unknown, string]>([
    [NaN, 'NaN'],
    ['5', "'5'"],
    [null, 'null'],
    [5n, '5n'],
    [{}, 'an object'],
  ])('should refuse %s, which is no number', (value, shown) => {
    expect(thrownBy(() => checkNumber('a.n', value, 5, { min: 0 }))).toEqual(
      typeError(`a.n: must be a number, got ${shown}`),
    );
  });

  it.each([
    [-1, { min: 0 }, 'a number from 0 to Infinity, got -1'],
    [-Infinity, { min: 0 }, 'a number from 0 to Infinity, got -Infinity'],
    [4, { min: 0, max: 3 }, 'a number from 0 to 3, got 4'],
    [Infinity, { min: 0, max: 3 }, 'a number from 0 to 3, got Infinity'],
    [1.5, { min: 0, integer: true }, 'a whole number from 0 to Infinity, got 1.5'],
    [0, { min: 1, integer: true }, 'a whole number from 1 to Infinity, got 0'],
  ])('should refuse %s out of %o', (value, range, expected) => {
    expect(thrownBy(() => checkNumber('n', value, 5, range))).toEqual(
      rangeError(`n: must be ${expected}`),
    );
  });

  it('should give every whole number in range as it is, and refuse every other', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.nat(), fc.nat(), (value, min, size) => {
        const range = { min, max: min + size, integer: true };
        const isFine = Number.isInteger(value) && value >= min && value <= min + size;
        if (isFine) expect(checkNumber('n', value, 5, range)).toBe(value);
        else expect(() => checkNumber('n', value, 5, range)).toThrow(OptionRangeError);
      }),
    );
  });
});

describe('checkDuration', () => {
  it.each([
    [undefined, 7],
    [0, 0],
    [0.5, 0.5],
    [MAX_TIMER, MAX_TIMER],
    [Infinity, Infinity],
  ])('should give for %s: %s', (value, expected) => {
    expect(checkDuration('d', value, 7)).toBe(expected);
  });

  it('should know that a timer holds 31 bits', () => {
    expect(MAX_TIMER).toBe(2_147_483_647);
  });

  it.each([
    [-1, undefined, 'd: must be a number from 0 to Infinity, got -1'],
    [4, 5, 'd: must be a number from 5 to Infinity, got 4'],
    [
      2 ** 31,
      undefined,
      'd: must be at most 2147483647 ms (24.8 days) or Infinity, got 2147483648',
    ],
  ])('should refuse %s', (value, min, expected) => {
    expect(thrownBy(() => checkDuration('d', value, 7, min))).toEqual(rangeError(expected));
  });

  it('should refuse what is no number', () => {
    expect(thrownBy(() => checkDuration('d', '1s', 7))).toEqual(
      typeError("d: must be a number, got '1s'"),
    );
  });
});

describe('checkBoolean', () => {
  it.each([
    [undefined, true, true],
    [undefined, false, false],
    [true, false, true],
    [false, true, false],
  ])('should give for %s with the default %s: %s', (value, fallback, expected) => {
    expect(checkBoolean('b', value, fallback)).toBe(expected);
  });

  it.each<[unknown, string]>([
    [0, '0'],
    ['true', "'true'"],
    [null, 'null'],
  ])('should refuse %s', (value, shown) => {
    expect(thrownBy(() => checkBoolean('b', value, true))).toEqual(
      typeError(`b: must be a boolean, got ${shown}`),
    );
  });
});

describe('checkMethods', () => {
  class Scheduler {
    schedule(): void {
      // Only there to be found on the prototype.
    }
  }

  it('should take own methods, inherited ones, and others besides', () => {
    expect(() => {
      checkMethods('s', { a: () => 0, b: () => 0, c: 1 }, ['a', 'b']);
    }).not.toThrow();
    expect(() => {
      checkMethods('s', new Scheduler(), ['schedule']);
    }).not.toThrow();
  });

  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    ['x', "'x'"],
    [{}, 'an object'],
    [{ a: () => 0 }, 'an object'],
    [{ a: () => 0, b: 1 }, 'an object'],
    [() => 0, 'a function'],
  ])('should refuse %o', (value, shown) => {
    expect(
      thrownBy(() => {
        checkMethods('s', value, ['a', 'b']);
      }),
    ).toEqual(typeError(`s: must be an object with a() and b(), got ${shown}`));
  });
});

describe('checkFunction', () => {
  it.each([undefined, () => 0, Map])('should take %s', (value) => {
    expect(() => {
      checkFunction('f', value);
    }).not.toThrow();
  });

  it.each<[unknown, string]>([
    [null, 'null'],
    [{}, 'an object'],
    ['f', "'f'"],
  ])('should refuse %s', (value, shown) => {
    expect(
      thrownBy(() => {
        checkFunction('f', value);
      }),
    ).toEqual(typeError(`f: must be a function, got ${shown}`));
  });
});

describe('checkOneOf', () => {
  it.each([
    [undefined, 'one'],
    ['one', 'one'],
    ['two', 'two'],
  ])('should give for %s: %s', (value, expected) => {
    expect(checkOneOf('o', value, 'one', ['one', 'two'])).toBe(expected);
  });

  it.each<[unknown, string]>([
    ['three', "'three'"],
    ['', "''"],
    [null, 'null'],
    [1, '1'],
    [['one'], 'an array'],
  ])('should refuse %s', (value, shown) => {
    expect(thrownBy(() => checkOneOf('o', value, 'one', ['one', 'two']))).toEqual(
      typeError(`o: must be one of 'one', 'two', got ${shown}`),
    );
  });

  it('should give the type of the allowed values', () => {
    const checked = checkOneOf('o', undefined, 'one', ['one', 'two']);
    expectTypeOf(checked).toEqualTypeOf<'one' | 'two'>();
  });
});
