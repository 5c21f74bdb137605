import { getEventListeners, getMaxListeners, setMaxListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { onAbort } from '../../src/streams/on-abort.js';

describe('onAbort', () => {
  it('should call the listener once, when it aborts', () => {
    const controller = new AbortController();
    const listener = vi.fn();
    onAbort(controller.signal, listener);
    expect(listener).not.toHaveBeenCalled();
    controller.abort();
    controller.signal.dispatchEvent(new Event('abort'));
    expect(listener).toHaveBeenCalledOnce();
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('should leave it to removeEventListener to stop', () => {
    const controller = new AbortController();
    const listener = vi.fn();
    onAbort(controller.signal, listener);
    controller.signal.removeEventListener('abort', listener);
    controller.abort();
    expect(listener).not.toHaveBeenCalled();
  });

  it('should not call it for a signal that has aborted before', () => {
    const listener = vi.fn();
    onAbort(AbortSignal.abort(), listener);
    expect(listener).not.toHaveBeenCalled();
  });

  it('should make no warning of a leak of many listeners', async () => {
    const { signal } = new AbortController();
    const warned = vi.fn();
    process.on('warning', warned);
    for (let each = 0; each < 50; each += 1) onAbort(signal, () => undefined);
    await new Promise(setImmediate);
    process.off('warning', warned);
    expect(getEventListeners(signal, 'abort')).toHaveLength(50);
    expect(warned).not.toHaveBeenCalled();
  });

  it('should leave a limit alone that is high enough', () => {
    const { signal } = new AbortController();
    setMaxListeners(20, signal);
    for (let each = 0; each < 20; each += 1) onAbort(signal, () => undefined);
    expect(getMaxListeners(signal)).toBe(20);
    onAbort(signal, () => undefined);
    expect(getMaxListeners(signal)).toBe(21);
  });

  it('should count the listeners that are there, and not those that were', () => {
    const { signal } = new AbortController();
    setMaxListeners(5, signal);
    for (let each = 0; each < 50; each += 1) {
      const listener = (): void => undefined;
      onAbort(signal, listener);
      signal.removeEventListener('abort', listener);
    }
    expect(getMaxListeners(signal)).toBe(5);
  });
});
