import { webSocket } from 'rxjs/webSocket';
import { WebSocket } from 'ws';

import { topicNamed } from '../workloads.js';

/** @type {import('../client.js').Connect} */
export const connect = ({ url, ca, channels, add, fail }) => {
  class TrustingWebSocket extends WebSocket {
    /** @param {string} address */
    constructor(address) {
      super(address, { ca, perMessageDeflate: false });
    }
  }
  return new Promise((resolve) => {
    /** @type {import('rxjs/webSocket').WebSocketSubject<any>} */
    const socket = webSocket({
      url,
      WebSocketCtor: /** @type {any} */ (TrustingWebSocket),
      openObserver: { next: () => resolve() },
    });
    for (let at = 0; at < channels; at += 1) {
      const wanted = topicNamed(at);
      socket
        .multiplex(
          () => ({ subscribe: wanted }),
          () => ({ unsubscribe: wanted }),
          ({ topic }) => topic === wanted,
        )
        .subscribe({ next: (message) => add(wanted, message), error: fail });
    }
  });
};
