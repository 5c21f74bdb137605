import { describe, expect, it } from 'vitest';
import { OptionTypeError } from '../../src/errors/option-error.js';
import { checkSignal } from '../../src/streams/check-signal.js';

describe('checkSignal', () => {
  it('should give a signal as it is, aborted or not', () => {
    const { signal } = new AbortController();
    expect(checkSignal('signal', signal)).toBe(signal);
    const aborted = AbortSignal.abort();
    expect(checkSignal('signal', aborted)).toBe(aborted);
  });

  it('should take undefined for none', () => {
    expect(checkSignal('signal', undefined)).toBeUndefined();
  });

  it.each<[unknown, string]>([
    [null, 'null'],
    [{ aborted: false, addEventListener: () => undefined }, 'an object'],
    [new AbortController(), 'an object'],
    [true, 'true'],
  ])('should refuse %o, naming the option', (value, shown) => {
    expect(() => checkSignal('drain.signal', value)).toThrow(
      new OptionTypeError('drain.signal', `must be an AbortSignal, got ${shown}`),
    );
  });
});
