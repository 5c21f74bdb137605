import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { collect } from '../../integration/support/collect.js';
import { FrameBatch } from '../../../src/streams/framing/frame-batch.js';
import { frameSize, OPCODE } from '../../../src/streams/framing/write-frame.js';
import { parseFrames } from '../../../src/testing/index.js';

const payloadsOf = (pieces: readonly Uint8Array[]): string[] =>
  parseFrames(Buffer.concat(pieces)).frames.map(({ payload }) => payload.toString('latin1'));

describe('FrameBatch', () => {
  it('should give many small messages in one piece, or in two where the shared memory ends', () => {
    const batch = new FrameBatch();
    const messages = Array.from({ length: 100 }, (_, at) => `message ${at}`);
    for (const message of messages) batch.add(OPCODE.text, Buffer.from(message));
    const pieces = batch.take(false);
    expect(pieces.length).toBeLessThanOrEqual(2);
    expect(payloadsOf(pieces)).toEqual(messages);
  });

  it('should tell how many bytes are in it, and be empty once they were taken', () => {
    const batch = new FrameBatch();
    expect(batch.size).toBe(0);
    batch.add(OPCODE.text, Buffer.from('abc'));
    batch.add(OPCODE.text, Buffer.alloc(100_000));
    const size = frameSize(3) + frameSize(100_000);
    expect(batch.size).toBe(size);
    expect(Buffer.concat(batch.take(false)).length).toBe(size);
    expect(batch.size).toBe(0);
    expect(batch.take(false)).toEqual([]);
  });

  it('should keep apart what several write in turns, whatever the sizes, and leave alone what was taken', () => {
    const size = fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 0, max: 300 }) },
      fc.integer({ min: 300, max: 20_000 }),
      fc.constantFrom(16_376, 16_377, 65_536, 200_000),
    );
    const step = fc.record({
      batch: fc.integer({ min: 0, max: 2 }),
      size,
      isTaken: fc.integer({ min: 0, max: 5 }).map((number) => number === 0),
      mayWait: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const batches = [0, 1, 2].map(() => ({
          batch: new FrameBatch(),
          taken: [] as Uint8Array[],
          added: [] as string[],
        }));
        steps.forEach((each, at) => {
          const one = batches[each.batch];
          const payload = Buffer.alloc(each.size, `${at}.`);
          one?.batch.add(OPCODE.text, payload);
          one?.added.push(payload.toString('latin1'));
          // The caller uses it again.
          payload.fill(0xff);
          if (each.isTaken) one?.taken.push(...one.batch.take(each.mayWait));
        });
        for (const { batch, taken, added } of batches) {
          expect(payloadsOf([...taken, ...batch.take(false)])).toEqual(added);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('should give what is large memory of its own', () => {
    const batch = new FrameBatch();
    batch.add(OPCODE.text, Buffer.from('small'));
    batch.add(OPCODE.binary, Buffer.alloc(16 * 1024));
    const [small, large] = batch.take(false);
    expect(small?.buffer.byteLength).toBe(64 * 1024);
    expect(large?.buffer.byteLength).toBe(frameSize(16 * 1024));
  });

  describe('the memory that all share', () => {
    /** How much is held, in bytes. */
    const held = (): number => {
      // The second one waits until what the first one found is freed.
      collect();
      collect();
      return process.memoryUsage().arrayBuffers;
    };

    // A hundred times as much is written as may be held.
    const TIMES = 400;
    const FILLING = Buffer.alloc(16_000);
    const MOST = 2 * 64 * 1024;

    it('should not be held by a batch that was taken', () => {
      const before = held();
      const batches = Array.from({ length: TIMES }, () => {
        const batch = new FrameBatch();
        batch.add(OPCODE.text, FILLING);
        batch.take(false);
        return batch;
      });
      expect(held() - before).toBeLessThan(MOST);
      expect(batches.every(({ size }) => size === 0)).toBe(true);
    });

    it('should not be held by what may have to wait', () => {
      const before = held();
      const stalled = new FrameBatch();
      const busy = new FrameBatch();
      const pieces = Array.from({ length: TIMES }, (_, at) => {
        stalled.add(OPCODE.text, Buffer.from(`small ${at}`));
        busy.add(OPCODE.text, FILLING);
        busy.take(false);
        return stalled.take(true);
      });
      expect(held() - before).toBeLessThan(MOST);
      expect(payloadsOf(pieces.flat())).toEqual(
        Array.from({ length: TIMES }, (_, at) => `small ${at}`),
      );
    });
  });
});
