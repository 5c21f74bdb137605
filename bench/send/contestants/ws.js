import { once } from 'node:events';

import { WebSocket } from 'ws';

/** @typedef {import('../contestants.js').Connect} Connect */

/** As much as rx-wss takes before it is not writable any more. */
const HIGH_WATER_MARK = 1024 * 1024;

/**
 * Opens a connection of ws.
 *
 * @param {import('../contestants.js').Task} task
 * @param {(socket: WebSocket) => (message: string) => void} createSend
 * @returns {Promise<import('../contestants.js').Sender>}
 */
async function open({ url, ca, onMessage, fail }, createSend) {
  const socket = new WebSocket(url, { ca, perMessageDeflate: false });
  await once(socket, 'open');
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the connection was closed')));
  socket.on('message', (data) => onMessage(data.toString()));
  return { send: createSend(socket), isFull: () => socket.bufferedAmount >= HIGH_WATER_MARK };
}

/** @type {Connect} */
export const connectPlain = (task) => open(task, (socket) => (message) => socket.send(message));

/** @type {Connect} */
export const connectWithCallback = (task) => {
  const { onFate, fail } = task;
  /** @param {Error} [error] */
  const sent = (error) => {
    if (error) fail(error);
    else onFate();
  };
  return open(task, (socket) => (message) => socket.send(message, sent));
};

/** @type {Connect} */
export const connectWithPromise = (task) => {
  const { onFate, fail } = task;
  return open(task, (socket) => {
    /** @type {(message: string) => Promise<void>} */
    const send = (message) =>
      new Promise((resolve, reject) => {
        socket.send(message, (error) => {
          if (error) reject(error);
          else resolve();
        });
      });
    return (message) => void send(message).then(onFate, fail);
  });
};
