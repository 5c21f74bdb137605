import type { Dice } from '../../read/support/dice.js';
import { anyNumber } from './any-number.js';
import { anyText, anyWord } from './any-text.js';

/** What the messages of a sender are made of, for a while. */
export type Plan =
  | { readonly _tag: 'Scalar'; readonly kinds: readonly [Kind, ...Kind[]] }
  | { readonly _tag: 'Object'; readonly fields: readonly PlannedField[] }
  | { readonly _tag: 'Array'; readonly item: Plan; readonly length: number }
  | { readonly _tag: 'Choice'; readonly options: readonly [Plan, ...Plan[]] };

type Kind = 'word' | 'text' | 'number' | 'whole' | 'boolean' | 'null';

interface PlannedField {
  readonly key: string;
  readonly plan: Plan;
  /** How often it is there. */
  readonly chance: number;
  /** How often it is undefined when it is not. */
  readonly undefinedChance: number;
}

const KINDS: readonly [Kind, ...Kind[]] = [
  'word',
  'word',
  'text',
  'number',
  'whole',
  'boolean',
  'null',
];

/** Those that a generated writer takes. */
const STEADY: readonly Kind[] = ['word', 'number', 'whole', 'boolean', 'null'];

/** Plain words; most of them mean something in JavaScript, or in the code that is generated. */
const WORDS: readonly [string, ...string[]] = [
  'a',
  ...['a', 'b', 'c', 'id', 'type', 'price', 'symbol', 'a b', 'x-y', '$', '_', 'x.y', 'a/b', 'k0'],
  ...['v', 'b', 'p', 'v1', 'constructor', 'toString', 'hasOwnProperty', 'length', 'prototype'],
  ...['0', '1', '10', '-1', '4294967295', 'x'.repeat(64)],
];

const ODD_KEYS: readonly [string, ...string[]] = [
  '__proto__',
  ...['', '"', '\\', 'é', '\n', '\u2028', '\ud800', '`${v}', 'x'.repeat(65), 'toJSON'],
];

/** Devises messages of a new kind. */
export function anyPlan(dice: Dice, depth = 0): Plan {
  const what = dice.below(depth > 3 ? 4 : 12);
  if (what < 4) {
    return { _tag: 'Scalar', kinds: [dice.pick(KINDS), ...(dice.chance(0.3) ? STEADY : [])] };
  }
  if (what < 9) {
    const fields = Array.from({ length: dice.below(6) }, () => anyField(dice, depth + 1));
    return { _tag: 'Object', fields };
  }
  if (what < 11) return { _tag: 'Array', item: anyPlan(dice, depth + 1), length: dice.below(5) };
  return { _tag: 'Choice', options: [anyPlan(dice, depth + 1), anyPlan(dice, depth + 1)] };
}

function anyField(dice: Dice, depth: number): PlannedField {
  return {
    key: dice.pick(dice.chance(0.99) ? WORDS : ODD_KEYS),
    plan: anyPlan(dice, depth),
    chance: dice.chance(0.6) ? 1 : dice.pick([0, 0.1, 0.5, 0.9]),
    undefinedChance: dice.pick([0, 0, 0.5, 1]),
  };
}

/** Changes something in what messages are made of. */
export function drift(plan: Plan, dice: Dice): Plan {
  if (dice.chance(0.15)) return anyPlan(dice, 1);
  switch (plan._tag) {
    case 'Scalar':
      return { _tag: 'Scalar', kinds: [dice.pick(KINDS), ...plan.kinds] };
    case 'Array':
      return { ...plan, item: drift(plan.item, dice), length: dice.below(8) };
    case 'Choice':
      return { _tag: 'Choice', options: [drift(plan.options[0], dice), ...plan.options] };
    case 'Object':
      return { _tag: 'Object', fields: driftFields(plan.fields, dice) };
  }
}

function driftFields(fields: readonly PlannedField[], dice: Dice): readonly PlannedField[] {
  const at = dice.below(fields.length + 1);
  const field = fields[at];
  switch (dice.below(5)) {
    case 0:
      return dice.shuffle(fields);
    case 1:
      return fields.toSpliced(at, 0, anyField(dice, 2));
    case 2:
      return fields.toSpliced(at, 1);
    case 3:
      return field === undefined ? fields : fields.with(at, { ...field, chance: 0.5 });
    default:
      return field === undefined
        ? fields
        : fields.with(at, { ...field, plan: drift(field.plan, dice) });
  }
}

/** Sees every part of a message, and may put something else in its place. */
export type Tamper = (part: unknown) => unknown;

/** Makes a message. */
export function makeOf(plan: Plan, dice: Dice, tamper: Tamper): unknown {
  switch (plan._tag) {
    case 'Scalar':
      return tamper(scalarOf(dice.pick(plan.kinds), dice));
    case 'Array': {
      const { item, length } = plan;
      return tamper(Array.from({ length }, () => makeOf(item, dice, tamper)));
    }
    case 'Choice':
      return makeOf(dice.pick(plan.options), dice, tamper);
    case 'Object': {
      const object = {};
      for (const { key, plan: value, chance, undefinedChance } of plan.fields) {
        if (dice.chance(chance)) put(object, key, makeOf(value, dice, tamper));
        else if (dice.chance(undefinedChance)) put(object, key, undefined);
      }
      return tamper(object);
    }
  }
}

/** `__proto__` among them. */
function put(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

function scalarOf(kind: Kind, dice: Dice): unknown {
  switch (kind) {
    case 'word':
      return anyWord(dice);
    case 'text':
      return anyText(dice);
    case 'number':
      return anyNumber(dice);
    case 'whole':
      return dice.below(100_000);
    case 'boolean':
      return dice.chance(0.5);
    case 'null':
      return null;
  }
}
