// CPU from a message to the bytes that are sent: the JSON codec of rx-wss beside JSON.stringify, for objects of
// one layout and of several. ROUNDS=3 and GROUP=tick make it shorter.
import { microBench } from './support/micro-bench.js';
import { CONTESTANTS } from './write/contestants.js';
import { MESSAGES } from './write/messages.js';

await microBench({
  name: 'write',
  child: new URL('./write/child.js', import.meta.url),
  groups: Object.keys(MESSAGES),
  names: Object.keys(CONTESTANTS),
  pairs: [['rx-wss', 'JSON.stringify alone']],
});
