import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closePayload, frame, parseFrames } from '../../src/testing/frames.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('frame', () => {
  // The first four are the examples of RFC 6455, 5.7.
  it.each([
    { name: 'a text', options: { opcode: 1, payload: 'Hello' }, expected: '810548656c6c6f' },
    {
      name: 'a masked text',
      options: { opcode: 1, payload: 'Hello', mask: Uint8Array.of(0x37, 0xfa, 0x21, 0x3d) },
      expected: '818537fa213d7f9f4d5158',
    },
    {
      name: 'a fragment',
      options: { opcode: 1, fin: false, payload: 'Hel' },
      expected: '010348656c',
    },
    { name: 'an empty ping', options: { opcode: 9 }, expected: '8900' },
    { name: 'RSV1', options: { opcode: 1, rsv: 4 }, expected: 'c100' },
    { name: 'RSV3 and a bad opcode', options: { opcode: 15, rsv: 1 }, expected: '9f00' },
    {
      name: 'a length it does not have',
      options: { opcode: 2, declaredLength: 2n ** 62n },
      expected: '827f4000000000000000',
    },
    {
      name: 'a length short of the payload',
      options: { opcode: 2, declaredLength: 1, payload: Uint8Array.of(1, 2) },
      expected: '82010102',
    },
  ])('should write $name', ({ options, expected }) => {
    expect(hex(frame(options))).toBe(expected);
  });

  it.each([
    { length: 125, header: '827d' },
    { length: 126, header: '827e007e' },
    { length: 65_535, header: '827effff' },
    { length: 65_536, header: '827f0000000000010000' },
  ])('should write $length bytes behind the shortest header', ({ length, header }) => {
    const bytes = frame({ opcode: 2, payload: Buffer.alloc(length, 7) });
    expect(hex(bytes.subarray(0, header.length / 2))).toBe(header);
    expect(bytes.length).toBe(header.length / 2 + length);
  });
});

describe('closePayload', () => {
  it('should put the code before the reason', () => {
    expect(hex(closePayload(1012, 'bye'))).toBe('03f4627965');
    expect(hex(closePayload(1005))).toBe('03ed');
    expect(hex(closePayload(1000, Uint8Array.of(0xff)))).toBe('03e8ff');
  });
});

describe('parseFrames', () => {
  it('should read back whatever frames were written, however many there are', () => {
    const options = fc.record({
      opcode: fc.nat(15),
      fin: fc.boolean(),
      rsv: fc.nat(7),
      mask: fc.option(fc.uint8Array({ minLength: 4, maxLength: 4 }), { nil: undefined }),
      payload: fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(125, 126, 65_535, 65_536).map((length) => new Uint8Array(length).fill(9)),
      ),
    });
    fc.assert(
      fc.property(
        fc.array(options, { maxLength: 4 }),
        fc.uint8Array({ maxLength: 1 }),
        (all, rest) => {
          const parsed = parseFrames(Buffer.concat([...all.map(frame), rest]));
          expect(hex(parsed.rest)).toBe(hex(rest));
          const frames = parsed.frames.map((each) => ({ ...each, payload: hex(each.payload) }));
          expect(frames).toEqual(
            all.map(({ mask, payload, ...each }) => ({
              ...each,
              isMasked: mask !== undefined,
              payload: hex(payload),
            })),
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each([1, 2, 3, 5, 9])('should wait for the rest of a frame after %i bytes', (length) => {
    const bytes = frame({ opcode: 2, mask: Buffer.alloc(4), payload: Buffer.alloc(70_000) });
    const begun = bytes.subarray(0, length);
    expect(parseFrames(begun)).toEqual({ frames: [], rest: begun });
  });
});
