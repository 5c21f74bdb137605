import * as fc from 'fast-check';
import { map } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { createRejectionWindow } from '../../src/streams/rejection-window.js';

/** What the window says to each of `times`. */
function answers(max: number, interval: number, times: readonly number[]): readonly boolean[] {
  const isTooMany = createRejectionWindow(max, interval);
  return times.map((time) => isTooMany(time));
}

/** Times that never go back, many of them close together. */
const times = fc
  .array(fc.oneof(fc.nat(3), fc.nat(40)), { maxLength: 120 })
  .map((steps) => steps.map((_, index) => sum(steps.slice(0, index + 1))));

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** The definition, without a ring: how many of the times so far are within the interval. */
function inWindow(interval: number, until: readonly number[]): number {
  const now = until.at(-1) ?? 0;
  return until.filter((time) => now - time < interval).length;
}

describe('createRejectionWindow', () => {
  it('should say no up to the limit, and yes to one more', () => {
    expect(answers(3, 1_000, [0, 1, 2, 3])).toEqual([false, false, false, true]);
  });

  it('should forget what has left the window, at its very end', () => {
    expect(answers(2, 100, [0, 50, 100, 149])).toEqual([false, false, false, true]);
    expect(answers(2, 100, [0, 50, 100, 150])).toEqual([false, false, false, false]);
    expect(answers(2, 100, [0, 50, 99])).toEqual([false, false, true]);
  });

  it('should say yes to the first with a limit of 0', () => {
    expect(answers(0, 1, [7])).toEqual([true]);
  });

  it('should never forget with an interval of Infinity', () => {
    expect(answers(2, Infinity, [0, 1e9, 1e12])).toEqual([false, false, true]);
  });

  it('should never say yes while at most the limit are in any interval, and always to more', () => {
    fc.assert(
      fc.property(fc.nat(8), fc.integer({ min: 1, max: 60 }), times, (max, interval, given) => {
        const isTooMany = createRejectionWindow(max, interval);
        for (const [index, time] of given.entries()) {
          const isOver = inWindow(interval, given.slice(0, index + 1)) > max;
          expect(isTooMany(time)).toBe(isOver);
          // The connection is closed then.
          if (isOver) return;
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('should take a clock that is set back for one that stood still', () => {
    expect(answers(2, 100, [5_000, 5_040, 10, 60])).toEqual([false, false, true, true]);
    expect(answers(2, 100, [5_000, 5_040, 10, 70])).toEqual([false, false, true, false]);
    expect(answers(2, 100, [5_000, 5_040, 1_000_000])).toEqual([false, false, false]);
  });

  it('should not mind where the clock starts', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e15, max: 1e15 }), times, (start, given) => {
        const shifted = given.map((time) => start + time);
        expect(answers(3, 30, shifted)).toEqual(answers(3, 30, given));
      }),
    );
  });

  it('should go by the clock of a scheduler', () => {
    const scheduler = new TestScheduler((actual, expected) => {
      expect(actual).toEqual(expected);
    });
    scheduler.run(({ cold, expectObservable }) => {
      const isTooMany = createRejectionWindow(2, 5);
      const verdicts = cold('a-a----a-aa|').pipe(map(() => isTooMany(scheduler.now())));
      expectObservable(verdicts).toBe('n-n----n-ny|', { n: false, y: true });
    });
  });
});
