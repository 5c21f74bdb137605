import { type } from 'arktype';

const Levels = type(['number', 'number']).array();

const Tick = type({
  symbol: 'string',
  price: 'number',
  quantity: 'number',
  side: "'buy' | 'sell'",
  sequence: 'number',
  timestamp: 'number',
});

const Book = type({
  symbol: 'string',
  sequence: 'number',
  timestamp: 'number',
  bids: Levels,
  asks: Levels,
});

/** @type {import('./io-ts.js').Checks} */
export const checks = {
  tick: (value) => Tick.allows(value),
  'order book': (value) => Book.allows(value),
};
