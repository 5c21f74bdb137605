import { describe, expect, it } from 'vitest';

import { createMarket, inTurn } from '../../../src/cli/demo/market.js';

describe('createMarket', () => {
  it('should have some ticks cut into fragments', () => {
    const market = createMarket();
    const fragments = Array.from({ length: 8 }, () => market('BTC').fragments);
    expect(fragments).toEqual([1, 16, 1, 4, 1, 16, 1, 4]);
  });

  it('should change a price by what it says', () => {
    const market = createMarket();
    const [first, second] = [market('NEW'), market('NEW')];
    expect(first.price).toBeCloseTo(100 + first.change, 10);
    expect(second.price).toBeCloseTo(first.price + second.change, 10);
    expect(second.change).not.toBe(0);
  });

  it('should swing in the same way every time', () => {
    expect(createMarket()('BTC')).toEqual(createMarket()('BTC'));
  });
});

describe('inTurn', () => {
  it('should give each in turn, and what is added', () => {
    const list = ['a', 'b'];
    const turns = inTurn(list);
    const seen = [turns.next().value, turns.next().value, turns.next().value];
    list.push('c');
    seen.push(turns.next().value, turns.next().value, turns.next().value);
    expect(seen).toEqual(['a', 'b', 'a', 'b', 'c', 'a']);
  });
});
