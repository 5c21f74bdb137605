import type { Dice } from './dice.js';
import type { Doc, DocField } from './doc.js';

/** Gives the document of one token. */
export function token(text: string): Doc {
  return { _tag: 'Token', text };
}

const CHARACTERS: readonly [string, ...string[]] = [
  'a',
  'b',
  'c',
  'X',
  'Y',
  'Z',
  '0',
  '1',
  '9',
  ' ',
  '/',
  '$',
  '.',
  '-',
  '_',
  ':',
  '"',
  '\\',
  '\u0000',
  '\n',
  '\u001f',
  '\u007f',
  '\u0080',
  'é',
  '\u2028',
  '€',
  '\ufeff',
  '\uffff',
  '\u{1f680}',
];

/** Gives a text: mostly plain, some long, some of awkward characters. */
export function anyText(dice: Dice): string {
  if (dice.chance(0.7)) return dice.pick(['', 'a', 'BTC', 'ADA-USD', 'now', 'x'.repeat(20)]);
  const length = dice.chance(0.2) ? 15 + dice.below(60) : dice.below(6);
  const isPlain = dice.chance(0.5);
  const count = isPlain ? 16 : CHARACTERS.length;
  return Array.from({ length }, () => CHARACTERS[dice.below(count)] ?? '').join('');
}

/** Gives a string of JSON that stands for a text, each time written in one of many ways. */
export function stringToken(dice: Dice, text: string): string {
  if (dice.chance(0.9)) return JSON.stringify(text);
  const isUpper = dice.chance(0.5);
  const escaped = (unit: string): string => {
    const hex = unit.charCodeAt(0).toString(16).padStart(4, '0');
    return `\\u${isUpper ? hex.toUpperCase() : hex}`;
  };
  switch (dice.below(3)) {
    case 0:
      return `"${text.split('').map(escaped).join('')}"`;
    case 1:
      // As Python does.
      return JSON.stringify(text).replace(/[^ -~]/gu, (character) =>
        character.split('').map(escaped).join(''),
      );
    default:
      // As PHP does.
      return JSON.stringify(text).replaceAll('/', '\\/');
  }
}

/** Strings that are no valid ones, or that name what cannot be written otherwise. */
const ODD_STRINGS: readonly [string, ...string[]] = [
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u00"',
  '"\\u12g4"',
  '"\\x41"',
  '"\\',
  '"\\"',
  '"\t"',
  '"\u0000"',
  '"\u001f"',
  '"\u007f"',
  '"a',
  "'a'",
  '"\\u0000"',
  '"__proto__"',
  '"\ufeff"',
];

const ODD_NUMBERS: readonly [string, ...string[]] = [
  '-0',
  '-0.0',
  '0.0',
  '-0e0',
  '0e5',
  '1.0',
  '1e5',
  '1E+5',
  '1e-7',
  '5e-324',
  '2e-324',
  '1e400',
  '-1e400',
  '0.1',
  '0.30000000000000004',
  '100000000000000000000',
  '9007199254740991',
  '9007199254740992',
  '9007199254740993',
  '9999999999999999',
  '-9007199254740993',
  '1.7976931348623157e308',
  '00',
  '01',
  '-01',
  '1.',
  '1.e5',
  '.5',
  '+1',
  '-',
  '--1',
  '-.5',
  '1e',
  '1e+',
  '1.5.2',
  '1-2',
  '0x1',
  '1_0',
  'NaN',
  'Infinity',
  '-Infinity',
];

function digits(dice: Dice, count: number): string {
  const rest = Array.from({ length: count - 1 }, () => String(dice.below(10))).join('');
  return String(1 + dice.below(9)) + rest;
}

/** Gives a number of JSON: mostly as feeds write them, some of many digits or with an exponent. */
export function numberToken(dice: Dice): string {
  const sign = dice.chance(0.2) ? '-' : '';
  switch (dice.below(10)) {
    case 0:
      return dice.pick(['0', '-0', '-0.0', '1e5', '1E+5', '1.0', '1e400', '5e-324', '0.1', '2.50']);
    case 1:
      return sign + digits(dice, 13 + dice.below(8));
    case 2: {
      const whole = dice.chance(0.3) ? '0' : digits(dice, 1 + dice.below(16));
      return `${sign}${whole}.${digits(dice, 1 + dice.below(17))}`;
    }
    case 3:
      return String((dice.below(2 ** 32) + 1) / (dice.below(2 ** 32) + 1));
    case 4:
      return String(1_700_000_000_000 + dice.below(100_000));
    case 5:
    case 6:
      return `${sign}${dice.below(100_000)}.${String(dice.below(100)).padStart(2, '0')}`;
    default:
      return sign + String(dice.below(1000));
  }
}

/** Gives a token of any kind, valid or not. */
export function oddToken(dice: Dice): string {
  switch (dice.below(6)) {
    case 0:
      return dice.pick(ODD_STRINGS);
    case 1:
      return dice.pick(ODD_NUMBERS);
    case 2:
      return numberToken(dice);
    case 3:
      return stringToken(dice, anyText(dice));
    case 4:
      return dice.pick([
        'nul',
        'True',
        'undefined',
        'truee',
        '',
        '[',
        '}',
        ',',
        ':',
        '"a":1',
        '/**/',
      ]);
    default:
      return dice.pick(['null', 'true', 'false', '0', '""', '"a"', '-1', '{}', '[]', '[1]']);
  }
}

/** Gives any value of JSON, not very deep. */
export function anyDoc(dice: Dice, depth = 0): Doc {
  const kind = dice.below(depth > 3 ? 6 : 9);
  if (kind < 3) return token(stringToken(dice, anyText(dice)));
  if (kind < 5) return token(numberToken(dice));
  if (kind < 6) return token(dice.pick(['null', 'true', 'false']));
  const size = dice.below(4);
  if (kind < 7) {
    return { _tag: 'List', items: Array.from({ length: size }, () => anyDoc(dice, depth + 1)) };
  }
  const fields = Array.from({ length: size }, (): DocField => [
    stringToken(dice, dice.pick(EXTRA_KEYS)),
    anyDoc(dice, depth + 1),
  ]);
  return { _tag: 'Record', fields };
}

/** Names that a peer could give to keys. */
export const EXTRA_KEYS: readonly [string, ...string[]] = [
  'x',
  'y',
  'ts',
  'a b',
  '@type',
  '10',
  '2',
  '',
  'é',
  'a"b',
  'a\\b',
  'line\u2028break',
  '__proto__',
  'constructor',
  'toString',
  'k'.repeat(65),
  '\ud800',
];
