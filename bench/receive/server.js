// Sends prebuilt frames over TLS, to the connection and at the pace that it is told to.
import { listen } from '../support/listen.js';
import { sendFrames } from '../support/send-frames.js';
import { serve } from '../support/serve.js';
import { framesOf } from './frames.js';
import { workloadNamed } from './workloads.js';

/** @type {Map<string, import('node:tls').TLSSocket>} */
const lines = new Map();
/** @type {import('./workloads.js').Workload} */
let workload;
/** @type {import('../support/send-frames.js').Frames} */
let frames;

/** @param {{ workload: string, cert: string, key: string }} order */
function start(order) {
  workload = workloadNamed(order.workload);
  frames = framesOf(workload);
  return listen(order, (socket, url) => {
    lines.set(url, socket);
    socket.resume();
  });
}

/** @param {{ line: string }} order */
async function send({ line }) {
  const socket = lines.get(line);
  if (socket === undefined) throw new Error(`nobody is connected as ${line}`);
  const from = process.cpuUsage();
  await sendFrames(socket, frames, workload.count, workload.perMillisecond);
  const { user, system } = process.cpuUsage(from);
  return user + system;
}

serve((message) => (message.listen === undefined ? send(message.send) : start(message.listen)));
