import { startCpu } from './cpu.js';
import { serve } from './serve.js';

/** How long a timed run is meant to take, in microseconds. */
const RUN = 60_000;

/**
 * Answers the parent of a micro benchmark, {@link import('./micro-bench.js').microBench}.
 *
 * @param {(group: string, name: string) => Promise<{ pass: () => void, size: number }>} prepare Gives what is
 * timed: one pass over so many inputs, all different, so that no answer can be known beforehand.
 */
export function serveMicro(prepare) {
  let pass = () => undefined;
  let size = 0;
  let passes = 1;
  /** @param {{ group: string, name: string }} order */
  const open = async ({ group, name }) => {
    ({ pass, size } = /** @type {any} */ (await prepare(group, name)));
    // Until the code is compiled; then as often as takes long enough.
    for (let spent = 0; spent < RUN; passes *= 2) spent = run(passes);
    passes = Math.max(1, Math.round((RUN / run(passes)) * passes));
  };
  /** @param {number} times */
  const run = (times) => {
    const spent = startCpu();
    for (let done = 0; done < times; done += 1) pass();
    return spent();
  };
  serve(async (message) => {
    if (message.open !== undefined) return await open(message.open);
    return (run(passes) / passes / size) * 1_000;
  });
}
