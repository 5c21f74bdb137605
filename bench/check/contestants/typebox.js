import Type from 'typebox';
import { Compile } from 'typebox/compile';

const Levels = Type.Array(Type.Tuple([Type.Number(), Type.Number()]));

const Tick = Compile(
  Type.Object({
    symbol: Type.String(),
    price: Type.Number(),
    quantity: Type.Number(),
    side: Type.Union([Type.Literal('buy'), Type.Literal('sell')]),
    sequence: Type.Number(),
    timestamp: Type.Number(),
  }),
);

const Book = Compile(
  Type.Object({
    symbol: Type.String(),
    sequence: Type.Number(),
    timestamp: Type.Number(),
    bids: Levels,
    asks: Levels,
  }),
);

/** @type {import('./io-ts.js').Checks} */
export const checks = {
  tick: (value) => Tick.Check(value),
  'order book': (value) => Book.Check(value),
};
