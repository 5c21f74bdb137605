import { Ajv } from 'ajv';

const ajv = new Ajv();
const NUMBER = { type: 'number' };
const STRING = { type: 'string' };
const LEVELS = {
  type: 'array',
  items: {
    type: 'array',
    items: [NUMBER, NUMBER],
    minItems: 2,
    maxItems: 2,
    additionalItems: false,
  },
};

/** @param {Readonly<Record<string, object>>} properties */
const compile = (properties) =>
  ajv.compile({ type: 'object', properties, required: Object.keys(properties) });

/** @type {import('./io-ts.js').Checks} */
export const checks = {
  tick: compile({
    symbol: STRING,
    price: NUMBER,
    quantity: NUMBER,
    side: { enum: ['buy', 'sell'] },
    sequence: NUMBER,
    timestamp: NUMBER,
  }),
  'order book': compile({
    symbol: STRING,
    sequence: NUMBER,
    timestamp: NUMBER,
    bids: LEVELS,
    asks: LEVELS,
  }),
};
