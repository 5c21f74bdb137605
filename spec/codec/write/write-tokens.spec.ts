import { describe, expect, it } from 'vitest';

import { writeAscii, writeNumber, writeText } from '../../../src/codec/write/write-tokens.js';
import { createDice } from '../read/support/dice.js';
import { NUMBERS, stepsFrom } from './support/any-number.js';
import { anyText } from './support/any-text.js';

/** How many numbers of each kind; `EQUIVALENCE_RUNS=1000000 npx vitest run …` for a long run. */
const RUNS = Number(process.env['EQUIVALENCE_RUNS'] ?? 20_000);
const SEED = Number(process.env['EQUIVALENCE_SEED'] ?? 1);

/** What is on the page where nothing was written. */
const BLANK = 0x2e;
const START = 3;

function numberText(value: number): string {
  const bytes = Buffer.alloc(64, BLANK);
  const end = writeNumber(bytes, START, value);
  return bytes.toString('latin1', 0, end);
}

/** The first of the numbers that is not written as JSON.stringify does. */
function firstWrong(values: Iterable<number>): number | undefined {
  for (const value of values) {
    if (numberText(value) !== `...${JSON.stringify(value)}`) return value;
  }
  return undefined;
}

interface Written {
  readonly text: string;
  /** The bytes before and behind it. */
  readonly around: string;
}

function written(text: string, size = 600): Written | undefined {
  const bytes = Buffer.alloc(size, BLANK);
  const end = writeText(bytes, START, text);
  if (end === -1) return undefined;
  return {
    text: bytes.toString('latin1', START, end),
    around: bytes.toString('latin1', 0, START) + bytes.toString('latin1', end),
  };
}

describe('writeNumber', () => {
  it.each([
    0,
    -0,
    1,
    -1,
    9,
    10,
    99,
    100,
    2 ** 31 - 1,
    2 ** 31,
    -(2 ** 31),
    -(2 ** 31) - 1,
    99_999_999,
    100_000_000,
    4_294_967_296,
    10 ** 15 - 1,
    10 ** 15,
    2 ** 53 - 1,
    2 ** 53,
    2 ** 53 + 2,
    1e20,
    1e21,
    -1e21,
    1.5e300,
    Number.MAX_VALUE,
    5e-324,
    2.2250738585072014e-308,
    1e-6,
    9.999999999999999e-7,
    1e-7,
    0.000_001_5,
    0.1,
    0.5,
    -0.25,
    0.1 + 0.2,
    4.35,
    1.005,
    1_234_567.000_001,
    123_456.789_012_345,
    0.123_456_789,
    0.123_456_789_1,
    1.234_567_890_123_45,
    1.234_567_890_123_456_7,
    999_999.999_999_999,
    9.999_999_999,
    99_999_999.9,
    100_000_000.000_001,
    2_147_483_647.5,
    2_147_483_648.25,
    999_999_999_999_999.9,
    NaN,
    Infinity,
    -Infinity,
  ])('should write %d', (value) => {
    expect(numberText(value)).toBe(`...${JSON.stringify(value)}`);
  });

  it('should write every whole number up to ten thousand and its negative', () => {
    const values = Array.from({ length: 20_001 }, (_, at) => at - 10_000);
    expect(firstWrong(values)).toBeUndefined();
  });

  it('should write every decimal of up to three places below ten and its neighbours', () => {
    const values = Array.from({ length: 10_000 }, (_, at) => at / 1_000);
    const all = values.flatMap((value) => [-1, 0, 1].map((steps) => stepsFrom(value, steps)));
    expect(firstWrong(all)).toBeUndefined();
  });

  it('should write the doubles around every power of two and ten', () => {
    const powers = [
      ...Array.from({ length: 2_046 }, (_, at) => 2 ** (at - 1_022)),
      ...Array.from({ length: 616 }, (_, at) => Number(`1e${at - 307}`)),
    ];
    const all = powers.flatMap((power) =>
      [-2, -1, 0, 1, 2].map((steps) => stepsFrom(power, steps)),
    );
    expect(firstWrong(all)).toBeUndefined();
  });

  it.each(Object.entries(NUMBERS))(
    'should write any number as String does: %s',
    (_, make) => {
      const dice = createDice(SEED);
      const bytes = Buffer.alloc(64);
      let wrong: number | undefined;
      for (let run = 0; run < RUNS; run += 1) {
        const value = dice.chance(0.5) ? make(dice) : -make(dice);
        const text = bytes.toString('latin1', 0, writeNumber(bytes, 0, value));
        if (text !== JSON.stringify(value)) wrong ??= value;
      }
      expect(wrong).toBeUndefined();
    },
    RUNS + 10_000,
  );

  it('should say where it would end beyond the page, and leave what is before', () => {
    for (const value of [-12, 1.5, 123_456_789_012, 0.1 + 0.2, NaN]) {
      const bytes = Buffer.alloc(5, BLANK);
      expect(writeNumber(bytes, 4, value)).toBe(4 + JSON.stringify(value).length);
      expect(bytes.toString('latin1', 0, 4)).toBe('....');
      expect(writeNumber(bytes, 9, value)).toBe(9 + JSON.stringify(value).length);
    }
  });
});

describe('writeText', () => {
  it.each(['', 'a', 'A symbol: ~!#[]^ /', 'x'.repeat(32), 'x'.repeat(33), 'x'.repeat(256)])(
    'should write %j',
    (text) => {
      expect(written(text)).toEqual({
        text: JSON.stringify(text),
        around: '.'.repeat(600 - 2 - text.length),
      });
    },
  );

  it('should write each plain character, and no other', () => {
    const wrong: string[] = [];
    for (let unit = 0; unit < 0x1_0000; unit += unit < 0x300 ? 1 : 7) {
      const character = String.fromCharCode(unit);
      const isPlain = unit >= 0x20 && unit < 0x7f && character !== '"' && character !== '\\';
      for (const around of ['', 'x'.repeat(20)]) {
        const text = around + character + around;
        const expected = isPlain ? `"${text}"` : undefined;
        if (written(text)?.text !== expected) wrong.push(unit.toString(16));
      }
    }
    expect(wrong).toEqual([]);
  });

  it('should leave a long text', () => {
    expect(written('x'.repeat(257))).toBeUndefined();
  });

  it('should write what just fits, and leave what does not', () => {
    for (const length of [0, 5, 40]) {
      const text = 'x'.repeat(length);
      expect(written(text, START + length + 2)).toEqual({ text: `"${text}"`, around: '...' });
      expect(written(text, START + length + 1)).toBeUndefined();
      expect(writeText(Buffer.alloc(2), 10, text)).toBe(-1);
    }
  });

  it('should write any text as JSON.stringify does, or leave it', () => {
    const dice = createDice(SEED);
    let count = 0;
    for (let run = 0; run < 2_000; run += 1) {
      const text = anyText(dice);
      const mine = written(text);
      if (mine === undefined) continue;
      count += 1;
      expect(mine.text).toBe(JSON.stringify(text));
    }
    expect(count).toBeGreaterThan(500);
  });
});

describe('writeAscii', () => {
  it('should write a word', () => {
    const bytes = Buffer.alloc(8, BLANK);
    expect(writeAscii(bytes, 2, 'null')).toBe(6);
    expect(bytes.toString('latin1')).toBe('..null..');
    expect(writeAscii(bytes, 6, 'false')).toBe(11);
    expect(bytes.toString('latin1')).toBe('..nullfa');
  });
});
