import { Decoder } from 'cbor-x/index-no-eval';
import { describe, expect, it } from 'vitest';

import { knownTags } from '../../../src/codec/binary/cbor-tags.js';
import { OptionRangeError } from '../../../src/errors/option-error.js';

const decoder = new Decoder({ useRecords: false, mapsAsObjects: true });

describe('knownTags', () => {
  it.each([0, 1, 2, 3, 4, 5, 64, 72, 75, 77, 79, 81, 82, 85, 86, 258, 259, 55799])(
    'should let the tag %i through',
    (tag) => {
      expect(knownTags(decoder, [])(tag)).toBe(true);
    },
  );

  it.each([
    6,
    14,
    15,
    24,
    27,
    28,
    29,
    32,
    37,
    51,
    63,
    76,
    80,
    83,
    87,
    105,
    224,
    256,
    28_704,
    0xdff9,
    0xdffe,
    0xdfff,
    0xe000,
    0x53687264,
    2 ** 31,
  ])('should not let the tag %i through', (tag) => {
    expect(knownTags(decoder, [])(tag)).toBe(false);
  });

  it('should let further tags through', () => {
    const isKnown = knownTags(decoder, [24, 32, 1_000_000]);
    expect([24, 32, 1_000_000, 33].map(isKnown)).toEqual([true, true, true, false]);
  });

  it.each([
    ['what the decoder has a meaning for', 27],
    ['a shared value', 28],
    ['a reference', 29],
    ['packed values', 51],
    ['a record', 105],
    ['bundled strings', 0xdff9],
    ['definitions of records', 0xdffe],
    ['a record with its definition', 0xdfff],
    ['shared data', 0x53687264],
    ['a prefix', 225],
    ['a suffix', 216],
    ['what is known already', 0],
    ['a tag beyond 32 bits', 2 ** 40],
  ])('should refuse %s', (_, tag) => {
    const call = (): unknown => knownTags(decoder, [32, tag]);
    expect(call).toThrow(OptionRangeError);
    expect(call).toThrow(
      `cbor.tags[1]: must be a tag that has no meaning of its own to the decoder, got ${tag}`,
    );
  });

  it.each([null, 1, { tag: 1 }, { tag: 32, value: 1 }, { tag: 33, value: 0 }])(
    'should refuse a tag that the decoder makes %o of',
    (read) => {
      expect(() => knownTags({ decode: () => read }, [32])).toThrow(OptionRangeError);
    },
  );
});
