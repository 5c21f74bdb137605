import type * as t from 'io-ts';

import type { Dice } from './dice.js';
import type { Doc } from './doc.js';

/** How a server goes about writing its messages. */
export interface Habits {
  /** How often the keys of an object come in another order. */
  readonly shuffles: number;
  /** How often a key that may be left out is. */
  readonly drops: number;
  /** How often an object has a key that the type knows nothing of. */
  readonly extras: number;
  /** Its names for such keys. */
  readonly extraKeys: readonly [string, ...string[]];
  /** How often such a key stands in front of the others. */
  readonly isExtraFirst: number;
}

/** A type of messages, and a server that sends them. */
export interface Feed {
  readonly type: t.Mixed;
  /** Writes a value that the type takes, or nearly so. */
  readonly write: (dice: Dice, habits: Habits) => Doc;
}

/** Gives habits that a session keeps. */
export function anyHabits(dice: Dice, extraKeys: readonly [string, ...string[]]): Habits {
  const isCalm = dice.chance(0.6);
  return {
    shuffles: isCalm ? 0 : dice.pick([0, 0.1, 1]),
    drops: dice.pick([0, 0.2, 0.5]),
    extras: isCalm ? dice.pick([0, 0, 1]) : dice.pick([0, 0.3, 1]),
    extraKeys: isCalm ? [dice.pick(extraKeys)] : extraKeys,
    isExtraFirst: dice.pick([0, 1, 0.5]),
  };
}
