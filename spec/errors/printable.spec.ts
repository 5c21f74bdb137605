import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable } from '../../src/errors/printable.js';

// Bidi_Control by name, beside the categories, so that the two say the same in two ways.
const DANGEROUS = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}\u200b\ufeff]/u;
const ELLIPSIS = '…';

const anyText = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string(),
    // Code points of every plane; the unit 'binary' of fast-check takes seconds to set up.
    fc
      .array(fc.integer({ min: 0, max: 0x10ffff }))
      .map((points) => String.fromCodePoint(...points)),
    // Code units, with lone surrogates among them.
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
    fc
      .array(
        fc.constantFrom('\n', '\r', '\u001b[31m', '\u202e', '\u2028', '\u2029', 'a', '\u{e0041}'),
      )
      .map((parts) => parts.join('')),
  );

describe('printable', () => {
  it.each([
    ['a line feed', 'a\nb', 'a\\u000ab'],
    ['a carriage return', 'a\rb', 'a\\u000db'],
    ['a NUL', '\0', '\\u0000'],
    ['an escape sequence', '\u001b[31mred', '\\u001b[31mred'],
    ['a C1 control', '\u009b', '\\u009b'],
    ['DEL', '\u007f', '\\u007f'],
    ['a line separator', '\u2028', '\\u2028'],
    ['a paragraph separator', '\u2029', '\\u2029'],
    ['a right-to-left override', '\u202egnp', '\\u202egnp'],
    ['a zero-width space', '\u200b', '\\u200b'],
    ['a byte order mark', '\ufeff', '\\ufeff'],
    ['a lone surrogate', '\ud83d', '\\ud83d'],
    ['a tag character beyond the first plane', '\u{e0041}', '\\u{e0041}'],
  ])('should escape %s', (_name, text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  it.each(['', 'plain', 'Grüße, 東京', '🙂', `quote ' " \\ $ {}`])(
    'should leave %j as it is',
    (text) => {
      expect(printable(text)).toBe(text);
    },
  );

  it('should show 200 characters unless told otherwise, and mark the cut', () => {
    expect(printable('x'.repeat(200))).toBe('x'.repeat(200));
    expect(printable('x'.repeat(201))).toBe('x'.repeat(200) + ELLIPSIS);
    expect(printable('abcdef', 3)).toBe(`abc${ELLIPSIS}`);
    expect(printable('abc', 3)).toBe('abc');
  });

  it('should escape what a cut through a surrogate pair leaves', () => {
    expect(printable('a🙂', 2)).toBe(`a\\ud83d${ELLIPSIS}`);
  });

  it('should never let a control, bidirectional or separator character through', () => {
    fc.assert(
      fc.property(anyText(), fc.integer({ min: 0, max: 50 }), (text, length) => {
        expect(printable(text)).not.toMatch(DANGEROUS);
        expect(printable(text, length)).not.toMatch(DANGEROUS);
      }),
    );
  });

  it('should be bounded, whatever the text', () => {
    fc.assert(
      fc.property(anyText(), fc.integer({ min: 0, max: 50 }), (text, length) => {
        // An escape takes six characters for one code unit.
        expect(printable(text, length).length).toBeLessThanOrEqual(6 * length + 1);
      }),
    );
  });

  it('should give printable ASCII untouched, up to the cut', () => {
    const ascii = fc.string({ maxLength: 400 });
    fc.assert(
      fc.property(ascii, (text) => {
        expect(printable(text, 300)).toBe(
          text.length <= 300 ? text : text.slice(0, 300) + ELLIPSIS,
        );
      }),
    );
  });
});
