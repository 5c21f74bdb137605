import { map } from 'rxjs';
import { webSocket } from 'rxjs/webSocket';
import { WebSocket } from 'ws';

import { MAX_PAYLOAD } from '../contestants.js';

/**
 * The socket of RxJS over ws with the options that all have.
 *
 * @template T
 * @param {import('../contestants.js').Task} task
 * @param {Partial<import('rxjs/webSocket').WebSocketSubjectConfig<T>>} config
 * @param {(messages: import('rxjs').Observable<T>) => import('rxjs').Observable<unknown>} read
 * @returns {Promise<void>}
 */
function open({ url, ca, weigh, tally }, config, read) {
  class TrustingWebSocket extends WebSocket {
    /** @param {string} address */
    constructor(address) {
      super(address, { ca, perMessageDeflate: false, maxPayload: MAX_PAYLOAD });
    }
  }
  return new Promise((resolve, reject) => {
    const socket = webSocket({
      ...config,
      url,
      WebSocketCtor: /** @type {any} */ (TrustingWebSocket),
      openObserver: { next: () => resolve() },
    });
    read(socket).subscribe({
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
export const connectTyped = (task) =>
  open(
    task,
    {},
    map((message) => {
      const decoded = task.type.decode(message);
      if (decoded._tag === 'Right') return decoded.right;
      throw new Error('a message is not of its type');
    }),
  );

/** @type {import('../contestants.js').Connect} */
export const connectBytes = (task) =>
  open(task, { deserializer: ({ data }) => data }, (messages) => messages);
