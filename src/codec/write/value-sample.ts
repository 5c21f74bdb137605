import { Unlearnable } from '../learned-function.js';
import type { Sample, SampleField } from '../read/sample.js';

/** Deeper messages are not learned from. */
const MAX_DEPTH = 32;
/** Of longer arrays only the first items are looked at. */
const MAX_ITEMS = 64;

/**
 * Gives what `JSON.stringify` would write of a value, as if it had been read.
 *
 * @throws Unlearnable if there is anything in it but plain objects, arrays and scalars.
 */
export function valueSample(value: unknown, depth = 0): Sample {
  if (depth > MAX_DEPTH) throw new Unlearnable('is nested too deep');
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return { _tag: 'Scalar', value };
  }
  if (value === null) return { _tag: 'Scalar', value };
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_ITEMS).map((item) => valueSample(item, depth + 1));
    return { _tag: 'Array', value, items, spacing: undefined };
  }
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) {
    throw new Unlearnable('is made of more than plain objects, arrays and scalars');
  }
  const record = value as Record<string, unknown>;
  const fields = Object.keys(record)
    .filter((key) => record[key] !== undefined)
    .map((key): SampleField => ({ key, value: valueSample(record[key], depth + 1) }));
  return { _tag: 'Object', value: record, fields, spacing: undefined };
}
