import { describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../../src/errors/option-error.js';
import {
  checkAcknowledge,
  DEFAULT_ACKNOWLEDGE_WINDOW,
} from '../../../src/streams/outbox/acknowledge-options.js';
import type { AcknowledgeOptions } from '../../../src/streams/outbox/acknowledge-options.js';

const id = (message: unknown): unknown => message;
const ack = id;

describe('checkAcknowledge', () => {
  it('should be nothing without the option', () => {
    expect(checkAcknowledge('acknowledge', undefined)).toBeUndefined();
  });

  it('should fill in the defaults', () => {
    expect(DEFAULT_ACKNOWLEDGE_WINDOW).toBe(1_000);
    const settings = { id, ack, again: undefined, window: 1_000 };
    expect(checkAcknowledge('acknowledge', { id, ack })).toEqual(settings);
  });

  it('should take what is given', () => {
    const given = { id, ack, again: id, window: Infinity };
    expect(checkAcknowledge('acknowledge', given)).toEqual(given);
  });

  it.each<[unknown, typeof OptionTypeError | typeof OptionRangeError, RegExp]>([
    [null, OptionTypeError, /^acknowledge: must be an object, got null$/],
    [{ ack }, OptionTypeError, /^acknowledge\.id: must be given$/],
    [{ id }, OptionTypeError, /^acknowledge\.ack: must be given$/],
    [{ id, ack: 'id' }, OptionTypeError, /^acknowledge\.ack: /],
    [{ id, ack, again: 1 }, OptionTypeError, /^acknowledge\.again: /],
    [
      { id, ack, size: 1 },
      OptionTypeError,
      /^acknowledge\.size: is not an option; known here: id, /,
    ],
    [{ id, ack, window: 0 }, OptionRangeError, /^acknowledge\.window: /],
    [{ id, ack, window: 1.5 }, OptionRangeError, /^acknowledge\.window: /],
    [{ id, ack, window: '1' }, OptionTypeError, /^acknowledge\.window: /],
  ])('should refuse %o', (options, type, message) => {
    const check = (): unknown =>
      checkAcknowledge('acknowledge', options as AcknowledgeOptions<unknown, unknown>);
    expect(check).toThrow(type);
    expect(check).toThrow(message);
  });
});
