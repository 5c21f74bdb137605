import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConnectionFault } from '../../src/testing/fault.js';
import { shapeOf } from '../../src/testing/flow-shape.js';
import { PacedQueue } from '../../src/testing/paced-queue.js';

describe('PacedQueue', () => {
  /** What was given out, each with its time. */
  let given: string[];
  let shaped: (readonly ConnectionFault[])[];
  let hasRoom: boolean;
  let queue: PacedQueue;
  let start: number;

  const now = (): number => Math.round(performance.now() - start);
  const reshape = (...faults: readonly ConnectionFault[]): void => {
    queue.reshape(shapeOf(faults, 'toServer'));
    queue.run();
  };
  const push = (text: string): void => queue.push(Buffer.from(text));

  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'],
    });
    start = performance.now();
    given = [];
    shaped = [];
    hasRoom = true;
    let share = 0;
    queue = new PacedQueue(
      {
        canTake: () => hasRoom,
        take: (piece, isLast) => given.push(`${now()} ${String(piece)}${isLast ? ' last' : ''}`),
        takeEnd: (end) => given.push(`${now()} ${end}`),
        onShaped: (faults) => shaped.push(faults),
      },
      () => (share = (share + 0.25) % 1),
    );
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('should give everything at once, in order, the end last', () => {
    push('one');
    push('two');
    queue.pushEnd('end');
    expect(given).toEqual(['0 one', '0 two', '0 end']);
    expect([queue.size, queue.chunks]).toEqual([0, 0]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('should keep what has no room, and go on when it is told of room', () => {
    hasRoom = false;
    push('one');
    push('two');
    queue.pushEnd('end');
    expect(given).toEqual([]);
    expect([queue.size, queue.chunks]).toEqual([6, 3]);
    hasRoom = true;
    queue.run();
    expect(given).toEqual(['0 one', '0 two', '0 end']);
  });

  it('should give a reset whether there is room or not', () => {
    hasRoom = false;
    queue.pushEnd('reset');
    expect(given).toEqual(['0 reset']);
  });

  it('should give everything late, ends and resets too', () => {
    reshape({ _tag: 'Latency', delay: 50 });
    push('one');
    vi.advanceTimersByTime(20);
    push('two');
    queue.pushEnd('reset');
    vi.advanceTimersByTime(29);
    expect(given).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(given).toEqual(['50 one', '70 two', '70 reset']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('should keep the order whatever the jitter', () => {
    reshape({ _tag: 'Latency', delay: 50, jitter: 40 });
    for (const text of ['a', 'b', 'c', 'd', 'e']) push(text);
    vi.advanceTimersByTime(200);
    // The shares are 0.25, 0.5, 0.75, 0 and 0.25.
    expect(given).toEqual(['60 a', '70 b', '80 c', '80 d', '80 e']);
  });

  it('should slice, each piece in a turn of its own', () => {
    reshape({ _tag: 'Slices', size: 2 });
    push('abc');
    push('d');
    queue.pushEnd('end');
    const turns: string[][] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      turns.push(given.splice(0).map((each) => each.slice(2)));
      vi.advanceTimersToNextTimer();
    }
    expect(turns).toEqual([[], ['ab'], ['c'], ['d'], ['end']]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('should trickle, and not make up for the time when there was nothing', () => {
    reshape({ _tag: 'Bandwidth', bytesPerSecond: 100 });
    push('abc');
    expect(given).toEqual([]);
    vi.advanceTimersByTime(40);
    expect(given).toEqual(['20 ab', '30 c']);
    vi.advanceTimersByTime(60);
    push('def');
    vi.advanceTimersByTime(100);
    expect(given.slice(2)).toEqual(['120 de', '130 f']);
  });

  it('should go on in another shape with what waits', () => {
    reshape({ _tag: 'Bandwidth', bytesPerSecond: 0 });
    push('one');
    queue.pushEnd('end');
    vi.advanceTimersByTime(100_000);
    expect(given).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
    reshape({ _tag: 'Latency', delay: 200_000 });
    vi.advanceTimersByTime(99_999);
    expect(given).toEqual([]);
    reshape();
    expect(given).toEqual(['199999 one', '199999 end']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('should give exactly as much as there is to the cut, and hold the rest', () => {
    const cut = (afterBytes: number): ConnectionFault => ({
      _tag: 'Cut',
      afterBytes,
      direction: 'toServer',
      how: 'end',
    });
    reshape(cut(5));
    push('abc');
    push('def');
    queue.pushEnd('end');
    expect(given).toEqual(['0 abc', '0 de last']);
    expect(queue.size).toBe(1);
    reshape(cut(1));
    expect(given.slice(2)).toEqual(['0 f last']);
    reshape(cut(0));
    queue.pushEnd('reset');
    reshape();
    expect(given.slice(3)).toEqual(['0 end', '0 reset']);
  });

  it('should throw away what waits, and tell how much', () => {
    reshape({ _tag: 'Latency', delay: 50 });
    push('one');
    push('two');
    expect(queue.clear()).toBe(6);
    expect(vi.getTimerCount()).toBe(0);
    expect([queue.size, queue.chunks]).toEqual([0, 0]);
    reshape({ _tag: 'Slices' });
    push('three');
    expect(queue.clear()).toBe(5);
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(100);
    expect(given).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
    push('!');
    vi.advanceTimersByTime(1);
    expect(given).toEqual(['100 !']);
  });

  it('should tell which faults were at work', () => {
    const fault = { _tag: 'Latency', delay: 50 } as const;
    reshape(fault);
    expect(shaped).toEqual([]);
    push('one');
    expect(shaped).toEqual([[fault]]);
  });
});
