import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../../src/errors/option-error.js';
import { checkDemand, DEFAULT_DEMAND } from '../../../src/streams/demand/demand-options.js';
import type { DemandOptions } from '../../../src/streams/demand/demand-options.js';

const MiB = 1024 * 1024;

describe('checkDemand', () => {
  it.each<[DemandOptions]>([
    [{}],
    [{ highWaterMark: undefined, lowWaterMark: undefined, maxBytes: undefined }],
    [{ highWaterMark: {}, lowWaterMark: { messages: undefined, bytes: undefined } }],
  ])('should give the defaults for %o', (options) => {
    expect(checkDemand('consume', options)).toEqual({
      highWaterMark: { messages: 1_000, bytes: MiB },
      lowWaterMark: { messages: 500, bytes: MiB / 2 },
      maxBytes: 64 * MiB,
    });
    expect(checkDemand('consume', options)).toEqual(DEFAULT_DEMAND);
  });

  it('should have defaults that cannot be changed', () => {
    expect(Object.isFrozen(DEFAULT_DEMAND)).toBe(true);
    expect(Object.isFrozen(DEFAULT_DEMAND.highWaterMark)).toBe(true);
    expect(Object.isFrozen(DEFAULT_DEMAND.lowWaterMark)).toBe(true);
  });

  it('should give what it was given', () => {
    const options = {
      highWaterMark: { messages: 10, bytes: 20 },
      lowWaterMark: { messages: 9, bytes: 0 },
      maxBytes: 20,
    };
    expect(checkDemand('consume', options)).toEqual(options);
  });

  it('should put the low mark at a half of the high one, in whole numbers', () => {
    const { lowWaterMark } = checkDemand('consume', { highWaterMark: { messages: 1, bytes: 7 } });
    expect(lowWaterMark).toEqual({ messages: 0, bytes: 3 });
  });

  it('should put the hard cap well above a high mark that is high', () => {
    expect(checkDemand('consume', { highWaterMark: { bytes: 40 * MiB } }).maxBytes).toBe(80 * MiB);
    expect(checkDemand('consume', { highWaterMark: { bytes: 30 * MiB } }).maxBytes).toBe(64 * MiB);
  });

  it('should take Infinity for no limit', () => {
    expect(checkDemand('consume', { highWaterMark: { messages: Infinity } })).toMatchObject({
      highWaterMark: { messages: Infinity, bytes: MiB },
      lowWaterMark: { messages: Infinity, bytes: MiB / 2 },
      maxBytes: 64 * MiB,
    });
    expect(checkDemand('consume', { highWaterMark: { bytes: Infinity } }).maxBytes).toBe(Infinity);
    expect(
      checkDemand('consume', { highWaterMark: { bytes: Infinity }, maxBytes: 5 }).maxBytes,
    ).toBe(5);
    expect(checkDemand('consume', { maxBytes: Infinity }).maxBytes).toBe(Infinity);
  });

  it('should allow the options that are checked elsewhere', () => {
    const options: DemandOptions & { readonly concurrency: string } = { concurrency: 'x' };
    expect(checkDemand('consume', options, ['concurrency'])).toEqual(DEFAULT_DEMAND);
    expect(() => checkDemand('consume', options)).toThrow(OptionTypeError);
  });

  it.each<[string, unknown, typeof OptionTypeError | typeof OptionRangeError]>([
    ['consume', null, OptionTypeError],
    ['consume', 5, OptionTypeError],
    ['consume.highWatermark', { highWatermark: {} }, OptionTypeError],
    ['consume.highWaterMark', { highWaterMark: 5 }, OptionTypeError],
    ['consume.highWaterMark', { highWaterMark: null }, OptionTypeError],
    ['consume.highWaterMark.count', { highWaterMark: { count: 5 } }, OptionTypeError],
    ['consume.highWaterMark.messages', { highWaterMark: { messages: '5' } }, OptionTypeError],
    ['consume.highWaterMark.messages', { highWaterMark: { messages: 0 } }, OptionRangeError],
    ['consume.highWaterMark.messages', { highWaterMark: { messages: 1.5 } }, OptionRangeError],
    ['consume.highWaterMark.bytes', { highWaterMark: { bytes: NaN } }, OptionTypeError],
    ['consume.highWaterMark.bytes', { highWaterMark: { bytes: -1 } }, OptionRangeError],
    ['consume.lowWaterMark', { lowWaterMark: [] }, OptionTypeError],
    ['consume.lowWaterMark.messages', { lowWaterMark: { messages: -1 } }, OptionRangeError],
    ['consume.lowWaterMark.messages', { lowWaterMark: { messages: 1_000 } }, OptionRangeError],
    ['consume.lowWaterMark.bytes', { lowWaterMark: { bytes: Infinity } }, OptionRangeError],
    ['consume.maxBytes', { maxBytes: '1' }, OptionTypeError],
    ['consume.maxBytes', { maxBytes: 0 }, OptionRangeError],
    ['consume.maxBytes', { maxBytes: MiB - 1 }, OptionRangeError],
  ])('should refuse %s: %o', (path, options, kind) => {
    const check = () => checkDemand('consume', options as DemandOptions);
    expect(check).toThrow(kind);
    expect(check).toThrow(expect.objectContaining({ option: path }));
  });

  it('should say how a low mark fails to fit', () => {
    const options = { highWaterMark: { messages: 4 }, lowWaterMark: { messages: 4 } };
    expect(() => checkDemand('consume', options)).toThrow(
      'consume.lowWaterMark.messages: must be less than highWaterMark.messages, which is 4, got 4',
    );
  });

  it('should give a low mark under the high one, and no cap under it', () => {
    const level = fc.option(fc.integer({ min: 1, max: 200 * MiB }), { nil: undefined });
    fc.assert(
      fc.property(level, level, (messages, bytes) => {
        const limits = checkDemand('consume', { highWaterMark: { messages, bytes } });
        const { highWaterMark: high, lowWaterMark: low, maxBytes } = limits;
        expect(low.messages).toBeLessThan(high.messages);
        expect(low.bytes).toBeLessThan(high.bytes);
        expect(maxBytes).toBeGreaterThanOrEqual(2 * high.bytes);
      }),
    );
  });
});
