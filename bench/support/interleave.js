/**
 * Lets contestants take turns, round by round, each round beginning with another one.
 *
 * @template T
 * @param {readonly string[]} names
 * @param {object} rules
 * @param {number} rules.rounds
 * @param {number} rules.warmUps Rounds before, which are not counted.
 * @param {(name: string) => Promise<T>} rules.run One turn of one contestant.
 * @returns {Promise<ReadonlyMap<string, T[]>>} What each turn gave, by name, in the order of the rounds.
 */
export async function interleave(names, { rounds, warmUps, run }) {
  /** @type {Map<string, T[]>} */
  const outcomes = new Map(names.map((name) => [name, []]));
  for (let round = -warmUps; round < rounds; round += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(round + warmUps + turn) % names.length] ?? '';
      const outcome = await run(name);
      if (round >= 0) outcomes.get(name)?.push(outcome);
    }
  }
  return outcomes;
}
