import { once } from 'node:events';

import { WebSocket } from 'ws';

import { MAX_PAYLOAD } from '../contestants.js';

/** @typedef {import('../contestants.js').Connect} Connect */

/**
 * Opens a connection of ws, the quickest way to use it.
 *
 * @param {import('../contestants.js').Task} task
 * @param {(data: Buffer) => void} onMessage
 */
async function open({ url, ca, tally }, onMessage) {
  const socket = new WebSocket(url, { ca, perMessageDeflate: false, maxPayload: MAX_PAYLOAD });
  await once(socket, 'open');
  socket.on('error', tally.fail);
  socket.on('close', () => tally.fail(new Error('the connection was closed')));
  socket.on('message', (data) => onMessage(/** @type {Buffer} */ (data)));
}

/** @type {Connect} */
export const connectTyped = async (task) => {
  const { type, weigh, tally } = task;
  await open(task, (data) => {
    const decoded = type.decode(JSON.parse(data.toString()));
    if (decoded._tag === 'Right') tally.add(weigh(decoded.right));
    else tally.fail(new Error('a message is not of its type'));
  });
};

/** @type {Connect} */
export const connectUnchecked = async (task) => {
  const { weigh, tally } = task;
  await open(task, (data) => tally.add(weigh(JSON.parse(data.toString()))));
};

/** @type {Connect} */
export const connectUnparsed = async (task) => {
  const { tally } = task;
  await open(task, (data) => tally.add(data.length));
};

/** @type {Connect} */
export const connectBytes = async (task) => {
  const { weigh, tally } = task;
  await open(task, (data) => tally.add(weigh(data)));
};
