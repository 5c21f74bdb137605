import { once } from 'node:events';

import { WebSocket } from 'ws';

import { topicNamed } from '../workloads.js';

/**
 * The least that can be done: a map of functions.
 *
 * @type {import('../client.js').Connect}
 */
export const connect = async ({ url, ca, channels, add, fail }) => {
  const socket = new WebSocket(url, { ca, perMessageDeflate: false });
  await once(socket, 'open');
  /** @type {Map<string, (message: import('../workloads.js').Trade) => void>} */
  const handlers = new Map();
  for (let at = 0; at < channels; at += 1) {
    const topic = topicNamed(at);
    handlers.set(topic, (message) => add(topic, message));
    socket.send(JSON.stringify({ subscribe: topic }));
  }
  socket.on('error', fail);
  socket.on('message', (data) => {
    const message = JSON.parse(data.toString());
    handlers.get(message.topic)?.(message);
  });
};
