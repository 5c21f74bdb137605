import { interleave } from '../support/interleave.js';
import { startChild } from '../support/child.js';
import { contestantsOf } from './contestants.js';
import { expectedOf } from './expected.js';
import { workloadNamed } from './workloads.js';

/**
 * What a timed run took, in microseconds: CPU of the client and of the server, and time.
 *
 * @typedef {import('./tally.js').Spent & { serverCpu: number }} Run
 */

/** Before the code is compiled, figures mean nothing. */
const WARM_UPS = 2;

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
  const contestants = contestantsOf(workload);
  const names = Object.keys(contestants);
  const expected = expectedOf(workload);
  const server = startChild(new URL('./server.js', import.meta.url));
  const clients = new Map(
    names.map((each) => [each, startChild(new URL('./client.js', import.meta.url))]),
  );
  try {
    const origin = await server.ask({ listen: { workload: name, cert, key } });
    for (const [line, [contestant, client]] of [...clients].entries()) {
      await client.ask({ open: { workload: name, contestant, url: `${origin}/${line}`, ca } });
    }
    return await interleave(names, {
      rounds,
      warmUps: WARM_UPS,
      run: async (contestant) => {
        const client = clients.get(contestant);
        const counts = contestants[contestant]?.counts ?? 'messages';
        await client?.ask({ start: expected[counts] });
        const [spent, serverCpu] = await Promise.all([
          client?.ask({}).catch((error) => {
            throw new Error(`${contestant}: ${error.message}`, { cause: error });
          }),
          server.ask({ send: { line: `/${names.indexOf(contestant)}` } }),
        ]);
        return { ...spent, serverCpu };
      },
    });
  } finally {
    server.stop();
    for (const client of clients.values()) client.stop();
  }
}
