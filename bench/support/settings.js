/** Fewer rounds show that a benchmark runs, and not more. */
export const FEWEST_ROUNDS = 7;

/**
 * Gives how many rounds to run: `ROUNDS`, where the environment has it.
 *
 * @param {number} usual
 * @returns {number}
 */
export function roundsOr(usual) {
  const rounds = Number(process.env.ROUNDS ?? usual);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new RangeError(`ROUNDS must be a whole number from 1, got ${process.env.ROUNDS}`);
  }
  return rounds;
}

/**
 * Gives the names that have a part of the environment's variable in them; all where it has none.
 *
 * @param {readonly string[]} names
 * @param {string} variable
 * @returns {string[]}
 */
export function chosenOf(names, variable) {
  const wanted = process.env[variable] ?? '';
  const chosen = names.filter((name) => name.includes(wanted));
  if (chosen.length === 0)
    throw new Error(`${variable}=${wanted} is in none of: ${names.join('; ')}`);
  return chosen;
}
