import { describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../../src/errors/option-error.js';
import { isTransientError } from '../../../src/streams/backoff/is-transient-error.js';
import type { Closed } from '../../../src/streams/ending.js';
import { toSocketError } from '../../../src/streams/socket-error.js';

const closed = (code: number): Closed => ({
  _tag: 'Closed',
  by: 'server',
  phase: 'open',
  uptime: 10,
  code,
  reason: '',
  wasClean: true,
});

describe('isTransientError', () => {
  it.each([
    ['an error whose ending is transient', toSocketError(closed(1012)), true],
    ['an error whose ending is fatal', toSocketError(closed(1008)), false],
    ['an option of the wrong kind', new OptionTypeError('url', 'must be a URL'), false],
    ['an option out of range', new OptionRangeError('url', 'must be wss'), false],
    ['any other error', new Error('boom'), true],
    ['a TypeError', new TypeError('boom'), true],
    ['what is no error', undefined, true],
  ])('should judge %s', (_name, error, expected) => {
    expect(isTransientError(error)).toBe(expected);
  });
});
