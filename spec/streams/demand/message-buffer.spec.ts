import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { collect } from '../../integration/support/collect.js';
import { DEFAULT_DEMAND } from '../../../src/streams/demand/demand-options.js';
import type { DemandLimits } from '../../../src/streams/demand/demand-options.js';
import { MessageBuffer } from '../../../src/streams/demand/message-buffer.js';
import { until } from '../until.js';
import { createFakeSource } from './fake-source.js';
import type { FakeSource } from './fake-source.js';

const LIMITS: DemandLimits = {
  highWaterMark: { messages: 4, bytes: 40 },
  lowWaterMark: { messages: 2, bytes: 20 },
  maxBytes: 100,
};

describe('MessageBuffer', () => {
  let source: FakeSource<string>;
  let buffer: MessageBuffer<string>;

  beforeEach(() => {
    source = createFakeSource();
    buffer = new MessageBuffer(LIMITS, source);
  });

  it('should begin empty', () => {
    expect(buffer.isEmpty).toBe(true);
    expect([buffer.messages, buffer.bytes]).toEqual([0, 0]);
    expect(buffer.take()).toBeUndefined();
  });

  it('should give the messages in order, with their sizes', () => {
    buffer.put('a', 1);
    buffer.put('b', 2);
    expect([buffer.messages, buffer.bytes, buffer.isEmpty]).toEqual([2, 3, false]);
    expect(buffer.take()).toMatchObject({ value: 'a', size: 1 });
    buffer.put('c', 3);
    expect(buffer.take()).toMatchObject({ value: 'b', size: 2 });
    expect(buffer.take()).toMatchObject({ value: 'c', size: 3 });
    expect(buffer.take()).toBeUndefined();
    expect([buffer.messages, buffer.bytes, buffer.isEmpty]).toEqual([0, 0, true]);
  });

  it('should keep undefined as any message', () => {
    const odd = new MessageBuffer<undefined>(LIMITS, undefined);
    odd.put(undefined, 0);
    expect(odd.take()).toMatchObject({ value: undefined });
    expect(odd.take()).toBeUndefined();
  });

  it('should hold the source at the high mark of messages, and release it at the low one', () => {
    for (const value of ['a', 'b', 'c']) buffer.put(value, 1);
    expect(source.isHeld).toBe(false);
    buffer.put('d', 1);
    expect(source.isHeld).toBe(true);
    buffer.take();
    expect(source.isHeld).toBe(true);
    buffer.take();
    expect(source.isHeld).toBe(false);
  });

  it('should hold the source at the high mark of bytes, and release it at the low one', () => {
    buffer.put('a', 19);
    buffer.put('b', 20);
    expect(source.isHeld).toBe(false);
    buffer.put('c', 1);
    expect(source.isHeld).toBe(true);
    buffer.take();
    expect([buffer.bytes, source.isHeld]).toEqual([21, true]);
    buffer.take();
    expect(source.isHeld).toBe(false);
  });

  it('should not release the source while either is above its low mark', () => {
    for (const value of ['a', 'b', 'c']) buffer.put(value, 0);
    buffer.put('d', 40);
    buffer.take();
    buffer.take();
    buffer.take();
    expect([buffer.messages, source.isHeld]).toEqual([1, true]);
    buffer.take();
    expect(source.isHeld).toBe(false);
  });

  it('should hold the source once, however much more comes', () => {
    for (let count = 0; count < 10; count += 1) buffer.put('a', 1);
    expect(source.pauses).toBe(1);
    for (let count = 0; count < 10; count += 1) buffer.take();
    expect(source.isHeld).toBe(false);
  });

  it('should hold it again', () => {
    for (let round = 1; round <= 3; round += 1) {
      while (buffer.messages < 4) buffer.put('a', 1);
      expect([source.pauses, source.isHeld]).toEqual([round, true]);
      while (buffer.messages > 2) buffer.take();
      expect(source.isHeld).toBe(false);
    }
  });

  it('should tell of an overrun with each message above the cap, and keep it', () => {
    buffer.put('a', 100);
    expect(source.overruns).toEqual([]);
    buffer.put('b', 1);
    buffer.put('c', 2);
    expect(source.overruns).toEqual([
      [101, 100],
      [103, 100],
    ]);
    expect(buffer.messages).toBe(3);
  });

  it('should let the source go when the overrun closes it', () => {
    source = createFakeSource<string>({ onOverrun: () => buffer.close() });
    buffer = new MessageBuffer(LIMITS, source);
    buffer.put('a', 101);
    expect([source.overruns.length, source.isHeld, buffer.messages]).toEqual([1, false, 0]);
  });

  it('should let the source go at its end, and keep what waits', () => {
    for (const value of ['a', 'b', 'c', 'd']) buffer.put(value, 1);
    buffer.end();
    expect(source.isHeld).toBe(false);
    expect(buffer.take()).toMatchObject({ value: 'a' });
    for (let count = 0; count < 10; count += 1) buffer.put('e', 100);
    expect([source.isHeld, source.pauses, source.overruns]).toEqual([false, 1, []]);
  });

  it('should drop what waits when it is closed, and let the source go', () => {
    for (const value of ['a', 'b', 'c', 'd']) buffer.put(value, 1);
    buffer.close();
    buffer.close();
    expect([buffer.messages, buffer.bytes, buffer.isEmpty]).toEqual([0, 0, true]);
    expect(buffer.take()).toBeUndefined();
    expect(source.isHeld).toBe(false);
  });

  it('should put behind what comes from within the release', () => {
    source = createFakeSource<string>({
      line: {
        resume: () => {
          buffer.put('e', 1);
          buffer.put('f', 1);
        },
      },
    });
    buffer = new MessageBuffer(LIMITS, source);
    for (const value of ['a', 'b', 'c', 'd']) buffer.put(value, 1);
    buffer.take();
    expect(buffer.take()).toMatchObject({ value: 'b' });
    expect([buffer.messages, source.isHeld, source.pauses]).toEqual([4, true, 2]);
    expect(buffer.take()).toMatchObject({ value: 'c' });
  });

  it('should buffer without a source', () => {
    const plain = new MessageBuffer<string>(LIMITS, undefined);
    for (let count = 0; count < 10; count += 1) plain.put('a', 100);
    expect(plain.bytes).toBe(1_000);
    plain.close();
  });

  it('should keep no message that was taken, nor any that came after it', async () => {
    const objects = new MessageBuffer<object>(DEFAULT_DEMAND, undefined);
    const references = [0, 1, 2].map(() => {
      const message = {};
      objects.put(message, 1);
      return new WeakRef(message);
    });
    const kept = objects.take();
    objects.take();
    objects.put({}, 1);
    await until(() => {
      collect();
      expect(references.map((each) => each.deref() !== undefined)).toEqual([true, false, true]);
    });
    expect(kept).toBeDefined();
    objects.close();
    await until(() => {
      collect();
      expect(references.map((each) => each.deref() !== undefined)).toEqual([true, false, false]);
    });
    expect(kept).toBeDefined();
  });

  it('should agree with a list, and hold between the marks', () => {
    const size = fc.nat(60);
    const action = fc.option(size, { nil: 'take' as const, freq: 1 });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const held = createFakeSource<number>();
        const tried = new MessageBuffer<number>(LIMITS, held);
        const list: { readonly value: number; readonly size: number }[] = [];
        let isHeld = false;
        for (const [value, each] of actions.entries()) {
          if (each === 'take') {
            const taken = tried.take();
            const expected = list.shift();
            expect(taken?.value).toBe(expected?.value);
            expect(taken?.size).toBe(expected?.size);
          } else {
            tried.put(value, each);
            list.push({ value, size: each });
          }
          const bytes = list.reduce((sum, { size: one }) => sum + one, 0);
          if (list.length >= 4 || bytes >= 40) isHeld = true;
          else if (list.length <= 2 && bytes <= 20) isHeld = false;
          expect([tried.messages, tried.bytes, held.isHeld]).toEqual([list.length, bytes, isHeld]);
        }
      }),
    );
  });
});
