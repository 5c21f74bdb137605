import type { Dice } from '../../read/support/dice.js';

const double = new Float64Array(1);
const bits = new BigInt64Array(double.buffer);
const words = new Uint32Array(double.buffer);

/** Gives the double that is so many steps above another one. */
export function stepsFrom(value: number, steps: number): number {
  double[0] = value;
  bits[0] = (bits[0] ?? 0n) + BigInt(steps);
  return double[0];
}

/** Gives a whole number of that many random bits. */
function wholeOf(dice: Dice, digits: number): number {
  return (dice.below(2 ** 32) * 2 ** 32 + dice.below(2 ** 32)) % 10 ** digits;
}

type Make = (dice: Dice) => number;

/** Any of the 2^64 patterns of bits. */
const anyPattern: Make = (dice) => {
  words[0] = dice.below(2 ** 32);
  words[1] = dice.below(2 ** 32);
  return double[0] ?? 0;
};

/** What was written with so many digits, of which some are behind the point. */
const anyDecimal: Make = (dice) =>
  wholeOf(dice, 1 + dice.below(17)) / 10 ** dice.below(dice.chance(0.8) ? 10 : 24);

/** As `anyDecimal`, where the text is read and nothing is divided. */
const anyText: Make = (dice) =>
  Number(`${dice.below(10 ** (1 + dice.below(9)))}.${dice.below(10 ** (1 + dice.below(9)))}`);

/** The neighbours of numbers that end early. */
const nearDecimal: Make = (dice) => stepsFrom(anyDecimal(dice), dice.below(5) - 2);

const nearPowerOfTwo: Make = (dice) =>
  stepsFrom(2 ** (dice.below(2_046) - 1_022), dice.below(5) - 2);

const nearPowerOfTen: Make = (dice) =>
  stepsFrom(Number(`1e${dice.below(616) - 307}`), dice.below(7) - 3);

/** Whole numbers around the powers of two and ten that have a double each. */
const nearWhole: Make = (dice) =>
  (dice.chance(0.5) ? 2 ** dice.below(64) : 10 ** dice.below(22)) + dice.below(7) - 3;

const anyWhole: Make = (dice) => Math.trunc(wholeOf(dice, 19) / 2 ** dice.below(64));

const SPECIAL: readonly [number, ...number[]] = [
  0,
  -0,
  NaN,
  Infinity,
  -Infinity,
  5e-324,
  Number.MAX_VALUE,
  Number.MIN_VALUE,
  Number.EPSILON,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 53 + 2,
  1e15 - 1,
  1e15,
  1e15 + 1,
  1e20,
  1e21,
  1.5e21,
  1e-6,
  9.99999e-7,
  1e-7,
  0.1 + 0.2,
  1_234_567.000001,
  999_999.999999999,
  0.000001234,
  4.35,
  123_456_789.123456,
  1.2345678901234567,
  99_999_999.5,
  100_000_000.5,
];

const anySpecial: Make = (dice) => dice.pick(SPECIAL);

/** The kinds of numbers, by name. */
export const NUMBERS: Readonly<Record<string, Make>> = {
  anyPattern,
  anyDecimal,
  anyText,
  nearDecimal,
  nearPowerOfTwo,
  nearPowerOfTen,
  nearWhole,
  anyWhole,
  anySpecial,
};

const MAKES: readonly [Make, ...Make[]] = [
  anySpecial,
  (dice) => dice.below(1_000),
  ...Object.values(NUMBERS),
];

/** Any double, of either sign. */
export function anyNumber(dice: Dice): number {
  const number = dice.pick(MAKES)(dice);
  return dice.chance(0.3) ? -number : number;
}
