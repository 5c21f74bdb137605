import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createRareTokens, createReadText, MAX_LOOKED_UP } from '../../../src/codec/read/tokens.js';

const SAME_HASH = 1;

describe('createReadText', () => {
  it('should give the text between two places', () => {
    const readText = createReadText();
    expect(readText(Buffer.from('xBTCx'), 1, 4, SAME_HASH)).toBe('BTC');
    expect(readText(Buffer.from('BTC'), 0, 3, SAME_HASH)).toBe('BTC');
    expect(readText(Buffer.from(''), 0, 0, SAME_HASH)).toBe('');
    expect(readText(Buffer.from('x'), 1, 1, 0)).toBe('');
  });

  it('should not take one text for another of the same hash', () => {
    const readText = createReadText();
    for (const text of ['BTC', 'ETH', 'BT', 'BTCX', 'BTD', 'XTC', 'BTC', '']) {
      expect(readText(Buffer.from(text), 0, text.length, SAME_HASH)).toBe(text);
    }
  });

  it('should not take one text for another on the same slot', () => {
    const readText = createReadText();
    // 2,048 slots.
    for (const hash of [1, 1 + 65_536 * 2_048, 1, -2_147_483_647]) {
      const text = `text ${hash}`;
      expect(readText(Buffer.from(text), 0, text.length, hash)).toBe(text);
    }
  });

  it('should read more texts than it has slots', () => {
    const readText = createReadText();
    for (const round of [1, 2]) {
      for (let hash = -5_000; hash < 5_000; hash += 1) {
        const text = `${hash * (hash % 3 === 0 ? round : 1)}`;
        expect(readText(Buffer.from(text), 0, text.length, hash)).toBe(text);
      }
    }
  });

  it('should give short texts without making them anew, and long ones too', () => {
    for (const length of [MAX_LOOKED_UP - 1, MAX_LOOKED_UP, MAX_LOOKED_UP + 1, 100]) {
      const readText = createReadText();
      const text = 'x'.repeat(length);
      const data = Buffer.from(text);
      expect(readText(data, 0, length, SAME_HASH)).toBe(text);
      let decoded = 0;
      const spied = Object.assign(Buffer.from(text), {
        toString: () => {
          decoded += 1;
          return text;
        },
      });
      expect(readText(spied, 0, length, SAME_HASH)).toBe(text);
      expect(decoded).toBe(length > MAX_LOOKED_UP ? 1 : 0);
    }
  });
});

describe('createRareTokens', () => {
  /** Reads the string at the start of a text, its first quote being there. */
  function readString(text: string | Buffer, isUtf8 = true): readonly [string | undefined, number] {
    const tokens = createRareTokens();
    const read = tokens.text(Buffer.from(text as string), 1, isUtf8);
    return [read, tokens.end];
  }

  it.each([
    ['""', ''],
    ['"abc"', 'abc'],
    ['"é€\u{1f680}\u2028\u007f"', 'é€\u{1f680}\u2028\u007f'],
    ['"\ufeffa"', '\ufeffa'],
    [String.raw`"\"\\\/\b\f\n\r\t\u0000\u00e9"`, '"\\/\b\f\n\r\t\0é'],
    [String.raw`"\ud83d\ude80 \ud800"`, '\u{1f680} \ud800'],
    [String.raw`"é\n"`, 'é\n'],
  ])('should read the string %s', (text, value) => {
    expect(readString(text)).toEqual([value, Buffer.byteLength(text)]);
    expect(readString(`${text},"`)).toEqual([value, Buffer.byteLength(text)]);
  });

  it.each([
    ['"'],
    ['"abc'],
    ['"\\'],
    ['"\\"'],
    ['"\\u00'],
    [String.raw`"\u00"`],
    [String.raw`"\u12g4"`],
    [String.raw`"\x41"`],
    [String.raw`"\é"`],
    ['"\\\n"'],
    ['"\n"'],
    ['"\u0000"'],
    ['"\u001f"'],
  ])('should take %j for no string', (text) => {
    expect(readString(text)[0]).toBeUndefined();
  });

  it('should leave bytes beyond ASCII alone where they are not known to be UTF-8', () => {
    expect(readString('"é"', false)[0]).toBeUndefined();
    expect(readString('"\\né"', false)[0]).toBeUndefined();
    expect(readString(Buffer.from([0x22, 0x80, 0x22]), false)[0]).toBeUndefined();
    expect(readString('"\u007f\\n"', false)).toEqual(['\u007f\n', 5]);
  });

  it('should read every string as JSON.parse does', () => {
    const unit = fc.constantFrom(...['a', '"', '\\', 'u', '0', 'd8', '\n', 'é', '\u{1f680}', '/']);
    fc.assert(
      fc.property(fc.string({ unit }), (inside) => {
        const [value, end] = readString(`"${inside}"`);
        const upTo = Buffer.from(`"${inside}"`).subarray(0, end).toString();
        expect(value).toBe(value === undefined ? undefined : JSON.parse(upTo));
      }),
      { numRuns: 1000 },
    );
  });

  /** Reads the number in the middle of a text. */
  function readNumber(text: string): readonly [number | undefined, number] {
    const tokens = createRareTokens();
    return [tokens.number(Buffer.from(`[${text}]`), 1), tokens.end - 1];
  }

  it.each(
    [
      ...['0', '-0', '-0.0', '0.1', '10', '12345678901234567890', '100000000000000000000'],
      ...['1e5', '1E+5', '1e-7', '5e-324', '2e-324', '1e400', '-1e400', '0e0', '1.0e05'],
      ...['9007199254740993', '0.30000000000000004', '1.7976931348623157e308'],
    ].map((text) => [text]),
  )('should read the number %s', (text) => {
    expect(readNumber(text)).toEqual([JSON.parse(text), text.length]);
    expect(readNumber(`${text},1`)).toEqual([JSON.parse(text), text.length]);
  });

  it.each(
    [
      '',
      '-',
      '+1',
      '00',
      '01',
      '-01',
      '1.',
      '.5',
      '1.e5',
      '1e',
      '1e+',
      '1e1.5',
      '1.5.2',
      '1-2',
    ].map((text) => [text]),
  )('should take %j for no number', (text) => {
    expect(readNumber(text)[0]).toBeUndefined();
  });

  it('should stop where the message does', () => {
    const tokens = createRareTokens();
    expect(tokens.number(Buffer.from('12345').subarray(0, 3), 0)).toBe(123);
    expect(tokens.end).toBe(3);
    expect(tokens.text(Buffer.from('"abc"').subarray(0, 4), 1, true)).toBeUndefined();
  });
});
