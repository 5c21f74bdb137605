import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { hasMoreBrackets, isDeeperThan } from '../../src/codec/json-depth.js';

/** How deep a value is nested, by the plainest rule. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

function nested(depth: number, open = '[', close = ']'): string {
  return open.repeat(depth) + close.repeat(depth);
}

/** Keys and strings full of what the scan could mistake. */
const awkwardText = fc.string({
  unit: fc.constantFrom('"', '\\', '[', ']', '{', '}', 'a', 'é', '\u{1f680}'),
});
const { json: awkwardJson } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 6 },
    fc.oneof(awkwardText, fc.integer(), fc.constantFrom(null, true)),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(awkwardText, tie('json'), { maxKeys: 3 }),
  ),
}));

describe('isDeeperThan', () => {
  it.each([
    [0, '1'],
    [0, '"[[[["'],
    [1, '[]'],
    [1, '{}'],
    [1, '[1,2,"]]]]"]'],
    [2, '[{}]'],
    [2, '{"a":[],"b":[],"c":[]}'],
    [2, String.raw`{"\"[[[[\\":["\\\"[[["]}`],
    [3, '[[],[[]],[]]'],
    [4, '{"a":{"b":{"c":{}}}}'],
    [128, nested(128)],
    [3, '   [ [ \n [ ] ] ]   '],
  ])('should find the depth %i of %s', (depth, text) => {
    const data = Buffer.from(text);
    expect(isDeeperThan(data, depth)).toBe(false);
    if (depth > 0) expect(isDeeperThan(data, depth - 1)).toBe(true);
    expect(isDeeperThan(data, Infinity)).toBe(false);
  });

  it.each([127, 128, 129, 1000])('should be exact at the limit for %i levels', (depth) => {
    for (const text of [nested(depth), nested(depth, '{"":', '}').replace(':}', ':1}')]) {
      expect(isDeeperThan(Buffer.from(text), depth)).toBe(false);
      expect(isDeeperThan(Buffer.from(text), depth - 1)).toBe(true);
    }
  });

  it('should agree with the plain rule for any JSON', () => {
    fc.assert(
      fc.property(awkwardJson, fc.nat(7), fc.constantFrom(0, 2), (value, maxDepth, indent) => {
        const data = Buffer.from(JSON.stringify(value, undefined, indent));
        expect(isDeeperThan(data, maxDepth)).toBe(depthOf(value) > maxDepth);
      }),
      { numRuns: 1000 },
    );
  });

  it('should come to an end with anything', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.oneof(fc.nat(5), fc.constant(Infinity)),
        (data, maxDepth) => {
          expect(isDeeperThan(data, maxDepth)).toBeTypeOf('boolean');
        },
      ),
    );
    for (const text of ['"', '"\\', '[["aaaaaaa', '"aaaaaaa\\', ']]]]]]', '{"a', '['.repeat(100)]) {
      expect(isDeeperThan(Buffer.from(text), 1)).toBeTypeOf('boolean');
    }
  });
});

describe('hasMoreBrackets', () => {
  it.each([
    ['1', 0],
    ['[]', 1],
    ['{"a":[{}]}', 3],
    ['["[{"]', 3],
    ['{}{}[][]', 4],
    [']}', 0],
  ])('should count the opening brackets of %s', (text, count) => {
    expect(hasMoreBrackets(text, count)).toBe(false);
    if (count > 0) expect(hasMoreBrackets(text, count - 1)).toBe(true);
    expect(hasMoreBrackets(text, Infinity)).toBe(false);
  });

  it('should hold for whatever is deeper than that', () => {
    fc.assert(
      fc.property(awkwardJson, fc.nat(5), (value, limit) => {
        const text = JSON.stringify(value);
        if (isDeeperThan(Buffer.from(text), limit)) {
          expect(hasMoreBrackets(text, limit)).toBe(true);
        }
      }),
    );
  });
});
