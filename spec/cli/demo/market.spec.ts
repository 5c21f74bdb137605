import { describe, expect, it } from 'vitest';

import { createMarket } from '../../../src/cli/demo/market.js';

describe('createMarket', () => {
  it('should give a tick of each symbol in turn, in one to 16 fragments', () => {
    const market = createMarket();
    const ticks = Array.from({ length: 12 }, () => market(['BTC', 'ETH', 'NEW']));
    expect(new Set(ticks.map(({ symbol }) => symbol))).toEqual(new Set(['BTC', 'ETH', 'NEW']));
    expect(new Set(ticks.map(({ fragments }) => fragments))).toEqual(new Set([1, 4, 16]));
  });

  it('should change a price by what it says', () => {
    const market = createMarket();
    const [first, second] = [market(['NEW']), market(['NEW'])];
    expect(second.price).toBeCloseTo(first.price + second.change, 10);
    expect(first.price).toBeCloseTo(100 + first.change, 10);
    expect(second.change).not.toBe(0);
  });

  it('should swing in the same way every time', () => {
    const [one, other] = [createMarket(), createMarket()];
    expect(one(['BTC', 'ETH'])).toEqual(other(['BTC', 'ETH']));
  });
});
