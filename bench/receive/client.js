// One contestant: connects once, and is timed at every run.
import * as t from 'io-ts';

import { serve } from '../support/serve.js';
import { contestantsOf } from './contestants.js';
import { createTally } from './tally.js';
import { workloadNamed } from './workloads.js';

const tally = createTally();

/** @param {{ workload: string, contestant: string, url: string, ca: string }} order */
async function open({ workload, contestant, url, ca }) {
  const work = workloadNamed(workload);
  const connect = await contestantsOf(work)[contestant]?.load();
  if (connect === undefined) throw new Error(`no contestant is named ${contestant}`);
  await connect({ url, ca, type: work.type ?? t.unknown, weigh: work.weigh, tally });
}

serve(async (message) => {
  if (message.open !== undefined) return await open(message.open);
  if (message.start !== undefined) return tally.start(message.start);
  return await tally.finished();
});
