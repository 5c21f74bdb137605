import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SequenceTracker } from '../../src/streams/sequence-tracker.js';

const track = (first: number, sequences: readonly number[], limit = 1_000) => {
  const tracker = new SequenceTracker(first, limit);
  return sequences.map((each) => tracker.note(each));
};

describe('SequenceTracker', () => {
  it('should know what comes next', () => {
    expect(track(1, [1, 2, 3])).toEqual(['next', 'next', 'next']);
  });

  it('should tell what is missing', () => {
    expect(track(1, [3, 4, 9])).toEqual([{ from: 1, to: 2 }, 'next', { from: 5, to: 8 }]);
  });

  it('should tell what was there before', () => {
    expect(track(1, [1, 1, 2, 1])).toEqual(['next', 'duplicate', 'next', 'duplicate']);
  });

  it.each([
    ['its beginning', 2],
    ['its middle', 4],
    ['its end', 6],
  ])('should fill a gap once, from %s', (_name, late) => {
    expect(track(1, [1, 7, late, late]).slice(2)).toEqual(['late', 'duplicate']);
  });

  it('should fill a gap to the last of it', () => {
    expect(track(1, [6, 3, 1, 5, 2, 4, 3, 1, 5, 2, 4]).slice(1)).toEqual([
      ...Array<string>(5).fill('late'),
      ...Array<string>(5).fill('duplicate'),
    ]);
  });

  it('should not say of what was before the beginning that it is a duplicate', () => {
    expect(track(5, [5, 4, 4])).toEqual(['next', 'late', 'late']);
  });

  it('should forget the earliest gaps beyond the limit, and say of nothing before that it was there', () => {
    // 2 and 4 are missing; of 2 it does not know any more.
    const before = [1, 3, 5];
    expect(track(1, [...before, 2, 2, 1, 3, 4, 4], 1).slice(3)).toEqual([
      'late',
      'late',
      'late',
      'duplicate',
      'late',
      'duplicate',
    ]);
  });

  it('should keep no gap in mind with a limit of 0', () => {
    expect(track(1, [1, 1, 3, 3, 2, 1], 0)).toEqual([
      'next',
      'duplicate',
      { from: 2, to: 2 },
      'duplicate',
      'late',
      'late',
    ]);
  });

  it('should keep to the limit when a gap is filled from its middle', () => {
    // Filling 4 leaves 2-3 and 5-6: one of them is forgotten.
    expect(track(1, [1, 7, 4, 4, 2, 2, 5, 5], 1).slice(2)).toEqual([
      'late',
      'duplicate',
      'late',
      'late',
      'late',
      'duplicate',
    ]);
  });

  it('should count in bigints', () => {
    const tracker = new SequenceTracker(2n ** 64n, 10);
    expect(tracker.note(2n ** 64n)).toBe('next');
    expect(tracker.note(2n ** 64n + 3n)).toEqual({ from: 2n ** 64n + 1n, to: 2n ** 64n + 2n });
    expect(tracker.note(2n ** 64n + 1n)).toBe('late');
    expect(tracker.note(2n ** 64n + 1n)).toBe('duplicate');
  });

  it('should agree with a set of all numbers', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 20 }), { maxLength: 60 }), (sequences) => {
        const tracker = new SequenceTracker<number>(0, Infinity);
        const seen = new Set<number>();
        let expected = 0;
        for (const sequence of sequences) {
          const verdict = tracker.note(sequence);
          if (sequence < expected) {
            const isDuplicate = sequence >= 0 && seen.has(sequence);
            expect(verdict).toBe(isDuplicate ? 'duplicate' : 'late');
          } else if (sequence === expected) {
            expect(verdict).toBe('next');
          } else {
            expect(verdict).toEqual({ from: expected, to: sequence - 1 });
          }
          seen.add(sequence);
          expected = Math.max(expected, sequence + 1);
        }
      }),
    );
  });

  it('should call nothing a duplicate that was not there, whatever it forgets', () => {
    const sequences = fc.array(fc.integer({ min: -3, max: 30 }), { maxLength: 80 });
    fc.assert(
      fc.property(sequences, fc.nat(3), (given, limit) => {
        const seen = new Set<number>();
        for (const [index, verdict] of track(0, given, limit).entries()) {
          const sequence = given[index] ?? NaN;
          if (verdict === 'duplicate') expect(seen).toContain(sequence);
          seen.add(sequence);
        }
      }),
    );
  });
});
