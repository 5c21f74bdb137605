import { setTimeout as pause } from 'node:timers/promises';

import * as t from 'io-ts';
import { defer, lastValueFrom, toArray } from 'rxjs';
import type { Observable } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';

import {
  constantBackoff,
  json,
  RequestCancelledError,
  RequestLostError,
  RequestNotSentError,
  RequestTimedOutError,
  webSocket,
} from '../../src/index.js';
import type { SocketOptions, SocketSubject } from '../../src/index.js';
import type { WssConnection, WssServer } from '../../src/testing/index.js';
import { useNoUncaught } from '../integration/support/no-uncaught.js';
import { useServers } from '../integration/support/servers.js';
import { until, within } from '../integration/support/until.js';
import { inState, watch } from '../integration/support/watch.js';

const servers = useServers();
useNoUncaught();

const Reply = t.partial({ id: t.number, result: t.unknown, error: t.string, last: t.boolean });
type Reply = t.TypeOf<typeof Reply>;

interface Call {
  readonly id: number;
  /** What the server is to do. */
  readonly method: 'echo' | 'later' | 'ignore' | 'fail' | 'drop' | 'count' | 'cancel';
  readonly value?: number;
}

interface Prepared {
  readonly server: WssServer;
  readonly socket: SocketSubject<Reply, Call>;
  /** The calls that came on each connection. */
  readonly calls: Call[][];
}

const soon = constantBackoff({ delay: 1 });

async function prepare(options: Partial<SocketOptions<Reply, Call>> = {}): Promise<Prepared> {
  const calls: Call[][] = [];
  const server = await servers.wss({
    recordsMessages: false,
    onConnection: (connection) => {
      const own: Call[] = [];
      calls.push(own);
      connection.onMessage((data) => {
        const call = JSON.parse(Buffer.from(data).toString()) as Call;
        own.push(call);
        answer(connection, call, calls.length);
      });
    },
  });
  const socket = webSocket<Reply, Call>({
    url: server.url,
    codec: json({ incoming: Reply }),
    requests: {
      id: ({ id }) => id,
      answerTo: ({ id }) => id,
      failure: ({ error }) => (error === undefined ? undefined : new Error(error)),
    },
    ...options,
  });
  return { server, socket, calls };
}

function answer(connection: WssConnection, { id, method, value = 0 }: Call, line: number): void {
  const say = (reply: Reply): void => {
    connection.send(JSON.stringify(reply)).catch(() => undefined);
  };
  switch (method) {
    case 'echo':
      say({ id, result: value });
      break;
    case 'later':
      setTimeout(() => {
        say({ id, result: value });
      }, value);
      break;
    case 'fail':
      say({ id, error: 'not today' });
      break;
    case 'drop':
      // The first connection does not outlive it.
      if (line === 1) connection.terminate();
      else say({ id, result: value });
      break;
    case 'count':
      for (let each = 1; each <= value; each += 1) say({ id, result: each, last: each === value });
      break;
    case 'ignore':
    case 'cancel':
      break;
  }
}

