import type { VirtualTimeScheduler } from 'rxjs';
import { beforeEach, describe, expect, it } from 'vitest';
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

  function expiryWith(scheduler: VirtualTimeScheduler = clock) {
    const expiry = new Expiry<string>(scheduler, (parcel) => {
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

  it('should not be in a hurry because the clock was set forward, nor wait for ever because it was set back', () => {
    let shift = 0;
    const shifted = new Proxy(clock, {
      get: (target, name) =>
        name === 'now'
          ? () => target.now() + shift
          : (Reflect.get(target, name, target) as unknown),
    });
    const { add } = expiryWith(shifted);
    add('a', 10);
    clock.advance(5);
    add('b', 10);
    shift = -3_600_000;
    clock.advance(100);
    // A second time to live, counted from when it is found out.
    expect(expired).toEqual(['a at 20', 'b at 20']);
    shift = 3_600_000;
    add('c', 10);
    clock.advance(9);
    expect(expired).toHaveLength(2);
    clock.advance(1);
    expect(expired).toHaveLength(3);
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
