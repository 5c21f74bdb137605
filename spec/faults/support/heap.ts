import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Gives how many bytes of the heap are in use once all that can be collected is. */
export async function collectedHeap(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What a collection finalizes, the next one collects.
  for (let round = 0; round < 3; round += 1) {
    collect();
    await new Promise(setImmediate);
  }
  return process.memoryUsage().heapUsed;
}
