import { OptionRangeError } from '../../errors/option-error.js';

/**
 * The tags that the decoder makes of what they say, and nothing else: dates, bignums, fractions, typed arrays (RFC
 * 8746), sets, maps and the mark of CBOR itself. Its others run code of the program's, keep state or refer to what came
 * before: records, packed values, shared references, errors and patterns.
 */
const KNOWN: readonly number[] = [
  0, 1, 2, 3, 4, 5, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 77, 78, 79, 81, 82, 85, 86, 258,
  259, 55799,
];

/** Something that decodes CBOR. */
interface Decodes {
  decode(data: Uint8Array): unknown;
}

/**
 * Tells which tags are let through.
 *
 * @param decoder - What will decode them.
 * @param further - The tags that the program wants as they are.
 * @throws `OptionRangeError` when the decoder makes something else of one of these.
 */
export function knownTags(decoder: Decodes, further: readonly number[]): (tag: number) => boolean {
  for (const [index, tag] of further.entries()) {
    if (!isLeftAlone(decoder, tag)) {
      throw new OptionRangeError(
        `cbor.tags[${index}]`,
        `must be a tag that has no meaning of its own to the decoder, got ${tag}`,
      );
    }
  }
  const known = new Set([...KNOWN, ...further]);
  return (tag) => known.has(tag);
}

/** Tries the tag on the number 0. */
function isLeftAlone(decoder: Decodes, tag: number): boolean {
  const data = new Uint8Array(10);
  data[0] = 0xdb;
  new DataView(data.buffer).setBigUint64(1, BigInt(tag));
  try {
    const read = decoder.decode(data);
    return (
      typeof read === 'object' &&
      read !== null &&
      Reflect.get(read, 'tag') === tag &&
      Reflect.get(read, 'value') === 0
    );
  } catch {
    return false;
  }
}
