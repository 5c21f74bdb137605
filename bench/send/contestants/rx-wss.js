import { text, webSocket } from 'rx-wss';

/** @typedef {import('../contestants.js').Connect} Connect */
/** @typedef {import('rx-wss').SocketSubject<string, string>} Socket */

/**
 * @param {import('../contestants.js').Task} task
 * @param {(socket: Socket) => (message: string) => void} createSend
 * @returns {Promise<import('../contestants.js').Sender>}
 */
function open({ url, ca, onMessage, fail }, createSend) {
  // The server counts bytes, and a ping would be too many.
  const socket = webSocket({ url, tls: { ca }, codec: text(), heartbeat: false });
  socket.undelivered.subscribe(() => fail(new Error('a message was not delivered')));
  return new Promise((resolve, reject) => {
    socket.state.subscribe(({ _tag }) => {
      if (_tag === 'Open') {
        resolve({ send: createSend(socket), isFull: () => !socket.isWritable });
      }
    });
    socket.subscribe({
      next: onMessage,
      error: (error) => {
        reject(error);
        fail(error);
      },
      complete: () => fail(new Error('the connection was closed')),
    });
  });
}

/** @type {Connect} */
export const connectNext = (task) => open(task, (socket) => (message) => socket.next(message));

/** @type {Connect} */
export const connectSend = (task) => {
  const { onFate, fail } = task;
  /** @param {import('rx-wss').Delivery} delivery */
  const settled = ({ _tag }) => {
    if (_tag === 'Flushed') onFate();
    else fail(new Error(`a message was ${_tag}`));
  };
  return open(task, (socket) => (message) => void socket.send(message).then(settled, fail));
};
