// JSON-RPC 2.0 (https://www.jsonrpc.org/specification) over a WebSocket: calls, errors and notifications.
// Run it with `node examples/json-rpc.js` after `npm run build`.
import { strict as assert } from 'node:assert';

import * as t from 'io-ts';
import { exponentialBackoff, json, RequestTimedOutError, webSocket } from 'rx-wss';
import { createWssServer } from 'rx-wss/testing';
import { filter } from 'rxjs';

/** What the server's error object says. */
class RpcError extends Error {
  constructor({ code, message, data }) {
    super(message);
    this.name = 'RpcError';
    this.code = code;
    this.data = data;
  }
}

const Failure = t.intersection([
  t.type({ code: t.number, message: t.string }),
  t.partial({ data: t.unknown }),
]);
// An answer has an id, and a result or an error; a notification has a method and no id.
const Incoming = t.intersection([
  t.type({ jsonrpc: t.literal('2.0') }),
  t.partial({
    id: t.union([t.number, t.null]),
    result: t.unknown,
    error: Failure,
    method: t.string,
    params: t.unknown,
  }),
]);

/** A client: `call` gives the result or fails with an RpcError, `notify` expects no answer. */
function connect(url) {
  const socket = webSocket({
    url,
    codec: json({ incoming: Incoming }),
    reconnect: exponentialBackoff({ initialDelay: 20 }),
    requests: {
      id: ({ id }) => id,
      answerTo: ({ id, method }) => (method === undefined ? id : undefined),
      failure: ({ error }) => error && new RpcError(error),
    },
  });
  let lastId = 0;
  return {
    notifications: socket.pipe(filter(({ method }) => method !== undefined)),
    notify: (method, params) => socket.next({ jsonrpc: '2.0', method, params }),
    async call(method, params, options) {
      const request = { jsonrpc: '2.0', id: (lastId += 1), method, params };
      return (await socket.request(request, options)).result;
    },
  };
}

// A server to talk to.
const methods = {
  add: ([a, b]) => a + b,
  fail: () => Promise.reject(new RpcError({ code: -32000, message: 'It is broken', data: 42 })),
  sleep: () => new Promise(() => undefined),
};
const server = await createWssServer({
  onConnection: (connection) =>
    connection.onMessage(async (data) => {
      const { id, method, params } = JSON.parse(data.toString());
      // What is said after a restart has nobody to go to.
      const send = (message) =>
        connection.send(JSON.stringify({ jsonrpc: '2.0', ...message })).catch(() => undefined);
      if (method === 'restart') return connection.terminate();
      if (id === undefined) return send({ method: 'noted', params });
      const none = { code: -32601, message: 'Method not found' };
      try {
        if (methods[method] === undefined) throw new RpcError(none);
        return send({ id, result: await methods[method](params) });
      } catch ({ code, message, data }) {
        return send({ id, error: { code, message, data } });
      }
    }),
});

const rpc = connect(server.url);
const notes = [];
const subscription = rpc.notifications.subscribe(({ params }) => notes.push(params));

// Many at once, each with its own answer.
const pairs = Array.from({ length: 100 }, (_, index) => [index, 1]);
const sums = await Promise.all(pairs.map((pair) => rpc.call('add', pair)));
assert.deepEqual(sums.slice(0, 3), [1, 2, 3]);
console.log('add', sums.length, 'times:', sums.slice(0, 3), '…');

// What the server says went wrong, as an error.
await assert.rejects(rpc.call('fail'), { name: 'RpcError', code: -32000, data: 42 });
await assert.rejects(rpc.call('nothing'), { code: -32601, message: 'Method not found' });

// What goes wrong on the way, as another.
await assert.rejects(rpc.call('sleep', [], { timeout: 50 }), RequestTimedOutError);
await assert.rejects(rpc.call('sleep', [], { signal: AbortSignal.timeout(50) }), {
  code: 'ERR_WSS_REQUEST_CANCELLED',
});

// A call that may be made twice outlives the connection.
rpc.notify('restart');
console.log('add after a restart:', await rpc.call('add', [1, 2], { idempotent: true }));

// Notifications, both ways.
rpc.notify('note', ['hello']);
await rpc.call('add', [0, 0]);
assert.deepEqual(notes, [['hello']]);
console.log('notifications:', notes);

subscription.unsubscribe();
await server.close();
