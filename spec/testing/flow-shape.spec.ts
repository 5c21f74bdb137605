import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConnectionFault } from '../../src/testing/fault.js';
import { isOn, nextPiece, PLAIN, shapeOf } from '../../src/testing/flow-shape.js';

describe('shapeOf', () => {
  it('should be plain without faults, and with those that do not shape', () => {
    expect(shapeOf([], 'toServer')).toEqual(PLAIN);
    expect(
      shapeOf(
        [
          { _tag: 'Blackhole' },
          { _tag: 'Reset' },
          { _tag: 'End' },
          { _tag: 'HalfClose', direction: 'toServer' },
          { _tag: 'SlowAccept', delay: 5 },
        ],
        'toServer',
      ),
    ).toEqual(PLAIN);
  });

  it.each<{ fault: ConnectionFault; shape: object }>([
    { fault: { _tag: 'Latency', delay: 5 }, shape: { delay: 5, jitter: 0 } },
    { fault: { _tag: 'Latency', delay: 5, jitter: 2 }, shape: { delay: 5, jitter: 2 } },
    { fault: { _tag: 'Slices' }, shape: { sliceSize: 1 } },
    { fault: { _tag: 'Slices', size: 7 }, shape: { sliceSize: 7 } },
    { fault: { _tag: 'Bandwidth', bytesPerSecond: 9 }, shape: { bytesPerSecond: 9 } },
  ])('should take on $fault on its ways only', ({ fault, shape }) => {
    const shaped = { ...PLAIN, ...shape, faults: [fault] };
    expect(shapeOf([fault], 'toServer')).toEqual(shaped);
    expect(shapeOf([fault], 'toClient')).toEqual(shaped);
    const directed = { ...fault, direction: 'toClient' } as ConnectionFault;
    expect(shapeOf([directed], 'toServer')).toEqual(PLAIN);
    expect(shapeOf([directed], 'toClient')).toEqual({ ...shaped, faults: [directed] });
  });

  it('should take the later of two of a kind, and add up those of different kinds', () => {
    const faults = [
      { _tag: 'Latency', delay: 5, jitter: 1 },
      { _tag: 'Slices' },
      { _tag: 'Latency', delay: 9 },
    ] as const;
    expect(shapeOf(faults, 'toClient')).toEqual({
      ...PLAIN,
      delay: 9,
      jitter: 0,
      sliceSize: 1,
      faults: [faults[1], faults[2]],
    });
  });

  it('should take the nearest cut of its own way', () => {
    const cut = (afterBytes: number, direction: 'toServer' | 'toClient'): ConnectionFault => ({
      _tag: 'Cut',
      afterBytes,
      direction,
      how: 'end',
    });
    const faults = [cut(5, 'toServer'), cut(4, 'toServer'), cut(6, 'toServer'), cut(1, 'toClient')];
    expect(shapeOf(faults, 'toServer')).toEqual({ ...PLAIN, cut: faults[1] });
    expect(shapeOf(faults, 'toClient')).toEqual({ ...PLAIN, cut: faults[3] });
  });
});

describe('isOn', () => {
  it.each([
    [undefined, true, true],
    ['both', true, true],
    ['toServer', true, false],
    ['toClient', false, true],
  ] as const)('should know the ways of %s', (direction, toServer, toClient) => {
    expect(isOn(direction, 'toServer')).toBe(toServer);
    expect(isOn(direction, 'toClient')).toBe(toClient);
  });
});

describe('nextPiece', () => {
  const waiting = { size: 1000, arrived: 100, share: 0.5 };

  it.each([
    { name: 'all of it at once', shape: {}, size: 1000, at: 100 },
    { name: 'late', shape: { delay: 30 }, size: 1000, at: 130 },
    { name: 'later by its share', shape: { delay: 30, jitter: 10 }, size: 1000, at: 135 },
    { name: 'a slice', shape: { sliceSize: 3 }, size: 3, at: 100 },
    { name: 'what passes in 20 ms', shape: { bytesPerSecond: 5000 }, size: 100, at: 120 },
    { name: 'at least a byte', shape: { bytesPerSecond: 4 }, size: 1, at: 350 },
    { name: 'never', shape: { bytesPerSecond: 0 }, size: 1, at: Infinity },
    { name: 'both', shape: { delay: 30, bytesPerSecond: 5000 }, size: 100, at: 150 },
  ])('should give $name', ({ shape, size, at }) => {
    expect(nextPiece({ ...PLAIN, ...shape }, waiting, 0, Infinity)).toEqual({ size, at });
  });

  it('should keep within what may still pass', () => {
    expect(nextPiece(PLAIN, waiting, 0, 10)).toEqual({ size: 10, at: 100 });
  });

  it('should wait until the piece before is through', () => {
    expect(nextPiece(PLAIN, waiting, 400, Infinity).at).toBe(400);
    const slow = { ...PLAIN, bytesPerSecond: 5000 };
    expect(nextPiece(slow, waiting, 400, Infinity).at).toBe(420);
  });

  it('should let an end pass when its time has come, but not a line that stands still', () => {
    const end = { ...waiting, size: 0 };
    expect(nextPiece({ ...PLAIN, bytesPerSecond: 1 }, end, 0, Infinity)).toEqual({
      size: 0,
      at: 100,
    });
    expect(nextPiece({ ...PLAIN, bytesPerSecond: 0 }, end, 0, Infinity).at).toBe(Infinity);
  });

  it('should never be faster than the bandwidth, nor early', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 1, max: 50 }),
        (bytesPerSecond, delay, size, sliceSize) => {
          const shape = { ...PLAIN, bytesPerSecond, delay, sliceSize };
          let [left, freeAt] = [size, 0];
          while (left > 0) {
            const piece = nextPiece(shape, { ...waiting, size: left }, freeAt, Infinity);
            expect(piece.size).toBeGreaterThan(0);
            expect(piece.size).toBeLessThanOrEqual(Math.min(left, sliceSize));
            [left, freeAt] = [left - piece.size, piece.at];
          }
          expect(freeAt).toBeCloseTo(waiting.arrived + delay + (size / bytesPerSecond) * 1000, 3);
        },
      ),
      { numRuns: 50 },
    );
  });
});
