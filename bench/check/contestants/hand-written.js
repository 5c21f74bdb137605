/** @typedef {Readonly<Record<string, unknown>>} Fields */

/** @param {unknown} value */
function isTick(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { symbol, price, quantity, side, sequence, timestamp } = /** @type {Fields} */ (value);
  return (
    typeof symbol === 'string' &&
    typeof price === 'number' &&
    typeof quantity === 'number' &&
    (side === 'buy' || side === 'sell') &&
    typeof sequence === 'number' &&
    typeof timestamp === 'number'
  );
}

/** @param {unknown} value */
function isBook(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { symbol, sequence, timestamp, bids, asks } = /** @type {Fields} */ (value);
  return (
    typeof symbol === 'string' &&
    typeof sequence === 'number' &&
    typeof timestamp === 'number' &&
    areLevels(bids) &&
    areLevels(asks)
  );
}

/** @param {unknown} value */
function areLevels(value) {
  if (!Array.isArray(value)) return false;
  for (const level of value) {
    if (
      !Array.isArray(level) ||
      level.length !== 2 ||
      typeof level[0] !== 'number' ||
      typeof level[1] !== 'number'
    ) {
      return false;
    }
  }
  return true;
}

/** @type {import('./io-ts.js').Checks} */
export const checks = { tick: isTick, 'order book': isBook };
