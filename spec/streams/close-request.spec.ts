import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import {
  checkCloseRequest,
  isCloseRequest,
  NORMAL_CLOSE,
  toCloseOrder,
  toReconnectOrder,
} from '../../src/streams/close-request.js';

// RFC 6455 section 7.4 and the registry of IANA: what an endpoint may send in a close frame. 1004 is
// reserved, 1005, 1006 and 1015 must not be sent, and 1016 to 2999 are not given out.
const SENDABLE: ReadonlySet<number> = new Set([
  ...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014],
  ...Array.from({ length: 2000 }, (_, index) => 3000 + index),
]);

describe('toCloseOrder', () => {
  it('should take every code that the protocol allows, and refuse every other', () => {
    for (let code = 0; code <= 5000; code += 1) {
      if (SENDABLE.has(code)) {
        expect(toCloseOrder({ code })).toEqual({ code, reason: '' });
      } else {
        expect(() => toCloseOrder({ code })).toThrow(
          new OptionRangeError(
            'error.code',
            `must be 1000 to 1003, 1007 to 1014 or 3000 to 4999, got ${code}`,
          ),
        );
      }
    }
  });

  it('should refuse a code that is no whole number in that range', () => {
    const anyOther = fc.oneof(fc.double(), fc.integer());
    fc.assert(
      fc.property(
        anyOther.filter((each) => !SENDABLE.has(each)),
        (code) => {
          expect(() => toCloseOrder({ code })).toThrow(OptionRangeError);
        },
      ),
    );
  });

  it.each<[unknown, string]>([
    ['1000', "'1000'"],
    [undefined, 'undefined'],
    [null, 'null'],
    [1000n, '1000n'],
  ])('should refuse the code %s', (code, shown) => {
    expect(() => toCloseOrder({ code })).toThrow(
      new OptionTypeError('error.code', `must be a number, got ${shown}`),
    );
  });

  it.each<[unknown, string]>([
    [7, '7'],
    [null, 'null'],
    [Buffer.from('x'), 'an object'],
  ])('should refuse the reason %s', (reason, shown) => {
    expect(() => toCloseOrder({ code: 4000, reason })).toThrow(
      new OptionTypeError('error.reason', `must be a string, got ${shown}`),
    );
  });

  it('should take a reason of 123 bytes and refuse one of 124', () => {
    fc.assert(
      fc.property(fc.constantFrom('x', 'ü', '東', '🙂'), fc.nat(130), (character, count) => {
        const reason = character.repeat(count);
        const bytes = Buffer.byteLength(reason);
        if (bytes <= 123) {
          expect(toCloseOrder({ code: 4000, reason })).toEqual({ code: 4000, reason });
        } else {
          expect(() => toCloseOrder({ code: 4000, reason })).toThrow(
            new OptionRangeError(
              'error.reason',
              `must be at most 123 bytes of UTF-8, got ${bytes}`,
            ),
          );
        }
      }),
    );
  });

  it('should take an undefined reason for none', () => {
    expect(toCloseOrder({ code: 1000, reason: undefined })).toEqual({ code: 1000, reason: '' });
  });

  it.each<[string, unknown]>([
    ['an error', new Error('the source failed')],
    ['a system error, whose code is no close code', Object.assign(new Error('x'), { code: 4000 })],
    ['an abort', new DOMException('x', 'AbortError')],
    ['an object without a code', { reason: 'x' }],
    ['a string', 'failed'],
    ['a number', 4000],
    ['a function', () => 0],
  ])('should close with 1011 for %s', (_name, value) => {
    const order = toCloseOrder(value);
    expect(order).toEqual({ code: 1011, reason: '', cause: value });
    expect(order.cause).toBe(value);
  });

  it.each([undefined, null])('should make a cause where a source failed with %s', (value) => {
    expect(toCloseOrder(value)).toEqual({
      code: 1011,
      reason: '',
      cause: new Error(`The source failed with ${String(value)}`),
    });
  });
});

describe('toReconnectOrder', () => {
  const byDefault = { code: 4000, reason: 'by default' };

  it('should give the default for nothing', () => {
    expect(toReconnectOrder(undefined, byDefault)).toBe(byDefault);
  });

  it('should put a reason in the place of the one by default', () => {
    expect(toReconnectOrder('rotated', byDefault)).toEqual({ code: 4000, reason: 'rotated' });
    expect(toReconnectOrder('', byDefault)).toEqual({ code: 4000, reason: '' });
  });

  it('should take a close request whole', () => {
    expect(toReconnectOrder({ code: 1012 }, byDefault)).toEqual({ code: 1012, reason: '' });
    expect(toReconnectOrder({ code: 4001, reason: 'x' }, byDefault)).toEqual({
      code: 4001,
      reason: 'x',
    });
  });

  it.each<[unknown, Error]>([
    [null, new OptionTypeError('reconnect.reason', 'must be a string, got null')],
    [1012, new OptionTypeError('reconnect.reason', 'must be a string, got 1012')],
    [
      { reason: 'without a code' },
      new OptionTypeError('reconnect.reason', 'must be a string, got an object'),
    ],
    [new Error('x'), new OptionTypeError('reconnect.reason', 'must be a string, got an object')],
    [
      'x'.repeat(124),
      new OptionRangeError('reconnect.reason', 'must be at most 123 bytes of UTF-8, got 124'),
    ],
    [
      { code: 1005 },
      new OptionRangeError(
        'reconnect.code',
        'must be 1000 to 1003, 1007 to 1014 or 3000 to 4999, got 1005',
      ),
    ],
  ])('should refuse %o', (value, error) => {
    expect(() => toReconnectOrder(value, byDefault)).toThrow(error);
  });
});

describe('isCloseRequest', () => {
  it.each<[unknown, boolean]>([
    [{ code: 1000 }, true],
    [{ code: undefined }, true],
    [{ code: 'x', reason: 7 }, true],
    [{ reason: 'x' }, false],
    [Object.assign(new Error('x'), { code: 1000 }), false],
    [null, false],
    [undefined, false],
    [1000, false],
    [() => undefined, false],
  ])('should tell of %o: %s', (value, expected) => {
    expect(isCloseRequest(value)).toBe(expected);
  });
});

describe('checkCloseRequest', () => {
  it('should name the option by its path, and take no more than the two fields', () => {
    const given = { code: 4000, reason: 'x', cause: 'not taken' };
    expect(checkCloseRequest('closeWith', given)).toEqual({ code: 4000, reason: 'x' });
    expect(() => checkCloseRequest('closeWith', { code: 1 })).toThrow(
      expect.objectContaining({ option: 'closeWith.code' }),
    );
  });
});

describe('NORMAL_CLOSE', () => {
  it('should be an order of its own kind: 1000 without a reason or a cause', () => {
    expect(NORMAL_CLOSE).toEqual(toCloseOrder({ code: 1000 }));
  });
});
