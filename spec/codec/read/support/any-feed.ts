import * as t from 'io-ts';
import { optionFromNullable } from 'io-ts-types/lib/optionFromNullable.js';
import fc from 'fast-check';

import type { DocField } from './doc.js';
import type { Feed } from './feed.js';
import { anyObjectFeed, anyTaggedFeed, unionFeed, unionType } from './object-feeds.js';
import { FRAGILE, scalarFeed } from './scalar-feeds.js';
import { EXTRA_KEYS, stringToken, token } from './tokens.js';

function arrayFeed(item: Feed, isReadonly: boolean): Feed {
  return {
    ...item,
    type: isReadonly ? t.readonlyArray(item.type) : t.array(item.type),
    write: (dice, habits) => ({
      _tag: 'List',
      items: Array.from({ length: dice.below(5) }, () => item.write(dice, habits)),
    }),
  };
}

function tupleFeed(items: readonly Feed[]): Feed {
  const types = items.map(({ type }) => type);
  return {
    // Its types leave out tuples of no or many items.
    type: t.tuple(types as unknown as [t.Mixed]),
    write: (dice, habits) => {
      const docs = items.map((item) => item.write(dice, habits));
      if (dice.chance(0.03)) docs.push(token('1'));
      return { _tag: 'List', items: docs };
    },
  };
}

function recordFeed(value: Feed): Feed {
  return {
    ...value,
    type: t.record(t.string, value.type),
    write: (dice, habits) => ({
      _tag: 'Record',
      fields: Array.from({ length: dice.below(4) }, (): DocField => [
        stringToken(dice, dice.pick(EXTRA_KEYS)),
        value.write(dice, habits),
      ]),
    }),
  };
}

function nullableFeed(feed: Feed, isUndefinable: boolean): Feed {
  return {
    ...feed,
    type: unionType([feed.type, isUndefinable ? t.undefined : t.null]),
    write: (dice, habits) =>
      !isUndefinable && dice.chance(0.2) ? token('null') : feed.write(dice, habits),
  };
}

function optionFeed(feed: Feed): Feed {
  const type = unionType([feed.type, t.null]) === t.UnknownRecord ? t.string : feed.type;
  return { ...feed, type: optionFromNullable(type) };
}

function treeFeed(label: Feed): Feed {
  const type = t.recursion('Tree', (self): t.Mixed =>
    t.type({ label: label.type, kids: t.array(self) }),
  );
  return {
    ...label,
    type,
    write: (dice, habits) => ({
      _tag: 'Record',
      fields: [
        ['"label"', label.write(dice, habits)],
        [
          '"kids"',
          dice.chance(0.8) ? token('[]') : arrayFeed(treeFeed(label), false).write(dice, habits),
        ],
      ],
    }),
  };
}

/** Unions in unions, in which predicates throw. */
const { fragile } = fc.letrec<{ fragile: Feed }>((tie) => ({
  fragile: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(...FRAGILE),
    fc.array(tie('fragile'), { minLength: 2, maxLength: 3 }).map(unionFeed),
    tie('fragile').map((feed) => nullableFeed(feed, false)),
  ),
}));

/** Unions of what differs only inside. */
const brothers: fc.Arbitrary<Feed> = fc
  .tuple(
    fc.constantFrom<(item: Feed) => Feed>(
      (item) => arrayFeed(item, false),
      recordFeed,
      (item) => arrayFeed(arrayFeed(item, false), true),
      (item) => tupleFeed([item, item]),
    ),
    fc.array(scalarFeed, { minLength: 2, maxLength: 3 }),
  )
  .map(([wrap, items]) => unionFeed(items.map(wrap)));

/** Types of all kinds, in one another. */
const { feed, object } = fc.letrec<{ feed: Feed; object: Feed; tagged: Feed }>((tie) => {
  const part = tie('feed');
  return {
    feed: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      { arbitrary: scalarFeed, weight: 18 },
      { arbitrary: fragile, weight: 8 },
      { arbitrary: brothers, weight: 4 },
      { arbitrary: tie('object'), weight: 15 },
      { arbitrary: fc.tuple(part, fc.boolean()).map((args) => arrayFeed(...args)), weight: 6 },
      { arbitrary: fc.array(part, { maxLength: 3 }).map(tupleFeed), weight: 3 },
      { arbitrary: part.map(recordFeed), weight: 3 },
      {
        arbitrary: fc.array(part, { minLength: 2, maxLength: 3 }).map(unionFeed),
        weight: 6,
      },
      { arbitrary: tie('tagged'), weight: 6 },
      {
        arbitrary: fc.tuple(part, fc.boolean()).map((args) => nullableFeed(...args)),
        weight: 3,
      },
      { arbitrary: part.map(treeFeed), weight: 1 },
      {
        arbitrary: part.map(optionFeed),
        weight: 1,
      },
    ),
    object: anyObjectFeed(part),
    tagged: anyTaggedFeed(part),
  };
});

/** Feeds whose messages are mostly objects. */
export const anyFeed: fc.Arbitrary<Feed> = fc.oneof(
  { arbitrary: object, weight: 3 },
  { arbitrary: feed, weight: 1 },
);
