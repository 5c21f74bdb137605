import * as O from 'fp-ts/lib/Option.js';
import { describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../../src/errors/option-error.js';
import { limitRetries } from '../../../src/streams/backoff/limit-retries.js';
import { statusOf } from './retry-statuses.js';

describe('limitRetries', () => {
  it.each([
    [0, 0, O.none],
    [3, 0, O.some(0)],
    [3, 2, O.some(0)],
    [3, 3, O.none],
    [3, 4, O.none],
    [Infinity, Number.MAX_SAFE_INTEGER, O.some(0)],
  ])(
    'should decide, with a limit of %d and after %d retries: %o',
    (count, iterNumber, expected) => {
      expect(limitRetries(count)(statusOf({ iterNumber }))).toEqual(expected);
    },
  );

  it.each([
    [-1, OptionRangeError],
    [1.5, OptionRangeError],
    [NaN, OptionTypeError],
    [undefined, OptionTypeError],
  ])('should refuse a count of %o', (count, kind) => {
    const call = () => limitRetries(count as number);
    expect(call).toThrow(kind);
    expect(call).toThrow(expect.objectContaining({ option: 'limitRetries.count' }));
  });
});
