import type { Tick } from './messages.js';

const OPENING_PRICES: Readonly<Record<string, number>> = {
  BTC: 67_012.5,
  ETH: 3_508.2,
  SOL: 148.7,
};
const OTHER_OPENING_PRICE = 100;

/** Gives the next tick of a symbol. */
export type Market = (symbol: string) => Tick;

/**
 * Makes a market whose prices swing by themselves, in the same way every time. Of four ticks, one is
 * to be cut into 4 fragments and one into 16.
 */
export function createMarket(): Market {
  const prices = new Map(Object.entries(OPENING_PRICES));
  let count = 0;
  return (symbol) => {
    count += 1;
    const fragments = count % 2 === 0 ? 4 ** (((count % 4) + 2) / 2) : 1;
    const before = prices.get(symbol) ?? OTHER_OPENING_PRICE;
    const price = round(before * (1 + 0.002 * Math.sin(count * 1.7)));
    prices.set(symbol, price);
    return { type: 'tick', symbol, price, change: round(price - before), fragments };
  };
}

/** Gives each of `list` in turn, for ever, and what is added to it as well. */
export function* inTurn<T>(list: readonly T[]): Generator<T, never> {
  for (;;) yield* list;
}

function round(price: number): number {
  return Math.round(price * 100) / 100;
}
