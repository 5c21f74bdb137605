// One contestant: connects once, subscribes to all channels, and is timed at every run.
import { startCpu } from '../support/cpu.js';
import { serve } from '../support/serve.js';
import { contestantNamed } from './workloads.js';

/**
 * What a contestant is given.
 *
 * @typedef {object} Task
 * @property {string} url
 * @property {string} ca
 * @property {number} channels
 * @property {(topic: string, message: import('./workloads.js').Trade) => void} add For each message that a channel gave.
 * @property {(reason: unknown) => void} fail
 */

/** @typedef {(task: Task) => Promise<void>} Connect Connects, and subscribes to the channels. */

let left = 0;
/** @type {() => void} */
let finish = () => undefined;
/** @type {unknown} */
let failure;
/** @type {Promise<number>} */
let run = Promise.resolve(0);

/** @type {Readonly<Record<string, () => Promise<{ connect: Connect }>>>} */
const LIBRARIES = {
  'rx-wss': async () => await import('./contestants/rx-wss.js'),
  ws: async () => await import('./contestants/ws.js'),
  subscribers: async () => await import('./contestants/subscribers.js'),
  rxjs: async () => await import('./contestants/rxjs.js'),
};

/** @param {{ contestant: string, url: string, ca: string }} order */
async function open({ contestant, url, ca }) {
  const { library, channels } = contestantNamed(contestant);
  const loaded = await LIBRARIES[library]?.();
  if (loaded === undefined) throw new Error(`no library is named ${library}`);
  await loaded.connect({
    url,
    ca,
    channels,
    add: (topic, message) => {
      if (topic !== message.topic) failure = new Error(`${topic} got what is for ${message.topic}`);
      left -= 1;
      if (left === 0) finish();
    },
    fail: (reason) => {
      failure = reason;
    },
  });
}

/** @param {{ count: number }} order */
function start({ count }) {
  if (left !== 0) throw new Error(`${-left} messages too many`);
  left = count;
  const spent = startCpu();
  run = new Promise((resolve) => {
    finish = () => resolve(spent());
  });
}

async function finished() {
  const cpu = await run;
  if (failure !== undefined) throw failure;
  return cpu;
}

serve((message) => {
  if (message.open !== undefined) return open(message.open);
  if (message.start !== undefined) return start(message.start);
  return finished();
});
