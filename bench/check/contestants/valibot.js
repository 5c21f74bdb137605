import * as v from 'valibot';

const Levels = v.array(v.tuple([v.number(), v.number()]));

const Tick = v.object({
  symbol: v.string(),
  price: v.number(),
  quantity: v.number(),
  side: v.picklist(['buy', 'sell']),
  sequence: v.number(),
  timestamp: v.number(),
});

const Book = v.object({
  symbol: v.string(),
  sequence: v.number(),
  timestamp: v.number(),
  bids: Levels,
  asks: Levels,
});

/** @type {import('./io-ts.js').Checks} */
export const checks = {
  tick: (value) => v.is(Tick, value),
  'order book': (value) => v.is(Book, value),
};
