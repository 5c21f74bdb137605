import * as z from 'zod';

const Levels = z.array(z.tuple([z.number(), z.number()]));

const Tick = z.object({
  symbol: z.string(),
  price: z.number(),
  quantity: z.number(),
  side: z.enum(['buy', 'sell']),
  sequence: z.number(),
  timestamp: z.number(),
});

const Book = z.object({
  symbol: z.string(),
  sequence: z.number(),
  timestamp: z.number(),
  bids: Levels,
  asks: Levels,
});

/** @type {import('./io-ts.js').Checks} */
export const checks = {
  tick: (value) => Tick.safeParse(value).success,
  'order book': (value) => Book.safeParse(value).success,
};
