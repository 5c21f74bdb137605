import type { Dice } from '../../read/support/dice.js';

type Make = (dice: Dice) => string;

const UNITS: readonly [Make, ...Make[]] = [
  (dice) => String.fromCharCode(0x20 + dice.below(0x5f)),
  (dice) => String.fromCharCode(0x61 + dice.below(26)),
  (dice) => dice.pick(['"', '\\', '/', '\u007f', '\u2028', '\u2029', '\ufeff', '\u0080', '\u00ff']),
  (dice) => String.fromCharCode(dice.below(0x20)),
  (dice) => String.fromCharCode(0x80 + dice.below(0x780)),
  (dice) => String.fromCharCode(0x800 + dice.below(0xd000)),
  (dice) => String.fromCodePoint(0x1_0000 + dice.below(0x10_0000)),
  // A half of a pair, mostly without the other.
  (dice) => String.fromCharCode(0xd800 + dice.below(0x800)),
  (dice) => String.fromCharCode(dice.below(0x1_0000)),
];

function repeat(dice: Dice, length: number, make: Make): string {
  return Array.from({ length }, () => make(dice)).join('');
}

/** A few small letters. */
export const anyWord: Make = (dice) => repeat(dice, dice.below(12), UNITS[1] ?? UNITS[0]);

const anyAscii: Make = (dice) => repeat(dice, dice.below(40), UNITS[0]);

/** Plain but for one unit. */
const anyNearlyPlain: Make = (dice) => anyWord(dice) + dice.pick(UNITS)(dice) + anyWord(dice);

const anyUnits: Make = (dice) => repeat(dice, dice.below(16), dice.pick(UNITS));

const anyMixture: Make = (dice) => repeat(dice, dice.below(16), (each) => each.pick(UNITS)(each));

/** About as long as the page of the writer, or longer. */
const anyLong: Make = (dice) =>
  dice
    .pick(['x', 'x', 'é', '"', '\ud800', '🚀'])
    .repeat(65_536 / dice.pick([1, 1, 2, 3, 4, 6]) - 8) + repeat(dice, dice.below(16), UNITS[0]);

const MAKES: readonly [Make, ...Make[]] = [
  anyWord,
  anyWord,
  anyAscii,
  anyNearlyPlain,
  anyUnits,
  anyMixture,
];

/** Any string, now and then one that is too long for a page. */
export function anyText(dice: Dice): string {
  return dice.chance(0.0003) ? anyLong(dice) : dice.pick(MAKES)(dice);
}
