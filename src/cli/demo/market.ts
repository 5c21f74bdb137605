import type { Tick } from './messages.js';

const OPENING_PRICES: Readonly<Record<string, number>> = {
  BTC: 67_012.5,
  ETH: 3_508.2,
  SOL: 148.7,
};
const OTHER_OPENING_PRICE = 100;

/** Into how many fragments one tick after the other is to be cut. */
const FRAGMENTS: readonly number[] = [1, 4, 1, 16];

/** Gives the next tick: of each of the symbols in turn. */
export type Market = (symbols: readonly [string, ...string[]]) => Tick;

/** Makes a market whose prices swing by themselves, in the same way every time. */
export function createMarket(): Market {
  const prices = new Map(Object.entries(OPENING_PRICES));
  let count = 1;
  return (symbols) => {
    const symbol = symbols[count % symbols.length] ?? symbols[0];
    const fragments = FRAGMENTS[count % FRAGMENTS.length] ?? 1;
    const before = prices.get(symbol) ?? OTHER_OPENING_PRICE;
    const price = round(before * (1 + 0.002 * Math.sin(count * 1.7)));
    prices.set(symbol, price);
    count += 1;
    return { type: 'tick', symbol, price, change: round(price - before), fragments };
  };
}

function round(price: number): number {
  return Math.round(price * 100) / 100;
}
