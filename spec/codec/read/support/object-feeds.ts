import * as t from 'io-ts';
import fc from 'fast-check';

import type { Dice } from './dice.js';
import type { Doc, DocField } from './doc.js';
import type { Feed, Habits } from './feed.js';
import { anyDoc, stringToken, token } from './tokens.js';

/** A key of an object and what stands there. */
interface FeedProp {
  readonly key: string;
  readonly feed: Feed;
  readonly isOptional: boolean;
}

const KEYS: readonly [string, ...string[]] = [
  ...(['a', 'b', 'c', 'd', 'price', 'id'] as const),
  ...(['é', '', '10', '2', 'a b', 'a"b', '\u2028', '\ud800', 'constructor', '__proto__'] as const),
];

/** Ways to say the same of the same keys. */
const FORMS = [
  'plain',
  'exact',
  'split',
  'strictPart',
  'overlap',
  'refined',
  'exactRefined',
  'readonly',
] as const;

/** Gives the type of an object by its props. */
function objectType(props: readonly FeedProp[], form: (typeof FORMS)[number]): t.Mixed {
  const required = propsOf(props.filter(({ isOptional }) => !isOptional));
  const optional = propsOf(props.filter(({ isOptional }) => isOptional));
  const part = t.partial(optional);
  const hasOptional = Object.keys(optional).length > 0;
  const whole = hasOptional ? t.intersection([t.type(required), part]) : t.type(required);
  const isSmall = (value: unknown): boolean => Object.keys(Object(value) as object).length < 7;
  switch (form) {
    case 'plain':
      return whole;
    case 'exact':
      return t.exact(whole);
    case 'split':
      return t.intersection([part, t.type({}), t.type(required)]);
    case 'strictPart':
      return t.intersection([t.strict(required), part]);
    case 'overlap':
      return t.intersection([t.type(required), t.partial(required), part]);
    case 'refined':
      return t.refinement(whole, isSmall);
    case 'exactRefined':
      return t.exact(t.refinement(whole, isSmall));
    case 'readonly':
      return t.readonly(whole);
  }
}

// An own key even for __proto__.
function propsOf(props: readonly FeedProp[]): t.Props {
  return Object.fromEntries(props.map(({ key, feed }) => [key, feed.type]));
}

/** Writes an object with the habits of the server. */
function writeObject(props: readonly FeedProp[], dice: Dice, habits: Habits): Doc {
  const fields = props
    .filter(({ isOptional }) => !isOptional || !dice.chance(habits.drops))
    .map(({ key, feed }): DocField => [stringToken(calm(dice), key), feed.write(dice, habits)]);
  const extras: DocField[] = [];
  if (dice.chance(habits.extras)) {
    const value = dice.chance(0.7) ? token(String(dice.below(9))) : anyDoc(dice, 2);
    extras.push([stringToken(calm(dice), dice.pick(habits.extraKeys)), value]);
  }
  const all = dice.chance(habits.isExtraFirst) ? [...extras, ...fields] : [...fields, ...extras];
  return { _tag: 'Record', fields: dice.chance(habits.shuffles) ? dice.shuffle(all) : all };
}

/** Hardly anybody escapes keys. */
function calm(dice: Dice): Dice {
  return { ...dice, chance: (probability) => dice.chance(Math.max(probability, 0.98)) };
}

function objectFeed(props: readonly FeedProp[], form: (typeof FORMS)[number]): Feed {
  return {
    type: objectType(props, form),
    write: (dice, habits) => writeObject(props, dice, habits),
  };
}

/** Objects whose props are of the given kind. */
export function anyObjectFeed(part: fc.Arbitrary<Feed>): fc.Arbitrary<Feed> {
  const prop = fc.record({
    key: fc.oneof(
      { arbitrary: fc.constantFrom('a', 'b', 'c', 'd', 'price', 'id'), weight: 5 },
      { arbitrary: fc.constantFrom(...KEYS), weight: 1 },
    ),
    feed: part,
    isOptional: fc.boolean(),
  });
  return fc
    .record({
      props: fc.uniqueArray(prop, { selector: ({ key }) => key, maxLength: 5 }),
      form: fc.oneof(fc.constantFrom('plain', 'exact'), fc.constantFrom(...FORMS)),
    })
    .map(({ props, form }) => objectFeed(props, form));
}

/** Objects that are told apart by a literal. */
export function anyTaggedFeed(part: fc.Arbitrary<Feed>): fc.Arbitrary<Feed> {
  const member = fc.record({
    props: fc.uniqueArray(
      fc.record({ key: fc.constantFrom('a', 'b', 'c'), feed: part, isOptional: fc.boolean() }),
      { selector: ({ key }) => key, maxLength: 3 },
    ),
    form: fc.constantFrom(...FORMS),
  });
  const tags = ['tick', '', 0, true, 'é'] as const;
  return fc.array(member, { minLength: 2, maxLength: 3 }).map((members) => {
    const feeds = members.map(({ props, form }, at) => {
      const tag = tags[at % tags.length] ?? '';
      const feed: Feed = {
        type: t.literal(tag),
        write: () => token(JSON.stringify(tag)),
      };
      return objectFeed([{ key: 't', feed, isOptional: false }, ...props], form);
    });
    return unionFeed(feeds);
  });
}

/** Gives the union of feeds, each of which writes its share. */
export function unionFeed(feeds: readonly Feed[]): Feed {
  const [first = STRING, second = STRING, ...others] = feeds;
  const types = [first.type, second.type, ...others.map(({ type }) => type)] as const;
  return {
    type: unionType(types),
    write: (dice, habits) => dice.pick([first, second, ...others]).write(dice, habits),
  };
}

/** Gives the union of types. */
export function unionType(types: readonly [t.Mixed, t.Mixed, ...t.Mixed[]]): t.Mixed {
  try {
    return t.union([...types]);
  } catch {
    // io-ts itself stumbles over literals at the key `constructor`.
    return t.UnknownRecord;
  }
}

const STRING: Feed = { type: t.string, write: () => token('"a"') };
