import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { collect } from '../../integration/support/collect.js';
import { NORMAL_CLOSE } from '../../../src/streams/close-request.js';
import { Parcel } from '../../../src/streams/outbox/parcel.js';
import { ParcelQueue } from '../../../src/streams/outbox/parcel-queue.js';
import { until } from '../until.js';
import { parcelOf } from './parcel-of.js';

describe('ParcelQueue', () => {
  let queue = new ParcelQueue<string>();

  beforeEach(() => {
    queue = new ParcelQueue();
  });

  const add = (text: string, key?: unknown): Parcel<string> => {
    const parcel = parcelOf(text, { key });
    queue.add(parcel);
    return parcel;
  };

  /** Takes everything out, in order. */
  const drain = (): readonly string[] => {
    const taken: string[] = [];
    for (let entry = queue.peek(); entry !== undefined; entry = queue.peek()) {
      if (!(entry instanceof Parcel)) {
        taken.push(`close ${entry.order.code}`);
        queue.shiftClose();
      } else {
        taken.push(entry.message);
        queue.remove(entry);
      }
    }
    return taken;
  };

  const sizes = (): readonly unknown[] => [queue.messages, queue.bytes, queue.isEmpty];

  it('should begin empty', () => {
    expect(sizes()).toEqual([0, 0, true]);
    expect([queue.peek(), queue.oldest, queue.isClosing]).toEqual([undefined, undefined, false]);
    expect(queue.parcels).toEqual([]);
  });

  it('should give the messages in the order they came, and the close in between', () => {
    add('one');
    queue.addClose(NORMAL_CLOSE);
    add('grüße');
    expect(sizes()).toEqual([2, 10, false]);
    expect(queue.isClosing).toBe(true);
    expect(queue.parcels.map(({ message }) => message)).toEqual(['one', 'grüße']);
    expect(drain()).toEqual(['one', 'close 1000', 'grüße']);
    expect(sizes()).toEqual([0, 0, true]);
    expect(queue.isClosing).toBe(false);
  });

  it('should not be empty with an order to close alone', () => {
    queue.addClose(NORMAL_CLOSE);
    expect(sizes()).toEqual([0, 0, false]);
    expect(queue.oldest).toBeUndefined();
  });

  it.each([0, 1, 2])(
    'should give out the message at %i, and keep the order of the others',
    (at) => {
      const parcels = ['one', 'two', 'three'].map((text) => add(text));
      const [parcel] = parcels.slice(at);
      if (parcel === undefined) throw new Error('no message');
      queue.remove(parcel);
      expect(parcel.isWaiting).toBe(false);
      expect(drain()).toEqual(['one', 'two', 'three'].toSpliced(at, 1));
    },
  );

  it('should find the oldest message behind a close', () => {
    queue.addClose(NORMAL_CLOSE);
    const oldest = add('one');
    add('two');
    expect(queue.oldest).toBe(oldest);
  });

  it('should forget the orders to close, and keep the messages', () => {
    queue.remove(add('gone'));
    queue.addClose(NORMAL_CLOSE);
    add('one');
    queue.addClose(NORMAL_CLOSE);
    add('two');
    queue.dropCloses();
    expect(queue.isClosing).toBe(false);
    expect(drain()).toEqual(['one', 'two']);
  });

  describe('a key', () => {
    it('should find the message that waits under it', () => {
      const parcel = add('one', 'a');
      add('two', Number.NaN);
      expect(queue.withKey('a')).toBe(parcel);
      expect(queue.withKey(Number.NaN)?.message).toBe('two');
      expect(queue.withKey('b')).toBeUndefined();
      queue.remove(parcel);
      expect(queue.withKey('a')).toBeUndefined();
    });

    it('should find the latest of several, and no older one after it', () => {
      const older = add('one', 'a');
      const latest = add('two', 'a');
      expect(queue.withKey('a')).toBe(latest);
      queue.remove(older);
      expect(queue.withKey('a')).toBe(latest);
    });

    it('should keep the place of the one that is replaced', () => {
      const old = add('one', 'a');
      add('two');
      const parcel = parcelOf('three', { key: 'a' });
      queue.replace(old, parcel);
      expect([old.isWaiting, parcel.isWaiting]).toEqual([false, true]);
      expect(sizes()).toEqual([2, 8, false]);
      expect(queue.withKey('a')).toBe(parcel);
      expect(drain()).toEqual(['three', 'two']);
    });

    it('should replace nothing that is not there', () => {
      const old = add('one', 'a');
      queue.remove(old);
      queue.replace(old, parcelOf('two', { key: 'a' }));
      expect(sizes()).toEqual([0, 0, true]);
    });
  });

  it('should let go of what is done with, while some always wait', async () => {
    let gone = 0;
    const registry = new FinalizationRegistry<undefined>(() => (gone += 1));
    add('first', 'first');
    for (let next = 0; next < 3_000; next += 1) {
      const parcel = add(String(next), next);
      registry.register(parcel, undefined);
      queue.remove(parcel);
    }
    expect(queue.messages).toBe(1);
    collect();
    await until(() => expect(gone).toBeGreaterThan(1_000));
    expect(drain()).toEqual(['first']);
  });

  it('should behave as a plain array does, whatever is done to it', () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ do: fc.constant('add' as const), key: fc.nat(2) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('take' as const) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), at: fc.nat(30) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('replace' as const), key: fc.nat(2) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        queue = new ParcelQueue();
        let model: (Parcel<string> | 'close')[] = [];
        const parcels = (): readonly Parcel<string>[] => model.filter((each) => each !== 'close');
        for (const [number, each] of steps.entries()) {
          const text = 'x'.repeat(number);
          if (each.do === 'add') {
            model.push(add(text, each.key));
          } else if (each.do === 'take') {
            const entry = queue.peek();
            if (entry instanceof Parcel) queue.remove(entry);
            else if (entry !== undefined) queue.shiftClose();
            model.shift();
          } else if (each.do === 'remove') {
            const parcel = parcels()[each.at % Math.max(1, parcels().length)];
            if (parcel === undefined) continue;
            queue.remove(parcel);
            model = model.filter((entry) => entry !== parcel);
          } else if (each.do === 'replace') {
            const old = queue.withKey(each.key);
            if (old === undefined) continue;
            const parcel = parcelOf(text, { key: each.key });
            queue.replace(old, parcel);
            model = model.map((entry) => (entry === old ? parcel : entry));
          } else if (each.do === 'close') {
            queue.addClose(NORMAL_CLOSE);
            model.push('close');
          } else {
            queue.dropCloses();
            model = [...parcels()];
          }
          const [head] = model;
          expect(queue.peek()).toEqual(
            head === 'close' ? { _tag: 'Close', order: NORMAL_CLOSE } : head,
          );
          expect(queue.oldest).toBe(parcels()[0]);
          expect(queue.parcels).toEqual(parcels());
          const bytes = parcels().reduce((sum, { size }) => sum + size, 0);
          expect(sizes()).toEqual([parcels().length, bytes, model.length === 0]);
          expect(queue.isClosing).toBe(model.includes('close'));
        }
      }),
    );
  });
});
