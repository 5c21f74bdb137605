import { collect } from '../../integration/support/collect.js';

/** Gives how many bytes of the heap are in use once all that can be collected is. */
export async function collectedHeap(): Promise<number> {
  // What a collection finalizes, the next one collects.
  for (let round = 0; round < 3; round += 1) {
    collect();
    await new Promise(setImmediate);
  }
  return process.memoryUsage().heapUsed;
}
