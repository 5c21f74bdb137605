/**
 * Counts over a sliding window: gives a function that is told when one more happened, and says
 * whether more than `max` have happened within `interval` milliseconds.
 *
 * @remarks
 * Exact, in constant time, and with memory for `max` numbers at most, which are taken up as they are
 * needed. The window is half open: what happened `interval` milliseconds ago is not in it any more.
 * A clock that is set back counts as one that stood still.
 *
 * @param max - The most that may happen within the interval; 0 for none at all.
 * @param interval - The length of the window, in milliseconds; `Infinity` for one without an end.
 * @returns The function; it is to be given the present time, in milliseconds.
 */
export function createRejectionWindow(max: number, interval: number): (now: number) => boolean {
  // A ring of the times of the latest `max`: once it is full, the next place holds the oldest.
  const times: number[] = [];
  let next = 0;
  let time = 0;
  let previous: number | undefined;
  return (now) => {
    time += previous === undefined ? 0 : Math.max(0, now - previous);
    previous = now;
    const oldest = max === 0 ? time : times[next];
    if (oldest !== undefined && time - oldest < interval) return true;
    times[next] = time;
    next = (next + 1) % max;
    return false;
  };
}
