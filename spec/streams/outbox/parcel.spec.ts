import { describe, expect, it, vi } from 'vitest';
import type { Payload } from '../../../src/codec/codec.js';
import { Parcel } from '../../../src/streams/outbox/parcel.js';

const parcelOf = (payload: Payload, settled = vi.fn()): Parcel<string> =>
  new Parcel('message', payload, 'key', 'id', settled);

describe('Parcel', () => {
  it.each<[Payload, number]>([
    ['', 0],
    ['grüße', 7],
    [Buffer.from('abcdef').subarray(2, 4), 2],
    [new Uint8Array(new SharedArrayBuffer(3)), 3],
  ])('should know the size of %o', (payload, size) => {
    expect(parcelOf(payload).size).toBe(size);
  });

  it('should begin new, and wait only in the outbox', () => {
    const parcel = parcelOf('one');
    expect(parcel).toMatchObject({ stage: 'New', isWaiting: false, isSettled: false, sends: 0 });
    parcel.stage = 'Waiting';
    expect(parcel.isWaiting).toBe(true);
    parcel.stage = 'InFlight';
    expect(parcel.isWaiting).toBe(false);
  });

  it('should copy bytes once, and text never', () => {
    const bytes = Buffer.from('abcdef').subarray(2, 4);
    const parcel = parcelOf(bytes);
    parcel.keep();
    const kept = parcel.payload;
    bytes.fill(0);
    expect(kept).toEqual(Buffer.from('cd'));
    parcel.keep();
    expect(parcel.payload).toBe(kept);
    const text = parcelOf('text');
    text.keep();
    expect(text.payload).toBe('text');
  });

  it('should tell its fate once, and not expire from then on', () => {
    const settled = vi.fn();
    const parcel = parcelOf('one', settled);
    const expiry = { remove: vi.fn() };
    parcel.expiry = expiry;
    parcel.settle({ _tag: 'Expired' });
    parcel.settle({ _tag: 'Unknown' });
    expect(settled).toHaveBeenCalledExactlyOnceWith(parcel, { _tag: 'Expired' });
    expect(parcel.isSettled).toBe(true);
    expect(expiry.remove).toHaveBeenCalledWith(parcel);
  });

  it('should be settled when it tells of it', () => {
    const settled = vi.fn((each: Parcel<string>) => {
      expect(each.isSettled).toBe(true);
      each.settle({ _tag: 'Unknown' });
    });
    parcelOf('one', settled).settle({ _tag: 'Expired' });
    expect(settled).toHaveBeenCalledOnce();
  });
});
