import { inspect } from 'node:util';

import { JsonWriter } from '../../../../src/codec/write/json-writer.js';
import { createDice } from '../../read/support/dice.js';
import type { Dice } from '../../read/support/dice.js';
import { ODD_VALUES } from './odd-values.js';
import { isSameOutcome, outcomeOf } from './outcome.js';
import type { Outcome } from './outcome.js';
import { anyPlan, drift, makeOf } from './plan.js';
import type { Tamper } from './plan.js';
import { TWISTS } from './twists.js';
import type { Twist } from './twists.js';
import { anyWorld, inWorld } from './worlds.js';

/** What a session, or many, came to. */
export interface Tally {
  messages: number;
  /** Written by the generated writer. */
  hits: number;
  /** Among the hits, those that had been tampered with. */
  oddHits: number;
  /** Given to the generated writer, which left them to JSON.stringify. */
  misses: number;
  generations: number;
  /** Those that JSON.stringify threw for. */
  thrown: number;
  /** Those that have no JSON form. */
  formless: number;
}

/** Gives a tally of nothing. */
export function emptyTally(): Tally {
  return { messages: 0, hits: 0, oddHits: 0, misses: 0, generations: 0, thrown: 0, formless: 0 };
}

/** Those after which an object may still be made as was learned, or nearly. */
const SUBTLE: readonly Twist[] = [
  'a getter',
  'a key that is not listed',
  'a key less',
  'a symbol for a key',
  'a proxy',
  'a proxy that hides a key',
  'a proxy with a value for every key',
].flatMap((name) => TWISTS[name] ?? []);

/** Makes an object send another message when one of its keys is read. */
function sendingTwist(writer: JsonWriter): Twist {
  return (object, dice) => {
    const [key] = dice.shuffle(Object.keys(object));
    if (key === undefined) return object;
    const value = Reflect.get(object, key) as unknown;
    // Of the same make, and yet not the same text.
    const entries = Object.entries(object).map(([name, each]): [string, unknown] => [
      name,
      typeof each === 'object' ? each : dice.below(1_000),
    ]);
    const inner = Object.fromEntries(entries);
    return Object.defineProperty({ ...object }, key, {
      enumerable: true,
      get: () => {
        if (writer.write(inner) !== JSON.stringify(inner)) throw new Error('sent something else');
        return value;
      },
    });
  };
}

/** Puts something odd in the place of some parts of a message. */
function createTamper(dice: Dice, writer: JsonWriter): Tamper {
  const sending = sendingTwist(writer);
  const all = Object.values(TWISTS);
  return (part) => {
    if (!dice.chance(0.15)) return part;
    if (typeof part !== 'object' || part === null || Array.isArray(part) || dice.chance(0.1)) {
      const [, make] = ODD_VALUES[dice.below(ODD_VALUES.length)] ?? [];
      return make?.();
    }
    return dice.pick([sending, ...SUBTLE, dice.pick([sending, ...all])])(part, dice);
  };
}

const leave: Tamper = (part) => part;

/**
 * Sends messages through one writer and through `JSON.stringify`.
 *
 * @throws When they differ, with all it takes to see why.
 */
export function runSession(seed: number, length: number, tally: Tally): void {
  const dice = createDice(seed);
  const writer = new JsonWriter();
  const tamper = createTamper(dice, writer);
  // Some senders are given to oddities, and some change all the time.
  const oddChance = dice.pick([0, 0.02, 0.05, 0.1, 0.3]);
  const driftChance = dice.pick([0, 0.002, 0.01, 0.01, 0.1]);
  let plan = anyPlan(dice);
  for (let sent = 0; sent < length; sent += 1) {
    if (dice.chance(driftChance)) plan = drift(plan, dice);
    const isOdd = dice.chance(oddChance);
    const message = makeOf(plan, dice, isOdd ? tamper : leave);
    const world = isOdd && dice.chance(0.1) ? anyWorld(dice) : undefined;
    const hits = writer.status.hits;
    const ours = inside(world, () => outcomeOf(() => writer.write(message)));
    const theirs = inside(world, () => outcomeOf(() => JSON.stringify(message)));
    if (!isSameOutcome(ours, theirs)) throw difference(sent, world, message, ours, theirs);
    count(tally, theirs);
    if (isOdd && writer.status.hits > hits) tally.oddHits += 1;
  }
  const { hits, misses, generations } = writer.status;
  tally.hits += hits;
  tally.misses += misses;
  tally.generations += generations;
}

function inside<T>(world: string | undefined, run: () => T): T {
  return world === undefined ? run() : inWorld(world, run);
}

function count(tally: Tally, theirs: Outcome): void {
  tally.messages += 1;
  if (theirs._tag === 'Threw') tally.thrown += 1;
  else if (theirs.value === undefined) tally.formless += 1;
}

function difference(
  sent: number,
  world: string | undefined,
  message: unknown,
  ours: Outcome,
  theirs: Outcome,
): Error {
  const shown = inspect(message, { depth: 9, getters: true, showHidden: true });
  return new Error(
    `message ${sent}${world === undefined ? '' : ` with ${world}`}: ${shown}\n` +
      `JSON.stringify: ${inspect(theirs)}\nthe writer:     ${inspect(ours)}`,
  );
}
