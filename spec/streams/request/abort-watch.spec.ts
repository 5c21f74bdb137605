import { getEventListeners } from 'node:events';

import { describe, expect, it, vi } from 'vitest';

import { AbortWatch } from '../../../src/streams/request/abort-watch.js';

describe('AbortWatch', () => {
  it('should listen once to a signal, and tell all who wait for it, in order', () => {
    const watch = new AbortWatch();
    const controller = new AbortController();
    const told: number[] = [];
    for (const each of [1, 2, 3]) watch.add(controller.signal, () => told.push(each));
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    controller.abort();
    expect(told).toEqual([1, 2, 3]);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('should listen no longer once nobody waits', () => {
    const watch = new AbortWatch();
    const controller = new AbortController();
    const first = vi.fn();
    const second = vi.fn();
    watch.add(controller.signal, first);
    watch.add(controller.signal, second);
    watch.remove(controller.signal, first);
    watch.remove(controller.signal, first);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    watch.remove(controller.signal, second);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    watch.add(controller.signal, second);
    controller.abort();
    expect(first).not.toHaveBeenCalled();
    expect(second).toHaveBeenCalledOnce();
  });

  it('should keep signals apart', () => {
    const watch = new AbortWatch();
    const [mine, other] = [new AbortController(), new AbortController()];
    const told = vi.fn();
    watch.add(mine.signal, told);
    watch.add(other.signal, vi.fn());
    watch.remove(other.signal, told);
    other.abort();
    expect(told).not.toHaveBeenCalled();
  });

  it('should bear that a listener removes others', () => {
    const watch = new AbortWatch();
    const controller = new AbortController();
    const last = vi.fn();
    watch.add(controller.signal, () => {
      watch.remove(controller.signal, last);
    });
    watch.add(controller.signal, last);
    expect(() => {
      controller.abort();
    }).not.toThrow();
  });

  it('should not cost more the more there are', () => {
    const watch = new AbortWatch();
    const controller = new AbortController();
    const warn = vi.spyOn(process, 'emitWarning');
    const listeners = Array.from({ length: 10_000 }, () => () => undefined);
    for (const listener of listeners) watch.add(controller.signal, listener);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    for (const listener of listeners) watch.remove(controller.signal, listener);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    expect(warn).not.toHaveBeenCalled();
  });
});
