import { describe, expect, it, vi } from 'vitest';
import { Parcel } from '../../../src/streams/outbox/parcel.js';
import { parcelOf } from './parcel-of.js';

describe('Parcel', () => {
  it('should begin new, wait only in the outbox, and be sent from then on', () => {
    const parcel = parcelOf('one');
    const look = (): readonly boolean[] => [parcel.isWaiting, parcel.isSent, parcel.isSettled];
    expect(look()).toEqual([false, false, false]);
    parcel.stage = 'Waiting';
    expect(look()).toEqual([true, false, false]);
    for (const stage of ['InFlight', 'Flushed', 'Lost'] as const) {
      parcel.stage = stage;
      expect(look()).toEqual([false, true, false]);
    }
  });

  it('should copy bytes, and leave text as it is', () => {
    const bytes = Buffer.from('abcdef').subarray(2, 4);
    const options = { ttl: Infinity, settled: () => undefined };
    const parcel = new Parcel('message', bytes, 2, undefined, options);
    parcel.keep();
    bytes.fill(0);
    expect(parcel.payload).toEqual(Buffer.from('cd'));
    const text = parcelOf('text');
    text.keep();
    expect(text.payload).toBe('text');
  });

  it('should tell its fate once', () => {
    const settled = vi.fn();
    const parcel = parcelOf('one', { settled });
    parcel.settle({ _tag: 'Expired' });
    parcel.settle({ _tag: 'Unknown' });
    expect(settled).toHaveBeenCalledExactlyOnceWith(parcel, { _tag: 'Expired' });
    expect(parcel.isSettled).toBe(true);
  });

  it('should be settled when it tells of it', () => {
    const settled = vi.fn((each: Parcel<string>) => {
      expect(each.isSettled).toBe(true);
      each.settle({ _tag: 'Unknown' });
    });
    parcelOf('one', { settled }).settle({ _tag: 'Expired' });
    expect(settled).toHaveBeenCalledOnce();
  });
});
