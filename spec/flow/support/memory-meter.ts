/** The most memory that a process had more than at the beginning, in bytes: the heap, and what it holds outside of it. */
export interface Peak {
  /** As it was, garbage among it. */
  readonly used: number;
  /** What was left of it after a collection. */
  readonly live: number;
}

/** Measures memory. */
export interface MemoryMeter {
  readonly stop: () => Peak;
}

const used = (): number => {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const collected = (): number => {
  globalThis.gc?.();
  // What the first one found is freed beside the program; the second one waits for that.
  globalThis.gc?.();
  return used();
};

/** Begins to measure, in a process that exposes its collector. */
export function startMeter(): MemoryMeter {
  const before = collected();
  const peak = { used: 0, live: 0 };
  const look = setInterval(() => {
    peak.used = Math.max(peak.used, used() - before);
  }, 20);
  const collect = setInterval(() => {
    peak.live = Math.max(peak.live, collected() - before);
  }, 500);
  return {
    stop: () => {
      clearInterval(look);
      clearInterval(collect);
      peak.live = Math.max(peak.live, collected() - before);
      peak.used = Math.max(peak.used, peak.live);
      return peak;
    },
  };
}