describe('request', () => {
  it('should dial, get its answer, and leave', async () => {
    const { server, socket } = await prepare();
    expect(await within('the answer', socket.request({ id: 1, method: 'echo', value: 7 }))).toEqual(
      {
        id: 1,
        result: 7,
      },
    );
    await inState(socket, 'Closed');
    expect(server.accepted).toBe(1);
  });

  it('should have 1,000 in flight, and each its own answer', async () => {
    const { server, socket, calls } = await prepare();
    const plain = watch(socket);
    const values = Array.from({ length: 1_000 }, (_, index) => (index * 7) % 100);
    const answers = values.map((value, id) => socket.request({ id, method: 'later', value }));
    await until('all to have come', () => calls[0]?.length === 1_000);
    const replies = await within('the answers', Promise.all(answers));
    expect(replies).toEqual(values.map((result, id) => ({ id, result })));
    expect(plain.values).toEqual([]);
    expect(server.accepted).toBe(1);
    plain.subscription.unsubscribe();
  });

  it('should fail with what the answer says', async () => {
    const { socket } = await prepare();
    await expect(socket.request({ id: 1, method: 'fail' })).rejects.toThrow('not today');
  });

  it('should give up in time, tell the server, and give a late answer to the stream', async () => {
    const { socket, calls } = await prepare();
    const plain = watch(socket);
    await inState(socket, 'Open');
    const cancel = (): Call => ({ id: 1, method: 'cancel' });
    const call: Call = { id: 1, method: 'later', value: 80 };
    const failed = socket.request(call, { timeout: 20, cancel });
    await expect(failed).rejects.toBeInstanceOf(RequestTimedOutError);
    await expect(failed).rejects.toMatchObject({ wasSent: true, limit: 20 });
    expect(await plain.received(1)).toEqual([{ id: 1, result: 80 }]);
    expect(calls).toEqual([[call, { id: 1, method: 'cancel' }]]);
    plain.subscription.unsubscribe();
  });

  it('should give up while it waits for a connection, and not be sent then', async () => {
    const { server, socket, calls } = await prepare({ reconnect: constantBackoff({ delay: 60 }) });
    const plain = watch(socket);
    await inState(socket, 'Open');
    for (const connection of server.connections) connection.terminate();
    await inState(socket, 'Waiting');
    const failed = socket.request({ id: 1, method: 'echo' }, { timeout: 10 });
    await expect(failed).rejects.toMatchObject({ _tag: 'RequestTimedOutError', wasSent: false });
    await inState(socket, 'Open');
    await socket.request({ id: 2, method: 'echo' });
    expect(calls[1]).toEqual([{ id: 2, method: 'echo' }]);
    plain.subscription.unsubscribe();
  });

  it('should be cancelled, before it is sent and after', async () => {
    const { socket, calls } = await prepare();
    const plain = watch(socket);
    const early = new AbortController();
    const waiting = socket.request({ id: 1, method: 'echo' }, { signal: early.signal });
    early.abort(new Error('no more'));
    await expect(waiting).rejects.toBeInstanceOf(RequestCancelledError);
    await expect(waiting).rejects.toMatchObject({ wasSent: false, cause: { message: 'no more' } });
    await inState(socket, 'Open');
    const late = new AbortController();
    const cancel = (): Call => ({ id: 2, method: 'cancel' });
    const sent = socket.request({ id: 2, method: 'ignore' }, { signal: late.signal, cancel });
    late.abort();
    await expect(sent).rejects.toMatchObject({ name: 'AbortError', wasSent: true });
    await until('the server to be told', () => calls[0]?.length === 2);
    expect(calls).toEqual([
      [
        { id: 2, method: 'ignore' },
        { id: 2, method: 'cancel' },
      ],
    ]);
    plain.subscription.unsubscribe();
  });

  it('should fail when its connection is lost, all of them, and not be sent again', async () => {
    const { socket, calls } = await prepare({ reconnect: soon });
    const plain = watch(socket);
    const ignored = Array.from({ length: 100 }, (_, id) =>
      socket.request({ id, method: 'ignore' }),
    );
    const settled = Promise.allSettled(ignored);
    await until('all to have come', () => calls[0]?.length === 100);
    const failed = socket.request({ id: 200, method: 'drop' });
    await expect(failed).rejects.toBeInstanceOf(RequestLostError);
    await expect(failed).rejects.toMatchObject({
      ending: { _tag: 'NetworkFailed' },
      wasSent: true,
    });
    for (const each of await settled) {
      expect(each).toMatchObject({ reason: { _tag: 'RequestLostError' } });
    }
    await socket.request({ id: 201, method: 'echo' });
    expect(calls[1]).toEqual([{ id: 201, method: 'echo' }]);
    plain.subscription.unsubscribe();
  });

  it('should be sent again where that does no harm', async () => {
    const { socket, calls } = await prepare({ reconnect: soon });
    const options = { idempotent: true };
    const before = Array.from({ length: 10 }, (_, id) =>
      socket.request({ id, method: id === 9 ? 'drop' : 'ignore', value: id }, options),
    );
    before.slice(0, 9).forEach((each) => void each.catch(() => undefined));
    expect(await within('the answer', before[9] ?? Promise.reject(new Error()))).toEqual({
      id: 9,
      result: 9,
    });
    expect(calls[1]).toEqual(calls[0]);
    socket.unsubscribe();
    const left = await Promise.allSettled(before.slice(0, 9));
    expect(left.map(({ status }) => status)).toEqual(Array<string>(9).fill('rejected'));
  });

  it('should not be sent under an id that is taken, nor to a stream that has ended', async () => {
    const { server, socket } = await prepare({ reconnect: constantBackoff({ delay: 1_000 }) });
    const first = socket.request({ id: 1, method: 'later', value: 30 });
    const second = socket.request({ id: 1, method: 'echo' });
    await expect(second).rejects.toBeInstanceOf(RequestNotSentError);
    await expect(second).rejects.toMatchObject({ reason: 'duplicate' });
    expect(await first).toEqual({ id: 1, result: 30 });
    const plain = watch(socket);
    await inState(socket, 'Open');
    for (const connection of server.connections) connection.terminate();
    await inState(socket, 'Waiting');
    const waiting = socket.request({ id: 2, method: 'echo' });
    waiting.catch(() => undefined);
    socket.terminate();
    await expect(waiting).rejects.toMatchObject({ reason: 'ended', wasSent: false });
    plain.subscription.unsubscribe();
  });

  it('should find its answer by itself', async () => {
    const { socket } = await prepare({ requests: undefined });
    const answers = [3, 1, 2].map((id) =>
      socket.request(
        { id, method: 'later', value: id * 10 },
        { correlate: (reply) => reply.id === id },
      ),
    );
    expect(await within('the answers', Promise.all(answers))).toEqual([
      { id: 3, result: 30 },
      { id: 1, result: 10 },
      { id: 2, result: 20 },
    ]);
  });
});

