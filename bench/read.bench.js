// CPU from the bytes of a message to a value that is known to be of its type: the JSON codec of rx-wss beside
// JSON.parse with and without io-ts. ROUNDS=3 and GROUP=tick make it shorter.
import { CONTESTANTS } from './read/contestants.js';
import { MESSAGES } from './read/messages.js';
import { microBench } from './support/micro-bench.js';

await microBench({
  name: 'read',
  child: new URL('./read/child.js', import.meta.url),
  groups: Object.keys(MESSAGES),
  names: Object.keys(CONTESTANTS),
  pairs: [['rx-wss', 'JSON.parse alone, text given']],
});
