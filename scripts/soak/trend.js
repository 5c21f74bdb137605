/**
 * Gives by how much a series grows over the second half of its time, by the straight line that fits it
 * best (least squares): the first half is for what is compiled and cached once.
 *
 * @param {readonly (readonly [at: number, value: number])[]} series
 * @returns {number} In the unit of the values; negative when it shrinks.
 */
export function growthOf(series) {
  const half = series.slice(Math.floor(series.length / 2));
  const first = half.at(0)?.[0] ?? 0;
  const last = half.at(-1)?.[0] ?? 0;
  const middle = mean(half.map(([at]) => at));
  const level = mean(half.map(([, value]) => value));
  const spread = half.reduce((sum, [at]) => sum + (at - middle) ** 2, 0);
  if (spread === 0) return 0;
  const shared = half.reduce((sum, [at, value]) => sum + (at - middle) * (value - level), 0);
  return (shared / spread) * (last - first);
}

/** @param {readonly number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
