/**
 * How far samples are from a continuous distribution, by Kolmogorov and Smirnov: the largest
 * distance between the two distribution functions, times the root of the number of samples. Above
 * {@link KS_LIMIT} it is larger than chance makes it once in a thousand times.
 */
export function kolmogorovSmirnov(
  samples: readonly number[],
  distribution: (value: number) => number,
): number {
  const sorted = [...samples].sort((one, other) => one - other);
  const distance = sorted.reduce((largest, sample, index) => {
    const expected = distribution(sample);
    const below = expected - index / sorted.length;
    const above = (index + 1) / sorted.length - expected;
    return Math.max(largest, below, above);
  }, 0);
  return distance * Math.sqrt(sorted.length);
}

/** The value that {@link kolmogorovSmirnov} exceeds with a probability of 0.001. */
export const KS_LIMIT = 1.95;

/**
 * How far counts are from being all the same, by Pearson's chi-square: for the mean it expects the
 * degrees of freedom, and for the standard deviation the root of twice those.
 */
export function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** The distribution function of a number that is anywhere between `low` and `high` alike. */
export function uniform(low: number, high: number): (value: number) => number {
  return (value) => Math.min(1, Math.max(0, (value - low) / (high - low)));
}