describe('requestStream', () => {
  const isLast = ({ last }: Reply): boolean => last === true;

  it('should give the answers up to the last', async () => {
    const { socket } = await prepare();
    const plain = watch(socket);
    const stream = socket.requestStream({ id: 1, method: 'count', value: 500 }, { isLast });
    const replies = await lastValueFrom(stream.pipe(toArray()), { defaultValue: [] });
    expect(replies.map(({ result }) => result)).toEqual(
      Array.from({ length: 500 }, (_, at) => at + 1),
    );
    expect(plain.values).toEqual([]);
    plain.subscription.unsubscribe();
  });

  it('should tell the server when it is left', async () => {
    const { socket, calls } = await prepare();
    const plain = watch(socket);
    await inState(socket, 'Open');
    const cancel = (): Call => ({ id: 1, method: 'cancel' });
    const seen = watch(socket.requestStream({ id: 1, method: 'ignore' }, { isLast, cancel }));
    seen.subscription.unsubscribe();
    await until('the server to be told', () => calls[0]?.length === 2);
    expect(calls).toEqual([
      [
        { id: 1, method: 'ignore' },
        { id: 1, method: 'cancel' },
      ],
    ]);
    plain.subscription.unsubscribe();
  });

  it('should wait so long from one answer to the next', async () => {
    const { server, socket } = await prepare();
    const plain = watch(socket);
    await inState(socket, 'Open');
    const seen = watch(socket.requestStream({ id: 1, method: 'ignore' }, { isLast, timeout: 60 }));
    for (let each = 1; each <= 4; each += 1) {
      await pause(30);
      for (const connection of server.connections) {
        void connection.send(JSON.stringify({ id: 1, result: each }));
      }
    }
    expect(await seen.outcome()).toMatchObject({ error: { _tag: 'RequestTimedOutError' } });
    expect(seen.values.length).toBe(4);
    plain.subscription.unsubscribe();
  });

  it('should fail when its connection is lost, or begin anew where that does no harm', async () => {
    const { socket, calls } = await prepare({ reconnect: soon });
    const plain = watch(socket);
    const count: Call = { id: 1, method: 'drop', value: 3 };
    const lost = watch(socket.requestStream(count, { isLast }));
    expect(await lost.outcome()).toMatchObject({ error: { _tag: 'RequestLostError' } });
    const anew = { isLast: ({ result }: Reply) => result === 3, idempotent: true };
    const seen = watch(defer(() => socket.requestStream(count, anew)));
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
    expect(seen.values).toEqual([{ id: 1, result: 3 }]);
    expect(calls).toEqual([[count], [count]]);
    plain.subscription.unsubscribe();
  });

  it('should have the types of its socket', () => {
    type Socket = SocketSubject<Reply, Call>;
    expectTypeOf<ReturnType<Socket['request']>>().toEqualTypeOf<Promise<Reply>>();
    expectTypeOf<ReturnType<Socket['requestStream']>>().toEqualTypeOf<Observable<Reply>>();
    expectTypeOf<Parameters<Socket['request']>[0]>().toEqualTypeOf<Call>();
  });
});
