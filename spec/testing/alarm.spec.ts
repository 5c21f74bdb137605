import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { setAlarm } from '../../src/testing/alarm.js';

describe('setAlarm', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    { name: 'a time to come', ahead: 50, rings: 50 },
    { name: 'a fraction of a millisecond', ahead: 0.25, rings: 1 },
    { name: 'a time that has passed', ahead: -5, rings: 0 },
    { name: 'more than a timer can hold', ahead: 2 ** 31 + 1000, rings: 2 ** 31 + 1000 },
  ])('should ring once, not before: $name', ({ ahead, rings }) => {
    const ring = vi.fn();
    setAlarm(performance.now() + ahead, ring);
    expect(ring).not.toHaveBeenCalled();
    if (rings > 0) vi.advanceTimersByTime(rings - 1);
    expect(ring).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(ring).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('should wait for the rest when the timer is early', () => {
    const ring = vi.fn();
    const at = performance.now() + 10;
    setAlarm(at, ring);
    const clock = vi.spyOn(performance, 'now').mockReturnValue(at - 0.5);
    vi.advanceTimersByTime(10);
    expect(ring).not.toHaveBeenCalled();
    clock.mockReturnValue(at);
    vi.advanceTimersByTime(1);
    expect(ring).toHaveBeenCalledOnce();
  });

  it('should ask no more of a timer than it can hold', () => {
    const timeout = vi.spyOn(globalThis, 'setTimeout');
    setAlarm(performance.now() + 2 ** 40, () => expect.unreachable())();
    expect(timeout).toHaveBeenCalledExactlyOnceWith(expect.any(Function), 2 ** 31 - 1);
  });

  it('should never ring at Infinity', () => {
    setAlarm(Infinity, () => expect.unreachable())();
    setAlarm(Infinity, () => expect.unreachable());
    expect(vi.getTimerCount()).toBe(0);
  });

  it('should not ring when it was called off', () => {
    const cancel = setAlarm(performance.now() + 10, () => expect.unreachable());
    cancel();
    expect(vi.getTimerCount()).toBe(0);
    cancel();
  });
});
