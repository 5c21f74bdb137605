import { beforeEach, describe, expect, it, vi } from 'vitest';
import { nextSocketNumber } from '../../src/streams/socket-number.js';

const LAST = Symbol.for('rx-wss.sockets');

beforeEach(() => {
  Reflect.deleteProperty(globalThis, LAST);
});

describe('nextSocketNumber', () => {
  it('should begin with 1 and never give the same again', () => {
    expect([nextSocketNumber(), nextSocketNumber(), nextSocketNumber()]).toEqual([1, 2, 3]);
  });

  it('should go on with the count of another copy of the package', async () => {
    nextSocketNumber();
    vi.resetModules();
    const copy = await import('../../src/streams/socket-number.js');
    expect(copy.nextSocketNumber).not.toBe(nextSocketNumber);
    expect(copy.nextSocketNumber()).toBe(2);
    expect(nextSocketNumber()).toBe(3);
  });
});
