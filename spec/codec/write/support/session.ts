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

/** Twists of objects that send a message when they are looked at. */
function reentrantTwist(writer: JsonWriter): Twist {
  return (object, dice) => {
    const inner = dice.chance(0.5) ? object : [dice.below(100)];
    return {
      ...object,
      get sent() {
        return writer.write(inner) === JSON.stringify(inner);
      },
    };
  };
}

/** Puts something odd in the place of some parts of a message. */
function createTamper(dice: Dice, writer: JsonWriter): Tamper {
  const [first = reentrantTwist(writer), ...others] = Object.values(TWISTS);
  const reentrant = reentrantTwist(writer);
  return (part) => {
    if (!dice.chance(0.25)) return part;
    if (typeof part !== 'object' || part === null || Array.isArray(part) || dice.chance(0.1)) {
      const [, make] = ODD_VALUES[dice.below(ODD_VALUES.length)] ?? [];
      return make?.();
    }
    return dice.pick([first, ...others, reentrant])(part, dice);
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
