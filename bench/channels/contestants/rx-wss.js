import { json, webSocket } from 'rx-wss';

import { topicNamed } from '../workloads.js';

/** @type {import('../client.js').Connect} */
export const connect = ({ url, ca, channels, add, fail }) => {
  const socket = webSocket({
    url,
    tls: { ca },
    // The server answers no pings.
    heartbeat: false,
    // Not checked, as with rxjs: what is measured is the way to the channel.
    codec: json(),
    route: (/** @type {any} */ { topic }) => topic,
  });
  for (let at = 0; at < channels; at += 1) {
    const topic = topicNamed(at);
    socket
      .channel({ key: topic, subscribe: () => ({ subscribe: topic }) })
      .subscribe({ next: (message) => add(topic, /** @type {any} */ (message)), error: fail });
  }
  return new Promise((resolve) => {
    socket.state.subscribe(({ _tag }) => {
      if (_tag === 'Open') resolve();
    });
  });
};
