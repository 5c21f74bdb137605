import { seededRandom } from '../../../src/testing/seeded-random.js';

/** Chance that is the same for the same seed. */
export interface Dice {
  /** An integer from `least` to `most`. */
  integer(least: number, most: number): number;
  /** One of `choices`. */
  oneOf<const T>(choices: readonly [T, ...(readonly T[])]): T;
  /** One of `choices`, each as often as its weight says; a weight of 0 is never chosen. */
  weighted<T>(choices: readonly (readonly [weight: number, choice: T])[]): T;
}

/** Gives the dice of `seed`. */
export function diceOf(seed: number): Dice {
  const random = seededRandom(seed);
  const integer = (least: number, most: number): number =>
    least + Math.floor(random() * (most - least + 1));
  return {
    integer,
    oneOf(choices) {
      return choices[integer(0, choices.length - 1)] ?? choices[0];
    },
    weighted(choices) {
      let left = random() * choices.reduce((sum, [weight]) => sum + weight, 0);
      const found = choices.find(([weight]) => (left -= weight) < 0) ?? choices[0];
      if (found === undefined) throw new RangeError('there is nothing to choose from');
      return found[1];
    },
  };
}
