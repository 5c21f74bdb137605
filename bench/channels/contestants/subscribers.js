import { once } from 'node:events';

import { Observable } from 'rxjs';
import { WebSocket } from 'ws';

import { topicNamed } from '../workloads.js';

/**
 * The least that can be done where a channel is a stream of rxjs: a map of subscribers.
 *
 * @type {import('../client.js').Connect}
 */
export const connect = async ({ url, ca, channels, add, fail }) => {
  const socket = new WebSocket(url, { ca, perMessageDeflate: false });
  await once(socket, 'open');
  /** @type {Map<string, import('rxjs').Subscriber<import('../workloads.js').Trade>>} */
  const subscribers = new Map();
  for (let at = 0; at < channels; at += 1) {
    const topic = topicNamed(at);
    /** @type {Observable<import('../workloads.js').Trade>} */
    const channel = new Observable((subscriber) => {
      subscribers.set(topic, subscriber);
      socket.send(JSON.stringify({ subscribe: topic }));
      return () => subscribers.delete(topic);
    });
    channel.subscribe({ next: (message) => add(topic, message), error: fail });
  }
  socket.on('error', fail);
  socket.on('message', (data) => {
    const message = JSON.parse(data.toString());
    subscribers.get(message.topic)?.next(message);
  });
};
