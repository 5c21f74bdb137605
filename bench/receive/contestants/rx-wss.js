import { bytes, json, webSocket } from 'rx-wss';

import { MAX_PAYLOAD } from '../contestants.js';

/**
 * @param {import('../contestants.js').Task} task
 * @param {import('rx-wss').Codec<any, any>} codec
 * @returns {Promise<void>}
 */
function open({ url, ca, weigh, tally }, codec) {
  const socket = webSocket({ url, tls: { ca }, codec, maxPayload: MAX_PAYLOAD });
  socket.rejected.subscribe(() => tally.fail(new Error('a message is not of its type')));
  return new Promise((resolve, reject) => {
    socket.state.subscribe(({ _tag }) => {
      if (_tag === 'Open') resolve();
    });
    socket.subscribe({
      next: (message) => tally.add(weigh(message)),
      error: (error) => {
        reject(error);
        tally.fail(error);
      },
      complete: () => tally.fail(new Error('the connection was closed')),
    });
  });
}

/** @type {import('../contestants.js').Connect} */
export const connectTyped = (task) => open(task, json({ incoming: task.type }));

/** @type {import('../contestants.js').Connect} */
export const connectBytes = (task) => open(task, bytes());
