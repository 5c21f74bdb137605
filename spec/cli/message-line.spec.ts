import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { messageLine } from '../../src/cli/message-line.js';

// Only strings and the space between tokens matter here; fc.jsonValue() would take seconds.
const anyText = fc.string({ unit: 'binary' });
const jsonValue = fc.array(fc.tuple(anyText, fc.dictionary(anyText, fc.integer())));

describe('messageLine', () => {
  it.each([
    { name: 'plain text', message: 'hello', line: 'hello' },
    { name: 'an empty message', message: '', line: '' },
    { name: 'text with line breaks', message: 'a\r\nb\n', line: 'a\\u000d\\u000ab\\u000a' },
    { name: 'an escape sequence', message: '\u001b[2J\u009b', line: '\\u001b[2J\\u009b' },
    { name: 'marks that reorder text', message: 'a\u202eb', line: 'a\\u202eb' },
    { name: 'JSON', message: '{"a": 1.10}', line: '{"a": 1.10}' },
    { name: 'JSON on several lines', message: '{\r\n\t"a": 1\n}', line: '{   "a": 1 }' },
    { name: 'a line separator in JSON', message: '"a\u2028b"', line: '"a\\u2028b"' },
    { name: 'a tag beyond the BMP in JSON', message: '"\u{e0067}"', line: '"\\udb40\\udc67"' },
    {
      name: 'a large number in JSON',
      message: '12345678901234567890',
      line: '12345678901234567890',
    },
    { name: 'a long message', message: 'x'.repeat(100_000), line: 'x'.repeat(100_000) },
    { name: 'bytes', message: Uint8Array.of(0, 1, 255), line: 'base64:AAH/' },
    { name: 'no bytes', message: new Uint8Array(), line: 'base64:' },
  ])('should print $name', ({ message, line }) => {
    expect(messageLine(message)).toBe(line);
  });

  it('should keep what JSON means, on one line without control characters', () => {
    fc.assert(
      fc.property(jsonValue, fc.nat(3), (value, indent) => {
        const line = messageLine(JSON.stringify(value, null, indent));
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });

  it('should put no text on two lines', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(messageLine(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });
});
