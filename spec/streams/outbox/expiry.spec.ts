import { asyncScheduler } from 'rxjs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Expiry } from '../../../src/streams/outbox/expiry.js';
import type { Parcel } from '../../../src/streams/outbox/parcel.js';
import { VirtualClock } from '../virtual-clock.js';
import { parcelOf } from './parcel-of.js';

describe('Expiry', () => {
  let clock = new VirtualClock();
  let expired: string[] = [];
  let onExpired: (text: string) => void = () => undefined;

  beforeEach(() => {
    clock = new VirtualClock();
    expired = [];
    onExpired = () => undefined;
  });

  function expiryWith() {
    const expiry = new Expiry<string>(clock, (parcel) => {
      // As whoever settles it does.
      expiry.remove(parcel);
      expired.push(`${parcel.message} at ${clock.frame}`);
      onExpired(parcel.message);
    });
    const add = (text: string, ttl: number): Parcel<string> => {
      const parcel = parcelOf(text, { ttl });
      expiry.add(parcel);
      return parcel;
    };
    return { expiry, add };
  }

  it('should end each when its time is over', () => {
    const { add } = expiryWith();
    add('a', 10);
    clock.advance(4);
    add('b', 10);
    add('c', 3);
    add('d', Infinity);
    clock.advance(100);
    expect(expired).toEqual(['c at 7', 'a at 10', 'b at 14']);
    expect(clock.pending).toBe(0);
  });

  it('should have one timer for all that may take equally long', () => {
    const { expiry, add } = expiryWith();
    const parcels = Array.from({ length: 1_000 }, (_, index) => add(String(index), 10));
    add('x', 20);
    expect(clock.pending).toBe(2);
    for (const parcel of parcels) expiry.remove(parcel);
    expect(clock.pending).toBe(1);
    clock.advance(100);
    expect(expired).toEqual(['x at 20']);
  });

  it('should forget what is over, the first and others', () => {
    const { expiry, add } = expiryWith();
    const first = add('a', 10);
    add('b', 10);
    const last = add('c', 10);
    expiry.remove(first);
    clock.advance(5);
    expiry.remove(last);
    clock.advance(100);
    expect(expired).toEqual(['b at 10']);
  });

  it('should know those that were added while others expire', () => {
    const { add } = expiryWith();
    onExpired = (text) => {
      if (text === 'a') add('again', 10);
    };
    add('a', 10);
    add('b', 10);
    clock.advance(5);
    add('c', 10);
    clock.advance(100);
    expect(expired).toEqual(['a at 10', 'b at 10', 'c at 15', 'again at 20']);
    expect(clock.pending).toBe(0);
  });

  it('should have one timer for those that take the place of the last', () => {
    const { expiry, add } = expiryWith();
    onExpired = (text) => {
      if (text === 'a') expiry.remove(add('b', 10));
      if (text === 'a') add('c', 10);
    };
    add('a', 10);
    clock.advance(10);
    expect([expired, clock.pending]).toEqual([['a at 10'], 1]);
    clock.advance(100);
    expect([expired, clock.pending]).toEqual([['a at 10', 'c at 20'], 0]);
  });

  it.each([3_600_000, -3_600_000])('should not mind that the clock is set by %i ms', (shift) => {
    vi.useFakeTimers();
    try {
      const began = performance.now();
      const told: string[] = [];
      const expiry = new Expiry<string>(asyncScheduler, (parcel) => {
        expiry.remove(parcel);
        told.push(`${parcel.message} at ${performance.now() - began}`);
      });
      expiry.add(parcelOf('a', { ttl: 10 }));
      vi.advanceTimersByTime(9);
      vi.setSystemTime(Date.now() + shift);
      expiry.add(parcelOf('b', { ttl: 10 }));
      vi.advanceTimersByTime(100);
      expect(told).toEqual(['a at 10', 'b at 19']);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('should end what is due at once with the next timer, and not go round in circles', () => {
    const { add } = expiryWith();
    onExpired = (text) => {
      if (expired.length < 5) add(`${text}'`, 0);
    };
    add('a', 0);
    clock.schedule(() => expired.push('another timer'));
    clock.advance(0);
    expect(expired).toEqual(['a at 0', 'another timer', "a' at 0", "a'' at 0", "a''' at 0"]);
    expect(clock.pending).toBe(0);
  });

  it('should go on with the others when one throws', () => {
    vi.useFakeTimers();
    try {
      const told: string[] = [];
      const expiry = new Expiry<string>(asyncScheduler, (parcel) => {
        expiry.remove(parcel);
        told.push(parcel.message);
        if (parcel.message === 'a') throw new Error('mine');
      });
      for (const text of ['a', 'b']) expiry.add(parcelOf(text, { ttl: 10 }));
      expect(() => vi.advanceTimersByTime(100)).toThrow('mine');
      vi.advanceTimersByTime(100);
      expiry.add(parcelOf('c', { ttl: 10 }));
      vi.advanceTimersByTime(100);
      expect(told).toEqual(['a', 'b', 'c']);
    } finally {
      vi.useRealTimers();
    }
  });

  describe('while timers may run on', () => {
    it('should keep the timer of a time to live that is used again', () => {
      const { expiry, add } = expiryWith();
      expiry.keepsTimers = true;
      const first = add('a', 10);
      expiry.remove(first);
      expect(clock.pending).toBe(1);
      clock.advance(4);
      add('b', 10);
      expect(clock.pending).toBe(1);
      clock.advance(100);
      expect(expired).toEqual(['b at 14']);
      expect(clock.pending).toBe(0);
    });

    it('should stop it when timers may not', () => {
      const { expiry, add } = expiryWith();
      expiry.keepsTimers = true;
      expiry.remove(add('a', 10));
      add('b', 20);
      expiry.keepsTimers = false;
      expect(clock.pending).toBe(1);
      clock.advance(100);
      expect(expired).toEqual(['b at 20']);
    });

    it('should keep few, where each message has a time of its own', () => {
      const { expiry, add } = expiryWith();
      expiry.keepsTimers = true;
      for (let ttl = 1; ttl <= 1_000; ttl += 1) expiry.remove(add('a', ttl));
      expect(clock.pending).toBeLessThanOrEqual(8);
      clock.advance(2_000);
      expect([expired, clock.pending]).toEqual([[], 0]);
      expiry.remove(add('a', 10));
      expect(clock.pending).toBe(1);
    });
  });
});
