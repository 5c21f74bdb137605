import { describe, expect, it } from 'vitest';

import { decoderSource } from '../../../src/codec/binary/decoder-source.js';

const received = Buffer.from('xxabyy').subarray(2, 4);

describe('decoderSource', () => {
  it('should give a view when no other will be made', () => {
    const source = decoderSource(received, false);
    expect(source).toStrictEqual(new Uint8Array([97, 98]));
    expect(source.buffer).toBe(received.buffer);
    expect(source).not.toBe(received);
  });

  it('should give a copy of the message alone when views will be made', () => {
    const source = decoderSource(received, true);
    expect(source).toStrictEqual(new Uint8Array([97, 98]));
    expect(source.buffer.byteLength).toBe(2);
  });
});
