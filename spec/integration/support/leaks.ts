import { until } from './until.js';

/** What keeps the process alive, by kind, e.g. `{ Timeout: 1, TCPServerWrap: 1 }`. */
type Resources = Readonly<Record<string, number>>;

// Not of the library: the turn of the event loop itself, the channel to vitest, modules being read.
const FOREIGN: ReadonlySet<string> = new Set([
  'Immediate',
  'PipeWrap',
  'FSReqCallback',
  'FSReqPromise',
]);

/** Counts the handles, requests and timers that keep the process alive now. */
export function activeResources(): Resources {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    if (!FOREIGN.has(kind)) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** Waits until nothing is active that was not so at `before`. */
export async function nothingLeftSince(before: Resources): Promise<void> {
  let extra: readonly (readonly [string, number])[] = [];
  try {
    await until('everything to be released', () => {
      extra = Object.entries(activeResources()).filter(
        ([kind, count]) => count > (before[kind] ?? 0),
      );
      return extra.length === 0;
    });
  } catch (cause) {
    throw new Error(`left over: ${extra.map(([kind, count]) => `${kind} ${count}`).join(', ')}`, {
      cause,
    });
  }
}
