import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import { checkDrain, drain } from '../../src/streams/drain.js';
import type { Drainable, DrainOptions } from '../../src/streams/drain.js';
import type { Ending } from '../../src/streams/ending.js';
import { ENDINGS } from './endings.js';
import { VirtualClock } from './virtual-clock.js';

/** A socket that closes when the spec says so. */
class FakeSocket implements Drainable {
  readonly calls: string[] = [];
  end: (ending: Ending) => void = () => undefined;
  readonly closed = new Promise<Ending>((resolve) => (this.end = resolve));

  complete(): void {
    this.calls.push('complete');
  }

  terminate(): void {
    this.calls.push('terminate');
    this.end(ENDINGS.Cancelled);
  }
}

describe('checkDrain', () => {
  it('should fill in the defaults', () => {
    expect(checkDrain({})).toEqual({ timeout: Infinity, signal: undefined });
    expect(checkDrain({ timeout: undefined, signal: undefined })).toEqual(checkDrain({}));
  });

  it('should take a timeout and a signal', () => {
    const { signal } = new AbortController();
    expect(checkDrain({ timeout: 0, signal })).toEqual({ timeout: 0, signal });
  });

  it.each<[unknown, Error]>([
    [null, new OptionTypeError('drain', 'must be an object, got null')],
    [500, new OptionTypeError('drain', 'must be an object, got 500')],
    [
      { timeot: 1 },
      new OptionTypeError('drain.timeot', 'is not an option; known here: timeout, signal'),
    ],
    [{ timeout: '1' }, new OptionTypeError('drain.timeout', "must be a number, got '1'")],
    [
      { timeout: -1 },
      new OptionRangeError('drain.timeout', 'must be a number from 0 to Infinity, got -1'),
    ],
    [
      { timeout: 2 ** 31 },
      new OptionRangeError(
        'drain.timeout',
        'must be at most 2147483647 ms (24.8 days) or Infinity, got 2147483648',
      ),
    ],
    [{ signal: {} }, new OptionTypeError('drain.signal', 'must be an AbortSignal, got an object')],
  ])('should refuse %o', (options, error) => {
    expect(() => checkDrain(options as DrainOptions)).toThrow(error);
  });
});

describe('drain', () => {
  let clock = new VirtualClock();
  let socket = new FakeSocket();

  beforeEach(() => {
    clock = new VirtualClock();
    socket = new FakeSocket();
  });

  it('should complete at once, and give the ending', async () => {
    const drained = drain(socket, checkDrain({}), clock);
    expect(socket.calls).toEqual(['complete']);
    expect(clock.pending).toBe(0);
    socket.end(ENDINGS.Closed);
    expect(await drained).toBe(ENDINGS.Closed);
    expect(socket.calls).toEqual(['complete']);
  });

  it('should terminate when the timeout runs out, and not before', async () => {
    const drained = drain(socket, checkDrain({ timeout: 50 }), clock);
    clock.advance(49);
    expect(socket.calls).toEqual(['complete']);
    clock.advance(1);
    expect(socket.calls).toEqual(['complete', 'terminate']);
    expect(await drained).toBe(ENDINGS.Cancelled);
  });

  it('should leave no timer and no listener after the end', async () => {
    const { signal } = new AbortController();
    const drained = drain(socket, checkDrain({ timeout: 50, signal }), clock);
    expect(clock.pending).toBe(1);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    socket.end(ENDINGS.Closed);
    await drained;
    expect(clock.pending).toBe(0);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    clock.advance(100);
    expect(socket.calls).toEqual(['complete']);
  });

  it('should terminate when the signal aborts', async () => {
    const controller = new AbortController();
    const drained = drain(socket, checkDrain({ timeout: 50, signal: controller.signal }), clock);
    controller.abort();
    expect(socket.calls).toEqual(['complete', 'terminate']);
    expect(await drained).toBe(ENDINGS.Cancelled);
    expect(clock.pending).toBe(0);
  });

  it('should terminate at once with a signal that has aborted, after the order to close', async () => {
    const drained = drain(socket, checkDrain({ signal: AbortSignal.abort() }), clock);
    expect(socket.calls).toEqual(['complete', 'terminate']);
    expect(await drained).toBe(ENDINGS.Cancelled);
  });

  it('should let go of everything when closed rejects', async () => {
    const failing: Drainable = {
      closed: Promise.reject(new Error('a fault')),
      complete: () => undefined,
      terminate: () => undefined,
    };
    const { signal } = new AbortController();
    await expect(drain(failing, checkDrain({ timeout: 50, signal }), clock)).rejects.toThrow(
      'a fault',
    );
    expect(clock.pending).toBe(0);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
