import { Agent, WebSocket } from 'undici';

import { MAX_PAYLOAD } from '../contestants.js';

/**
 * @param {import('../contestants.js').Task} task
 * @param {(data: any) => unknown} read
 * @returns {Promise<void>}
 */
function open({ url, ca, weigh, tally }, read) {
  const dispatcher = new Agent({ connect: { ca }, webSocket: { maxPayloadSize: MAX_PAYLOAD } });
  const socket = new WebSocket(url, { dispatcher });
  socket.binaryType = 'arraybuffer';
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('error', ({ error }) => {
      reject(error);
      tally.fail(error);
    });
    socket.addEventListener('close', () => tally.fail(new Error('the connection was closed')));
    socket.addEventListener('message', ({ data }) => {
      // An exception in a listener would go by unseen.
      try {
        tally.add(weigh(read(data)));
      } catch (thrown) {
        tally.fail(thrown);
      }
    });
  });
}

/** @type {import('../contestants.js').Connect} */
export const connectTyped = (task) =>
  open(task, (data) => {
    const decoded = task.type.decode(JSON.parse(data));
    if (decoded._tag === 'Right') return decoded.right;
    throw new Error('a message is not of its type');
  });

/** @type {import('../contestants.js').Connect} */
export const connectBytes = (task) => open(task, (data) => new Uint8Array(data));
