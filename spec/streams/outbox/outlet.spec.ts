import { describe, expect, it } from 'vitest';
import { NORMAL_CLOSE } from '../../../src/streams/close-request.js';
import type { Ending } from '../../../src/streams/ending.js';
import { Outlet } from '../../../src/streams/outbox/outlet.js';
import { ENDINGS } from '../endings.js';
import { LooseCarrier } from './loose-carrier.js';
import { parcelOf } from './parcel-of.js';

/** Gives it a message. @returns Whether it took it. */
const hand = (outlet: Outlet<string>, text: string): boolean =>
  outlet.hand(parcelOf(text), Buffer.from(text));

describe('Outlet', () => {
  function outletOf() {
    const carrier = new LooseCarrier();
    const flushed: string[] = [];
    const lost: [readonly string[], Ending][] = [];
    const outlet = new Outlet<string>(carrier, 7, {
      flushed: ({ message }) => flushed.push(message),
      lost: (parcels, ending) => lost.push([parcels.map(({ message }) => message), ending]),
    });
    return { carrier, outlet, flushed, lost };
  }

  it('should hand on, and count the bytes until they are with the system', () => {
    const { carrier, outlet, flushed } = outletOf();
    expect([outlet.connection, outlet.bytes]).toEqual([7, 0]);
    expect(['one', 'grüße'].map((text) => hand(outlet, text))).toEqual([true, true]);
    expect(carrier.sent).toEqual(['one', 'grüße']);
    expect(outlet.bytes).toBe(10);
    outlet.flushed();
    expect([flushed, outlet.bytes]).toEqual([['one'], 7]);
    outlet.flushed();
    expect([flushed, outlet.bytes]).toEqual([['one', 'grüße'], 0]);
    outlet.flushed();
    expect(flushed).toHaveLength(2);
  });

  it('should not count what the connection does not take', () => {
    const { carrier, outlet, lost } = outletOf();
    carrier.isOpen = false;
    expect(hand(outlet, 'one')).toBe(false);
    expect(outlet.bytes).toBe(0);
    outlet.lost(ENDINGS.Closed);
    expect(lost).toEqual([[[], ENDINGS.Closed]]);
  });

  it('should give what the connection took with it', () => {
    const { outlet, flushed, lost } = outletOf();
    for (const text of ['one', 'two', 'three']) hand(outlet, text);
    outlet.flushed();
    outlet.lost(ENDINGS.NetworkFailed);
    expect(lost).toEqual([[['two', 'three'], ENDINGS.NetworkFailed]]);
    expect(outlet.bytes).toBe(0);
    outlet.flushed();
    expect(flushed).toEqual(['one']);
  });

  it('should close the connection', () => {
    const { carrier, outlet } = outletOf();
    outlet.close(NORMAL_CLOSE);
    expect(carrier.closes).toEqual([NORMAL_CLOSE]);
  });

  it('should keep its order over thousands, while some are always under way', () => {
    const { outlet, flushed } = outletOf();
    const numbers = Array.from({ length: 5_000 }, (_, index) => String(index));
    for (const [index, text] of numbers.entries()) {
      hand(outlet, text);
      if (index >= 10) outlet.flushed();
    }
    for (let each = 0; each < 10; each += 1) outlet.flushed();
    expect(flushed).toEqual(numbers);
    expect(outlet.bytes).toBe(0);
  });

  it('should be able to hand on from within', () => {
    const carrier = new LooseCarrier();
    const outlet: Outlet<string> = new Outlet<string>(carrier, 1, {
      flushed: ({ message }) => {
        if (message === 'one') hand(outlet, 'three');
      },
      lost: () => undefined,
    });
    hand(outlet, 'one');
    hand(outlet, 'two');
    outlet.flushed();
    expect(outlet.bytes).toBe(8);
    outlet.flushed();
    expect(outlet.bytes).toBe(5);
    outlet.flushed();
    expect(outlet.bytes).toBe(0);
  });
});
