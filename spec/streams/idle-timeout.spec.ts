import * as fc from 'fast-check';
import type { SchedulerLike } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { IdleTimeout } from '../../src/streams/idle-timeout.js';
import { VirtualClock } from './virtual-clock.js';

/** A timeout that has started, and the times at which it told. */
function watch(limit = 100, clock = new VirtualClock(), scheduler: SchedulerLike = clock) {
  const line = { isPaused: false };
  const expired: number[] = [];
  const idle = new IdleTimeout(line, limit, scheduler, () => expired.push(clock.now()));
  idle.start();
  return { clock, line, expired, idle };
}

describe('IdleTimeout', () => {
  it('should expire when no message comes, to the millisecond and once', () => {
    const { clock, expired } = watch();
    clock.advance(99);
    expect(expired).toEqual([]);
    clock.advance(1_000);
    expect(expired).toEqual([100]);
    expect(clock.pending).toBe(0);
  });

  it('should count from the latest message', () => {
    const { clock, expired, idle } = watch();
    clock.advance(10);
    idle.message();
    clock.advance(60);
    idle.message();
    clock.advance(1_000);
    expect(expired).toEqual([170]);
  });

  it('should count from a message in the very moment of the start', () => {
    const { clock, expired, idle } = watch();
    idle.message();
    clock.advance(1_000);
    expect(expired).toEqual([100]);
  });

  it('should have one timer, whatever comes', () => {
    const { clock, idle } = watch();
    for (let time = 0; time < 1_000; time += 1) {
      idle.message();
      expect(clock.pending).toBe(1);
      clock.advance(1);
    }
  });

  it('should see a message between the end of the limit and the next turn', () => {
    const { clock, expired, idle } = watch();
    clock.schedule(() => idle.message(), 100);
    clock.advance(199);
    expect(expired).toEqual([]);
    clock.advance(1);
    expect(expired).toEqual([200]);
  });

  it('should never expire with a limit of Infinity', () => {
    const { clock, expired } = watch(Infinity);
    expect(clock.pending).toBe(0);
    clock.advance(1e9);
    expect(expired).toEqual([]);
  });

  describe('while we do not read', () => {
    it('should wait for another limit, and another', () => {
      const { clock, line, expired } = watch();
      line.isPaused = true;
      clock.advance(10_050);
      expect(expired).toEqual([]);
      line.isPaused = false;
      clock.advance(1_000);
      expect(expired).toEqual([10_100]);
    });

    it('should count from a message that came all the same', () => {
      const { clock, line, expired, idle } = watch();
      line.isPaused = true;
      clock.advance(30);
      idle.message();
      clock.advance(90);
      line.isPaused = false;
      clock.advance(1_000);
      expect(expired).toEqual([130]);
    });

    it('should see a pause that begins in the turn after the limit', () => {
      const { clock, line, expired } = watch();
      clock.schedule(() => (line.isPaused = true), 100);
      clock.advance(150);
      expect(expired).toEqual([]);
    });
  });

  describe('stop', () => {
    it.each([0, 50, 99, 150])('should leave no timer and no word after %i ms', (time) => {
      const { clock, expired, idle } = watch();
      clock.schedule(() => idle.message(), 80);
      clock.advance(time);
      idle.stop();
      clock.advance(1_000);
      idle.message();
      expect(expired).toEqual([]);
      expect(clock.pending).toBe(0);
    });

    it('should hold between the end of the limit and the next turn', () => {
      const { clock, expired, idle } = watch();
      clock.schedule(() => idle.stop(), 100);
      clock.advance(1_000);
      expect(expired).toEqual([]);
      expect(clock.pending).toBe(0);
    });

    it('should do before the start, twice, and within what it tells', () => {
      const clock = new VirtualClock();
      const idle: IdleTimeout = new IdleTimeout({ isPaused: false }, 5, clock, () => idle.stop());
      idle.stop();
      idle.stop();
      idle.start();
      clock.advance(10);
      expect(clock.pending).toBe(0);
    });
  });

  it.each([
    ['back a little', -30, 180],
    ['back a lot', -1e9, 200],
    ['forward a little', 30, 120],
    ['forward a lot', 1e9, 200],
  ])('should keep to twice the limit when the clock is set %s', (_name, by, expected) => {
    const clock = new VirtualClock();
    let shift = 0;
    const { expired, idle } = watch(100, clock, {
      now: () => clock.now() + shift,
      schedule: clock.schedule.bind(clock),
    });
    clock.advance(50);
    idle.message();
    clock.advance(10);
    shift = by;
    clock.advance(1_000);
    expect(expired).toEqual([expected]);
  });

  it('should expire as long after the first silence of the limit as that, whatever came before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.nat(60), { maxLength: 30 }),
        fc.boolean(),
        (limit, gaps, isFirst) => {
          const { clock, expired, idle } = watch(limit);
          let latest = 0;
          for (const gap of gaps) {
            // Before or after what else is due in the same millisecond.
            if (isFirst) clock.schedule(() => idle.message(), gap);
            clock.advance(gap);
            if (expired.length > 0) break;
            if (!isFirst) idle.message();
            latest = clock.now();
          }
          clock.advance(limit);
          expect(expired).toEqual([latest + limit]);
          expect(clock.pending).toBe(0);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
