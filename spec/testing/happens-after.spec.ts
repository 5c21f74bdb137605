import { describe, expect, it } from 'vitest';
import type { ConnectionFault } from '../../src/testing/fault.js';
import { happensAfter } from '../../src/testing/happens-after.js';

describe('happensAfter', () => {
  it.each<[ConnectionFault, number]>([
    [{ _tag: 'Blackhole' }, 0],
    [{ _tag: 'Blackhole', delay: 5 }, 5],
    [{ _tag: 'Reset' }, 0],
    [{ _tag: 'Reset', delay: Infinity }, Infinity],
    [{ _tag: 'End', delay: 5 }, 5],
    [{ _tag: 'HalfClose', direction: 'toServer', delay: 5 }, 5],
    [{ _tag: 'Cut', afterBytes: 0, direction: 'toServer', how: 'end' }, 0],
    [{ _tag: 'Cut', afterBytes: 1, direction: 'toServer', how: 'end' }, Infinity],
    [{ _tag: 'Latency', delay: 5 }, Infinity],
    [{ _tag: 'Slices' }, Infinity],
    [{ _tag: 'Bandwidth', bytesPerSecond: 5 }, Infinity],
    [{ _tag: 'SlowAccept', delay: 5 }, Infinity],
  ])('should know when %o happens', (fault, time) => {
    expect(happensAfter(fault)).toBe(time);
  });
});
