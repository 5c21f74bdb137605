import { createRandom } from '../support/random.js';

const SIZE = 64 * 1024;

/**
 * Gives blocks of 64 KiB of random bytes.
 *
 * @param {number} count
 * @returns {Buffer[]}
 */
export function makeBlobs(count) {
  const random = createRandom(4);
  return Array.from({ length: count }, () => {
    const block = Buffer.alloc(SIZE);
    for (let at = 0; at < SIZE; at += 4) block.writeUInt32LE(random.below(2 ** 32), at);
    return block;
  });
}
