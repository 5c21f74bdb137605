import * as t from 'io-ts';
import { BooleanFromString } from 'io-ts-types/lib/BooleanFromString.js';
import { DateFromISOString } from 'io-ts-types/lib/DateFromISOString.js';
import { NumberFromString } from 'io-ts-types/lib/NumberFromString.js';
import { withFallback } from 'io-ts-types/lib/withFallback.js';
import fc from 'fast-check';

import type { Dice } from './dice.js';
import type { Doc } from './doc.js';
import type { Feed } from './feed.js';
import { anyDoc, anyText, numberToken, stringToken, token } from './tokens.js';

interface Short {
  readonly Short: unique symbol;
}

const Short = t.brand(
  t.string,
  (text): text is t.Branded<string, Short> => text.length < 4,
  'Short',
);
const Positive = t.refinement(t.number, (value) => value > 0, 'Positive');
const Fragile = t.refinement(t.string, fragile, 'Fragile');

function fragile(text: string): boolean {
  if (text === 'a') throw new RangeError('cannot be looked at');
  return text.length > 3;
}

// So that a reader often learns what it refuses before it sees what it takes.
function weak(value: unknown): boolean {
  const text = JSON.stringify(value);
  if (text.includes('3')) throw new RangeError('cannot be looked at');
  return text.includes('8');
}

function scalar(type: t.Mixed, write: (dice: Dice) => Doc): Feed {
  return { type, write };
}

function ofText(type: t.Mixed, write: (dice: Dice) => string): Feed {
  return scalar(type, (dice) => token(stringToken(dice, write(dice))));
}

const SCALARS: readonly [Feed, ...Feed[]] = [
  ofText(t.string, anyText),
  ofText(t.string, anyText),
  scalar(t.number, (dice) => token(numberToken(dice))),
  scalar(t.number, (dice) => token(numberToken(dice))),
  scalar(t.boolean, (dice) => token(dice.pick(['true', 'false']))),
  scalar(t.null, () => token('null')),
  scalar(t.unknown, anyDoc),
  scalar(t.UnknownRecord, (dice) => anyOf(dice, 'Record')),
  scalar(t.UnknownArray, (dice) => anyOf(dice, 'List')),
  ofText(Short, (dice) => anyText(dice).slice(0, 3)),
  scalar(Positive, (dice) => token(numberToken(dice))),
  scalar(t.Int, (dice) => token(String(dice.below(1e6) - 1000))),
];

/** Types with predicates that throw, and what could stand beside them in a union. */
export const FRAGILE: readonly [Feed, ...Feed[]] = [
  ofText(Fragile, anyText),
  ofText(t.refinement(Fragile, fragile), anyText),
  scalar(t.refinement(t.union([t.number, t.undefined]), weak), (dice) => token(numberToken(dice))),
  scalar(t.refinement(t.type({ a: t.unknown }), weak), smallRecord),
  scalar(t.refinement(t.array(t.unknown), weak), smallList),
  ofText(t.string, anyText),
  scalar(t.number, (dice) => token(numberToken(dice))),
  scalar(t.UnknownRecord, smallRecord),
  scalar(t.UnknownArray, smallList),
];

/** Types that make something else of what is written. */
const CHANGING: readonly [Feed, ...Feed[]] = [
  ofText(DateFromISOString, (dice) => new Date(1.7e12 + dice.below(1e9)).toISOString()),
  ofText(NumberFromString, (dice) => String(dice.below(1000))),
  ofText(BooleanFromString, (dice) => dice.pick(['true', 'false'])),
  scalar(withFallback(t.number, 0), (dice) => anyDoc(dice, 9)),
];

function smallRecord(dice: Dice): Doc {
  return { _tag: 'Record', fields: [['"a"', anyDoc(dice, 9)]] };
}

function smallList(dice: Dice): Doc {
  return { _tag: 'List', items: [anyDoc(dice, 9)] };
}

function anyOf(dice: Dice, tag: 'Record' | 'List'): Doc {
  const doc = anyDoc(dice);
  if (doc._tag === tag) return doc;
  return tag === 'List'
    ? { _tag: 'List', items: [doc] }
    : { _tag: 'Record', fields: [['"a"', doc]] };
}

function literalFeed(value: string | number | boolean): Feed {
  return scalar(t.literal(value), (dice) => {
    if (typeof value === 'string') return token(stringToken(dice, value));
    if (value === 0) return token(dice.pick(['0', '0', '-0', '0.0', '-0.0', '0e1']));
    return token(value === 1 ? dice.pick(['1', '1', '1.0', '1e0', '10e-1']) : String(value));
  });
}

const WORDS: readonly [string, ...string[]] = [
  'buy',
  'sell',
  'é',
  '',
  'a"b',
  '1',
  '__proto__',
  'b',
];

function keyofFeed(words: readonly string[]): Feed {
  const [first = 'buy', ...others] = words;
  return ofText(
    t.keyof(Object.fromEntries([first, ...others].map((word) => [word, null]))),
    (dice) => dice.pick([first, ...others]),
  );
}

/** A scalar type, or one of anything. */
export const scalarFeed: fc.Arbitrary<Feed> = fc.oneof(
  { arbitrary: fc.constantFrom(...SCALARS), weight: 10 },
  { arbitrary: fc.constantFrom(...CHANGING), weight: 1 },
  {
    arbitrary: fc
      .constantFrom<string | number | boolean>(
        ...['a', '', 'é', '\ud800', 'a"b'],
        ...[0, -0, 1, -1.5, 1e21],
        ...[true, false],
      )
      .map(literalFeed),
    weight: 2,
  },
  {
    arbitrary: fc
      .uniqueArray(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 4 })
      .map(keyofFeed),
    weight: 2,
  },
);
