/**
 * Puts numbers in the place of the bigints that fit into one, in what was decoded and belongs to nobody else.
 *
 * @remarks Goes as deep as the value does, which has to be bounded.
 */
export function safeIntegers(value: unknown): unknown {
  if (typeof value === 'bigint') return isSafe(value) ? Number(value) : value;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) value[index] = safeIntegers(value[index]);
  } else if (value instanceof Map) {
    return new Map(
      Array.from(value, ([key, each]: [unknown, unknown]) => [
        safeIntegers(key),
        safeIntegers(each),
      ]),
    );
  } else if (value instanceof Set) {
    return new Set(Array.from(value, safeIntegers));
  } else if (isRecord(value)) {
    for (const key of Object.keys(value)) value[key] = safeIntegers(value[key]);
  }
  return value;
}

function isSafe(value: bigint): boolean {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
}

/** An object of the message's own keys, or a tag with its value. */
function isRecord(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.prototype.toString.call(value) === '[object Object]'
  );
}
