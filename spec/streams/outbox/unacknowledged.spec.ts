import { describe, expect, it } from 'vitest';
import { Unacknowledged } from '../../../src/streams/outbox/unacknowledged.js';
import { parcelOf } from './parcel-of.js';

describe('Unacknowledged', () => {
  it('should have room up to the window', () => {
    const unacknowledged = new Unacknowledged<string>(2);
    expect(unacknowledged.hasRoom).toBe(true);
    unacknowledged.add(parcelOf('message', { id: 1 }));
    expect(unacknowledged.hasRoom).toBe(true);
    unacknowledged.add(parcelOf('message', { id: 2 }));
    expect(unacknowledged.hasRoom).toBe(false);
    unacknowledged.take(1);
    expect(unacknowledged.hasRoom).toBe(true);
  });

  it('should give all in the order in which they were sent', () => {
    const unacknowledged = new Unacknowledged<string>(Infinity);
    const parcels = [3, 1, 2].map((id) => parcelOf('message', { id }));
    for (const parcel of parcels) expect(unacknowledged.add(parcel)).toBeUndefined();
    expect(unacknowledged.parcels).toEqual(parcels);
  });

  it('should give the one whose id another takes over, which goes to the end', () => {
    const unacknowledged = new Unacknowledged<string>(Infinity);
    const [old, other, again] = [
      parcelOf('message', { id: 1 }),
      parcelOf('message', { id: 2 }),
      parcelOf('message', { id: 1 }),
    ];
    unacknowledged.add(old);
    unacknowledged.add(other);
    expect(unacknowledged.add(again)).toBe(old);
    expect(unacknowledged.parcels).toEqual([other, again]);
    unacknowledged.remove(old);
    expect(unacknowledged.parcels).toEqual([other, again]);
    unacknowledged.remove(again);
    expect(unacknowledged.parcels).toEqual([other]);
  });

  it.each<unknown>([0, '', null, Number.NaN, Symbol('id')])('should find the id %s', (id) => {
    const unacknowledged = new Unacknowledged<string>(1);
    const parcel = parcelOf('message', { id: id });
    unacknowledged.add(parcel);
    expect(unacknowledged.take('other')).toBeUndefined();
    expect(unacknowledged.take(id)).toBe(parcel);
    expect(unacknowledged.take(id)).toBeUndefined();
  });
});
