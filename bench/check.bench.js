// CPU to check an object that was parsed: the check that rx-wss makes of an io-ts type beside io-ts itself, a
// guard written by hand, and other libraries. ROUNDS=3 and GROUP=tick make it shorter.
import { CONTESTANTS } from './check/contestants.js';
import { INPUTS } from './check/inputs.js';
import { microBench } from './support/micro-bench.js';

await microBench({
  name: 'check',
  child: new URL('./check/child.js', import.meta.url),
  groups: Object.keys(INPUTS),
  names: Object.keys(CONTESTANTS),
  pairs: [['rx-wss', 'hand-written']],
});
