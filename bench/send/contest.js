import { startChild } from '../support/child.js';
import { interleave } from '../support/interleave.js';
import { CONTESTANTS } from './contestants.js';
import { wireBytesOf, workloadNamed } from './workloads.js';

/** Before the code is compiled, figures mean nothing. */
const WARM_UPS = 2;

/**
 * What a timed run took, in microseconds: all messages together, and each where it was echoed.
 *
 * @typedef {{ cpu: number, fates: number, p50?: number, p99?: number }} Run
 */

/**
 * Lets all contestants of a workload take turns, each in a process of its own with one connection for all its
 * runs.
 *
 * @param {string} name Of the workload.
 * @param {number} rounds
 * @param {{ ca: string, cert: string, key: string }} credentials
 * @returns {Promise<ReadonlyMap<string, Run[]>>} The runs, by contestant.
 */
export async function contest(name, rounds, { ca, cert, key }) {
  const workload = workloadNamed(name);
  const isCounted = workload.perTurn !== undefined;
  const bytes = wireBytesOf(workload);
  const names = Object.keys(CONTESTANTS);
  const server = startChild(new URL('./server.js', import.meta.url));
  const clients = new Map(
    names.map((each) => [each, startChild(new URL('./client.js', import.meta.url))]),
  );
  /** @param {string} contestant */
  const lineOf = (contestant) => `/${isCounted ? 'count' : 'echo'}/${names.indexOf(contestant)}`;
  try {
    const origin = await server.ask({ listen: { cert, key } });
    for (const [contestant, client] of clients) {
      await client.ask({ open: { contestant, url: `${origin}${lineOf(contestant)}`, ca } });
    }
    return await interleave(names, {
      rounds,
      warmUps: WARM_UPS,
      run: async (contestant) => {
        if (isCounted) await server.ask({ expect: { line: lineOf(contestant), bytes } });
        const outcome = await clients.get(contestant)?.ask({ run: { workload: name } });
        const told = CONTESTANTS[contestant]?.tellsFates === true ? workload.count : 0;
        if (isCounted && outcome.fates !== told) {
          throw new Error(`${contestant} told ${outcome.fates} fates of ${told}`);
        }
        return outcome;
      },
    });
  } finally {
    server.stop();
    for (const client of clients.values()) client.stop();
  }
}
