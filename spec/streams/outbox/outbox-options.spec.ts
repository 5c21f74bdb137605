import { describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../../src/errors/option-error.js';
import { checkOutbox, DEFAULT_OUTBOX } from '../../../src/streams/outbox/outbox-options.js';

describe('DEFAULT_OUTBOX', () => {
  it('should be as documented, for good', () => {
    expect(DEFAULT_OUTBOX).toEqual({
      maxMessages: 10_000,
      maxBytes: 16_777_216,
      overflow: 'reject',
      ttl: undefined,
      highWaterMark: 1_048_576,
      lowWaterMark: 262_144,
    });
    expect(Object.isFrozen(DEFAULT_OUTBOX)).toBe(true);
  });
});

describe('checkOutbox', () => {
  it('should fill in the defaults', () => {
    expect(checkOutbox('outbox')).toEqual(DEFAULT_OUTBOX);
    expect(checkOutbox('outbox', {})).toEqual(DEFAULT_OUTBOX);
  });

  it('should take what is given', () => {
    const given = {
      maxMessages: 0,
      maxBytes: Infinity,
      overflow: 'latest-by-key',
      ttl: 0,
      highWaterMark: 10,
      lowWaterMark: 10,
    } as const;
    expect(checkOutbox('outbox', given)).toEqual(given);
  });

  it.each([
    [0, 0],
    [3, 0],
    [1_000, 250],
    [Infinity, Infinity],
  ])('should make the low mark of a high one of %d a quarter: %d', (highWaterMark, expected) => {
    expect(checkOutbox('outbox', { highWaterMark }).lowWaterMark).toBe(expected);
  });

  it.each<[unknown, typeof OptionTypeError | typeof OptionRangeError, RegExp]>([
    [null, OptionTypeError, /^outbox: must be an object, got null$/],
    [{ size: 1 }, OptionTypeError, /^outbox\.size: is not an option; known here: maxMessages, /],
    [{ maxMessages: -1 }, OptionRangeError, /^outbox\.maxMessages: /],
    [{ maxBytes: 0.5 }, OptionRangeError, /^outbox\.maxBytes: /],
    [{ maxBytes: '1' }, OptionTypeError, /^outbox\.maxBytes: /],
    [{ overflow: 'drop' }, OptionTypeError, /^outbox\.overflow: must be one of 'reject', /],
    [{ ttl: -1 }, OptionRangeError, /^outbox\.ttl: /],
    [{ ttl: '1' }, OptionTypeError, /^outbox\.ttl: /],
    [{ highWaterMark: Number.NaN }, OptionTypeError, /^outbox\.highWaterMark: /],
    [{ highWaterMark: 4, lowWaterMark: 5 }, OptionRangeError, /^outbox\.lowWaterMark: .*4, got 5/],
  ])('should refuse %o', (options, type, message) => {
    const check = (): unknown => checkOutbox('outbox', options);
    expect(check).toThrow(type);
    expect(check).toThrow(message);
  });
});
