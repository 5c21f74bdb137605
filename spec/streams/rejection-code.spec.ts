import { describe, expect, it } from 'vitest';
import type { DecodeFailure } from '../../src/codec/decode-failure.js';
import { rejectionCode } from '../../src/streams/rejection-code.js';
import { ENDINGS } from './endings.js';

const { failure } = ENDINGS.MessageRejected;

describe('rejectionCode', () => {
  it.each<[DecodeFailure['phase'], number]>([
    ['kind', 1003],
    ['utf-8', 1007],
    ['json', 1007],
    ['format', 1007],
    ['schema', 1008],
  ])('should answer the phase %s with %i', (phase, code) => {
    expect(rejectionCode({ ...failure, phase })).toBe(code);
  });

  it('should answer a phase that a codec made up with a code that may be sent', () => {
    const phase = 'checksum' as DecodeFailure['phase'];
    expect(rejectionCode({ ...failure, phase })).toBe(1007);
  });
});
