import { randomBytes } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { frameSize, OPCODE, writeFrame } from '../../../src/streams/framing/write-frame.js';
import type { Memory } from '../../../src/streams/framing/write-frame.js';
import { frame, parseFrames } from '../../../src/testing/index.js';

const MARGIN = 0xee;

/** Memory with more in it than the frame needs, so that what goes too far is seen. */
function memoryOf(size: number): Memory {
  const bytes = Buffer.alloc(size, MARGIN);
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, size) };
}

describe('frameSize', () => {
  it.each([
    [0, 6],
    [125, 131],
    [126, 134],
    [65_535, 65_543],
    [65_536, 65_550],
  ])('should make of %i bytes %i', (length, size) => {
    expect(frameSize(length)).toBe(size);
  });
});

describe('writeFrame', () => {
  const lengths = fc.oneof(
    fc.integer({ min: 0, max: 20 }),
    fc.constantFrom(124, 125, 126, 127, 65_534, 65_535, 65_536, 65_537),
    fc.integer({ min: 0, max: 100_000 }),
  );

  it('should write what is read as one masked frame with that payload, and nothing around it', () => {
    fc.assert(
      fc.property(
        lengths,
        fc.integer({ min: 0, max: 9 }),
        fc.constantFrom(OPCODE.text, OPCODE.binary),
        (length, start, opcode) => {
          const payload = randomBytes(length);
          const before = Buffer.from(payload);
          const size = frameSize(length);
          const { bytes, view } = memoryOf(start + size + 9);
          writeFrame({ bytes, view }, start, opcode, payload);

          const written = Buffer.from(bytes.subarray(start, start + size));
          const { frames, rest } = parseFrames(written);
          expect(frames).toMatchObject([{ opcode, fin: true, rsv: 0, isMasked: true }]);
          expect(frames[0]?.payload.equals(before)).toBe(true);
          expect(rest.length).toBe(0);
          // In the shortest form, and as another writer does it with that key.
          const mask = written.subarray(size - length - 4, size - length);
          expect(written.equals(frame({ opcode, payload, mask }))).toBe(true);
          const around = [...bytes.subarray(0, start), ...bytes.subarray(start + size)];
          expect(around).toEqual(Array.from({ length: start + 9 }, () => MARGIN));
          expect(payload.equals(before)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('should mask each with a key of its own', () => {
    const payload = Buffer.alloc(16);
    const size = frameSize(payload.length);
    const written = Array.from({ length: 1_000 }, () => {
      const memory = memoryOf(size);
      writeFrame(memory, 0, OPCODE.binary, payload);
      // Of zeros the key is all that is seen.
      return Buffer.from(memory.bytes.subarray(6)).toString('hex');
    });
    expect(new Set(written).size).toBeGreaterThan(995);
  });
});
