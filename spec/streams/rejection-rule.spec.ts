import * as O from 'fp-ts/lib/Option.js';
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import type { DecodeFailure } from '../../src/codec/decode-failure.js';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import type { CloseRequest } from '../../src/streams/close-request.js';
import { checkRejectionRule, MAX_REJECTED } from '../../src/streams/rejection-rule.js';
import type {
  RejectionJudge,
  RejectionRule,
  RejectionVerdict,
} from '../../src/streams/rejection-rule.js';
import { ENDINGS } from './endings.js';

const { failure } = ENDINGS.MessageRejected;

/** The judge of one connection under the rule `value`, which may be anything. */
const judgeOf = (value: unknown): RejectionJudge => checkRejectionRule('onRejected', value)();

/** The error that `act` throws, as class and message. */
function refusal(act: () => unknown): readonly [unknown, string] {
  try {
    act();
  } catch (error) {
    if (error instanceof Error) return [error.constructor, error.message];
  }
  throw new Error('nothing was thrown');
}

describe('checkRejectionRule', () => {
  it("should leave the connection alone with 'report'", () => {
    const judge = judgeOf('report');
    for (let now = 0; now < 100; now += 1) expect(judge(failure, now)).toEqual(O.none);
  });

  it.each([
    ['kind', 1003],
    ['utf-8', 1007],
    ['json', 1007],
    ['format', 1007],
    ['schema', 1008],
  ] as const)("should close for the phase %s with %i with 'fail'", (phase, code) => {
    expect(judgeOf('fail')({ ...failure, phase }, 0)).toEqual(O.some({ code, reason: '' }));
  });

  describe('with a limit', () => {
    it('should close with 1008 for one message too many', () => {
      const judge = judgeOf({ maxRejected: 2, interval: 1_000 });
      expect([0, 1, 2].map((now) => judge(failure, now))).toEqual([
        O.none,
        O.none,
        O.some({ code: 1008, reason: '' }),
      ]);
    });

    it('should close with the code and the reason of its own', () => {
      const limit = { maxRejected: 0, interval: 1, code: 1007, reason: 'grüße' };
      expect(judgeOf(limit)(failure, 0)).toEqual(O.some({ code: 1007, reason: 'grüße' }));
    });

    it('should take undefined for the code and the reason', () => {
      const limit = { maxRejected: 0, interval: 1, code: undefined, reason: undefined };
      expect(judgeOf(limit)(failure, 0)).toEqual(O.some({ code: 1008, reason: '' }));
    });

    it('should go by the interval', () => {
      const judge = judgeOf({ maxRejected: 1, interval: 10 });
      expect([0, 10, 20, 29].map((now) => O.isSome(judge(failure, now)))).toEqual([
        false,
        false,
        false,
        true,
      ]);
    });

    it('should begin anew with each connection', () => {
      const newJudge = checkRejectionRule('onRejected', { maxRejected: 1, interval: 1_000 });
      const first = newJudge();
      expect(first(failure, 0)).toEqual(O.none);
      const second = newJudge();
      expect(second(failure, 1)).toEqual(O.none);
      expect(O.isSome(first(failure, 2))).toBe(true);
      expect(O.isSome(second(failure, 3))).toBe(true);
    });

    it('should take the largest, and Infinity for the interval', () => {
      expect(() => judgeOf({ maxRejected: MAX_REJECTED, interval: Infinity })).not.toThrow();
    });
  });

  describe('with a function', () => {
    const unhandled: unknown[] = [];
    const keep = (reason: unknown): void => void unhandled.push(reason);

    afterEach(() => {
      process.off('unhandledRejection', keep);
    });

    it('should ask it about each message', () => {
      const decide = vi.fn((): RejectionVerdict => 'report');
      const judge = judgeOf(decide);
      expect(judge(failure, 0)).toEqual(O.none);
      expect(decide).toHaveBeenCalledExactlyOnceWith(failure);
    });

    it('should do as it says', () => {
      const verdicts: RejectionVerdict[] = ['report', 'fail', { code: 4000 }, 'report'];
      verdicts.push({ code: 1007, reason: 'enough' });
      const judge = judgeOf(() => verdicts.shift());
      const orders = Array.from({ length: 5 }, (_, now) =>
        judge({ ...failure, phase: 'kind' }, now),
      );
      expect(orders).toEqual([
        O.none,
        O.some({ code: 1003, reason: '' }),
        O.some({ code: 4000, reason: '' }),
        O.none,
        O.some({ code: 1007, reason: 'enough' }),
      ]);
    });

    it('should throw what it throws', () => {
      const thrown = new Error('mine');
      const judge = judgeOf(() => {
        throw thrown;
      });
      expect(() => judge(failure, 0)).toThrow(thrown);
    });

    it.each<[unknown, string]>([
      [undefined, 'undefined'],
      [null, 'null'],
      [true, 'true'],
      ['close', "'close'"],
      [1008, '1008'],
      [{ reason: 'x' }, 'an object'],
      [[], 'an array'],
      [Object.assign(new Error('x'), { code: 1008 }), 'an object'],
      [() => 'fail', 'a function'],
    ])('should throw when it gives %o', (verdict, shown) => {
      expect(refusal(() => judgeOf(() => verdict)(failure, 0))).toEqual([
        OptionTypeError,
        `onRejected: must give 'report', 'fail' or { code, reason }, at once, got ${shown}`,
      ]);
    });

    it('should throw when it gives a promise, and take no notice of what becomes of that', async () => {
      process.on('unhandledRejection', keep);
      const judge = judgeOf(() => Promise.reject(new Error('late')));
      expect(() => judge(failure, 0)).toThrow(OptionTypeError);
      await new Promise(setImmediate);
      expect(unhandled).toEqual([]);
    });

    it.each<[object, unknown, string]>([
      [{ code: '1008' }, OptionTypeError, "onRejected.code: must be a number, got '1008'"],
      [
        { code: 1006 },
        OptionRangeError,
        'onRejected.code: must be 1000 to 1003, 1007 to 1014 or 3000 to 4999, got 1006',
      ],
      [{ code: 4000, reason: 7 }, OptionTypeError, 'onRejected.reason: must be a string, got 7'],
      [
        { code: 4000, reason: 'x'.repeat(124) },
        OptionRangeError,
        'onRejected.reason: must be at most 123 bytes of UTF-8, got 124',
      ],
    ])('should throw when it gives %o', (request, errorClass, message) => {
      expect(refusal(() => judgeOf(() => request)(failure, 0))).toEqual([errorClass, message]);
    });

    it('should throw what a getter of the request throws', () => {
      const thrown = new Error('mine');
      const request = {
        get code(): number {
          throw thrown;
        },
      };
      expect(() => judgeOf(() => request)(failure, 0)).toThrow(thrown);
    });
  });

  const limit = { maxRejected: 1, interval: 1 };
  const whole = 'must be a whole number from';

  it.each<[unknown, string]>([
    [null, "onRejected: must be 'report', 'fail', an object or a function, got null"],
    ['ignore', "onRejected: must be 'report', 'fail', an object or a function, got 'ignore'"],
    [true, "onRejected: must be 'report', 'fail', an object or a function, got true"],
    [[], 'onRejected: must be an object, got an array'],
    [{}, 'onRejected.maxRejected: must be given, got undefined'],
    [{ maxRejected: 1 }, 'onRejected.interval: must be given, got undefined'],
    [
      { ...limit, rate: 1 },
      'onRejected.rate: is not an option; known here: maxRejected, interval, code, reason',
    ],
    [{ ...limit, maxRejected: '1' }, "onRejected.maxRejected: must be a number, got '1'"],
    [{ ...limit, interval: NaN }, 'onRejected.interval: must be a number, got NaN'],
    [{ ...limit, code: '1008' }, "onRejected.code: must be a number, got '1008'"],
    [{ ...limit, code: null }, 'onRejected.code: must be a number, got null'],
    [{ ...limit, reason: 7 }, 'onRejected.reason: must be a string, got 7'],
  ])('should refuse %o', (value, message) => {
    expect(refusal(() => judgeOf(value))).toEqual([OptionTypeError, message]);
  });

  it.each<[unknown, string]>([
    [{ ...limit, maxRejected: -1 }, `onRejected.maxRejected: ${whole} 0 to 1000000, got -1`],
    [{ ...limit, maxRejected: 0.5 }, `onRejected.maxRejected: ${whole} 0 to 1000000, got 0.5`],
    [
      { ...limit, maxRejected: Infinity },
      `onRejected.maxRejected: ${whole} 0 to 1000000, got Infinity`,
    ],
    [{ ...limit, interval: 0 }, 'onRejected.interval: must be a number from 1 to Infinity, got 0'],
    [{ ...limit, code: 1006 }, `onRejected.code: ${whole} 1007 to 1008, got 1006`],
    [{ ...limit, code: 4000 }, `onRejected.code: ${whole} 1007 to 1008, got 4000`],
    [
      { ...limit, reason: 'é'.repeat(62) },
      'onRejected.reason: must be at most 123 bytes of UTF-8, got 124',
    ],
  ])('should refuse %o, which is of the right kind', (value, message) => {
    expect(refusal(() => judgeOf(value))).toEqual([OptionRangeError, message]);
  });
});

describe('RejectionRule', () => {
  it('should be a verdict for all, a limit, or a function', () => {
    expectTypeOf<'report' | 'fail'>().toExtend<RejectionRule>();
    expectTypeOf<{ maxRejected: number; interval: number }>().toExtend<RejectionRule>();
    expectTypeOf<(failure: DecodeFailure) => RejectionVerdict>().toExtend<RejectionRule>();
    expectTypeOf<() => Promise<'fail'>>().not.toExtend<RejectionRule>();
    expectTypeOf<CloseRequest>().not.toExtend<RejectionRule>();
    expectTypeOf<CloseRequest>().toExtend<RejectionVerdict>();
  });
});
