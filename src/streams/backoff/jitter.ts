/**
 * How a delay is spread, so that clients which failed together do not come back together.
 *
 * @remarks
 * The definitions are those of AWS ("Exponential Backoff And Jitter", Marc Brooker, AWS Architecture
 * Blog, 2015, https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/):
 *
 * - `none`: the delay as it is;
 * - `full`: between 0 and the delay;
 * - `equal`: between half of the delay and the delay;
 * - `decorrelated`: between the initial delay and three times the previous delay, up to the cap.
 */
export type Jitter = 'none' | 'full' | 'equal' | 'decorrelated';

/**
 * Gives a delay anywhere between 0 and `delay`.
 *
 * @param delay - The delay to spread, in milliseconds.
 * @param random - Gives a number from 0 up to, but not including, 1.
 * @returns The delay to wait, in milliseconds.
 *
 * @example
 * ```ts
 * import { fullJitter } from 'rx-wss';
 *
 * fullJitter(1_000, () => 0.25); // 250
 * ```
 */
export function fullJitter(delay: number, random: () => number): number {
  return delay * random();
}

/**
 * Gives a delay anywhere between half of `delay` and `delay`.
 *
 * @param delay - The delay to spread, in milliseconds.
 * @param random - Gives a number from 0 up to, but not including, 1.
 * @returns The delay to wait, in milliseconds.
 *
 * @example
 * ```ts
 * import { equalJitter } from 'rx-wss';
 *
 * equalJitter(1_000, () => 0.25); // 625
 * ```
 */
export function equalJitter(delay: number, random: () => number): number {
  return delay / 2 + (delay / 2) * random();
}

/**
 * Gives a delay anywhere between `base` and three times the previous delay. The caller caps it.
 *
 * @param base - The least delay, in milliseconds.
 * @param previous - The previous delay, in milliseconds; `base` when there was none.
 * @param random - Gives a number from 0 up to, but not including, 1.
 * @returns The delay to wait, in milliseconds.
 *
 * @example
 * ```ts
 * import { decorrelatedJitter } from 'rx-wss';
 *
 * decorrelatedJitter(200, 1_000, () => 0.5); // 1600
 * ```
 */
export function decorrelatedJitter(base: number, previous: number, random: () => number): number {
  return base + Math.max(0, previous * 3 - base) * random();
}

/**
 * Gives `delay` under the kinds of jitter that need nothing but the delay.
 *
 * @internal
 */
export function spread(
  kind: Exclude<Jitter, 'decorrelated'>,
  delay: number,
  random: () => number,
): number {
  switch (kind) {
    case 'none':
      return delay;
    case 'full':
      return fullJitter(delay, random);
    case 'equal':
      return equalJitter(delay, random);
  }
}
