// One contestant: connects once, and is timed at every run.
import { serve } from '../support/serve.js';
import { CONTESTANTS } from './contestants.js';
import { timeEchoes } from './time-echoes.js';
import { timeSending } from './time-sending.js';
import { workloadNamed } from './workloads.js';

/** @type {import('./contestants.js').Sender | undefined} */
let sender;
let fates = 0;
/** @type {unknown} */
let failure;
/** @type {(text: string) => void} */
let onMessage = () => undefined;
/** @type {(reason: unknown) => void} */
let onFailure = () => undefined;

/** @param {{ contestant: string, url: string, ca: string }} order */
async function open({ contestant, url, ca }) {
  const connect = await CONTESTANTS[contestant]?.load();
  if (connect === undefined) throw new Error(`no contestant is named ${contestant}`);
  sender = await connect({
    url,
    ca,
    onMessage: (text) => onMessage(text),
    onFate: () => {
      fates += 1;
    },
    fail: (reason) => {
      failure ??= reason;
      onFailure(reason);
    },
  });
}

/** @param {{ workload: string }} order */
async function run({ workload }) {
  const { count, perTurn } = workloadNamed(workload);
  const open = sender;
  if (open === undefined) throw new Error('not connected');
  if (failure !== undefined) throw failure;
  fates = 0;
  /** @type {Promise<never>} */
  const failed = new Promise((_, reject) => {
    onFailure = reject;
  });
  /** @param {(text: string) => void} listener */
  const listen = (listener) => {
    onMessage = listener;
  };
  const work =
    perTurn === undefined
      ? timeEchoes(open, count, listen)
      : timeSending(open, { count, perTurn }, listen);
  const outcome = await Promise.race([work, failed]);
  return { ...outcome, fates };
}

serve((message) => (message.open === undefined ? run(message.run) : open(message.open)));
