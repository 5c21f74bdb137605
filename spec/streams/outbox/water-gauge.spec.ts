import { describe, expect, it } from 'vitest';
import { checkOutbox } from '../../../src/streams/outbox/outbox-options.js';
import type { OutboxOptions } from '../../../src/streams/outbox/outbox-options.js';
import { WaterGauge } from '../../../src/streams/outbox/water-gauge.js';

function gaugeOf(options: OutboxOptions = {}) {
  const gauge = new WaterGauge(checkOutbox('outbox', options));
  const told: unknown[] = [];
  gauge.writable.subscribe((isWritable) => told.push(isWritable));
  gauge.drained.subscribe((each) => told.push(each));
  return { gauge, told };
}

describe('WaterGauge', () => {
  it('should count', () => {
    const { gauge } = gaugeOf();
    expect([gauge.isEmpty, gauge.isWritable]).toEqual([true, true]);
    gauge.entered(0);
    gauge.entered(7);
    expect([gauge.isEmpty, gauge.messages, gauge.bytes]).toEqual([false, 2, 7]);
    gauge.replaced(7, 9);
    expect([gauge.messages, gauge.bytes]).toEqual([2, 9]);
    gauge.left(9);
    gauge.left(0);
    expect([gauge.isEmpty, gauge.messages, gauge.bytes]).toEqual([true, 0, 0]);
  });

  it('should know what fits', () => {
    const { gauge } = gaugeOf({ maxMessages: 2, maxBytes: 10 });
    expect([10, 11].map((size) => gauge.fits(size))).toEqual([true, false]);
    gauge.entered(6);
    expect([4, 5].map((size) => gauge.fits(size))).toEqual([true, false]);
    expect([10, 11].map((size) => gauge.fitsInPlaceOf(6, size))).toEqual([true, false]);
    gauge.entered(0);
    expect(gauge.fits(0)).toBe(false);
  });

  it('should tell at the high mark, and again at the low one', () => {
    const { gauge, told } = gaugeOf({ highWaterMark: 10, lowWaterMark: 4 });
    gauge.entered(5);
    gauge.entered(4);
    expect(told).toEqual([true]);
    gauge.entered(1);
    expect([told, gauge.isWritable]).toEqual([[true, false], false]);
    gauge.entered(3);
    gauge.left(3);
    gauge.left(5);
    expect(told).toEqual([true, false]);
    gauge.left(1);
    expect([told, gauge.isWritable]).toEqual([[true, false, true, undefined], true]);
  });

  it('should tell at as many messages as may wait, and again at a quarter of them', () => {
    const { gauge, told } = gaugeOf({ maxMessages: 8 });
    for (let each = 0; each < 8; each += 1) gauge.entered(0);
    expect(told).toEqual([true, false]);
    for (let each = 0; each < 5; each += 1) gauge.left(0);
    expect(told).toEqual([true, false]);
    gauge.left(0);
    expect(told).toEqual([true, false, true, undefined]);
  });

  it('should go by maxBytes where that is below the marks', () => {
    const { gauge, told } = gaugeOf({ maxBytes: 100 });
    gauge.entered(60);
    gauge.entered(40);
    expect(told).toEqual([true, false]);
    gauge.left(60);
    expect(told).toEqual([true, false]);
    gauge.left(40);
    expect(told).toEqual([true, false, true, undefined]);
  });

  it('should tell of one that grows or shrinks in its place', () => {
    const { gauge, told } = gaugeOf({ highWaterMark: 10, lowWaterMark: 4 });
    gauge.entered(9);
    gauge.replaced(9, 10);
    gauge.replaced(10, 4);
    expect(told).toEqual([true, false, true, undefined]);
  });

  it('should never be without room where there is no bound', () => {
    const { gauge, told } = gaugeOf({
      maxMessages: Infinity,
      maxBytes: Infinity,
      highWaterMark: Infinity,
    });
    for (let each = 0; each < 20_000; each += 1) gauge.entered(1e9);
    expect(told).toEqual([true]);
  });

  it.each([{ maxMessages: 0 }, { maxBytes: 0 }, { highWaterMark: 0 }])(
    'should have room with nothing on its way, and else none: %o',
    (limits) => {
      const { gauge, told } = gaugeOf(limits);
      gauge.entered(0);
      gauge.left(0);
      expect(told).toEqual([true, false, true, undefined]);
    },
  );

  it('should tell a late subscriber where it stands, and of room only from then on', () => {
    const { gauge } = gaugeOf({ maxMessages: 1 });
    gauge.entered(0);
    const told: unknown[] = [];
    gauge.writable.subscribe((isWritable) => told.push(isWritable));
    gauge.drained.subscribe(() => told.push('drained'));
    expect(told).toEqual([false]);
    gauge.left(0);
    expect(told).toEqual([false, true, 'drained']);
  });

  it('should tell everybody the same, in order, whatever the first one does', () => {
    const gauge = new WaterGauge(checkOutbox('outbox', { maxMessages: 1 }));
    const told: boolean[] = [];
    gauge.writable.subscribe((isWritable) => {
      if (isWritable || gauge.messages !== 1) return;
      gauge.left(0);
      expect(gauge.isWritable).toBe(true);
    });
    gauge.writable.subscribe((isWritable) => told.push(isWritable));
    gauge.entered(0);
    expect([told, gauge.isWritable]).toEqual([[true, false, true], true]);
  });
});
