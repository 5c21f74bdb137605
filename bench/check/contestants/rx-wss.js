import { Book } from '../../messages/book.js';
import { Tick } from '../../messages/tick.js';

// Not public: the check alone, without the reader and the failures around it.
const file = new URL('../../../dist/codec/compile/compile-type.mjs', import.meta.url).href;
/** @type {typeof import('../../../src/codec/compile/compile-type.js')} */
const { compileType } = await import(file);

/** @param {import('io-ts').Mixed} type */
function checkOf(type) {
  const compiled = compileType(type);
  if (compiled === undefined) throw new Error(`${type.name} is not compiled`);
  return compiled.check;
}

/** @type {import('./io-ts.js').Checks} */
export const checks = { tick: checkOf(Tick), 'order book': checkOf(Book) };
