/**
 * The longest delay that a timer takes, in milliseconds: 24.8 days.
 *
 * @remarks `setTimeout` and `setInterval` take a signed 32-bit number and fire at once for more.
 *
 * @internal
 */
export const LONGEST_DELAY: number = 2 ** 31 - 1;
