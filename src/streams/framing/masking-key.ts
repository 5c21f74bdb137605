import { randomFillSync } from 'node:crypto';

const KEY_SIZE = 4;
const POOL_SIZE = 2_048 * KEY_SIZE;

const pool = new DataView(new ArrayBuffer(POOL_SIZE));
let next = POOL_SIZE;

/**
 * Gives a masking key, as 32 bits in network order: a fresh one for each frame, which nobody can foretell (RFC 6455
 * section 5.3).
 */
export function maskingKey(): number {
  if (next === POOL_SIZE) {
    randomFillSync(pool);
    next = 0;
  }
  const key = pool.getInt32(next);
  next += KEY_SIZE;
  return key;
}
