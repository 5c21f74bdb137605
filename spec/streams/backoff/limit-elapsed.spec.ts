import * as O from 'fp-ts/lib/Option.js';
import { describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../../src/errors/option-error.js';
import { constantBackoff } from '../../../src/streams/backoff/constant-backoff.js';
import { limitElapsed } from '../../../src/streams/backoff/limit-elapsed.js';
import { concatPolicies } from '../../../src/streams/backoff/retry-policy.js';
import { statusOf } from './retry-statuses.js';

describe('limitElapsed', () => {
  it.each([
    [1_000, 0, O.some(0)],
    [1_000, 1_000, O.some(0)],
    [1_000, 1_001, O.none],
    [0, 0, O.some(0)],
    [Infinity, Number.MAX_SAFE_INTEGER, O.some(0)],
  ])('should decide, with a limit of %d ms and after %d ms: %o', (limit, elapsed, expected) => {
    expect(limitElapsed(limit)(statusOf({ elapsed }))).toEqual(expected);
  });

  it.each([
    [400, O.some(600)],
    [401, O.none],
  ])('should count the delay in: a delay of 600 ms after %d ms', (elapsed, expected) => {
    const policy = concatPolicies(
      constantBackoff({ delay: 600, jitter: 'none' }),
      limitElapsed(1_000),
    );
    expect(policy(statusOf({ elapsed }))).toEqual(expected);
  });

  it.each([
    [-1, OptionRangeError],
    [2 ** 31, OptionRangeError],
    ['5s', OptionTypeError],
    [undefined, OptionTypeError],
  ])('should refuse a limit of %o', (limit, kind) => {
    const call = () => limitElapsed(limit as number);
    expect(call).toThrow(kind);
    expect(call).toThrow(expect.objectContaining({ option: 'limitElapsed.maxElapsed' }));
  });
});
