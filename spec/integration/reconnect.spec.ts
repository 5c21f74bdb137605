import { describe, expect, it } from 'vitest';

import {
  constantBackoff,
  OptionRangeError,
  OptionTypeError,
  text,
  webSocket,
} from '../../src/index.js';
import type { CloseRequest, SocketOptions } from '../../src/index.js';
import type { Refusal } from '../../src/testing/index.js';
import { activeResources, nothingLeftSince } from './support/leaks.js';
import { useNoUncaught } from './support/no-uncaught.js';
import { opened, tagsOf, textsOf } from './support/opened.js';
import { afterUpgrade, silent } from './support/peer.js';
import { useServers } from './support/servers.js';
import { textSocket } from './support/text-socket.js';
import { until, within } from './support/until.js';
import { inState, stateOf, statesOf, watch } from './support/watch.js';

const servers = useServers();
useNoUncaught();

const soon = constantBackoff({ delay: 1 });
const late = constantBackoff({ delay: 60_000 });

const prepare = (options?: Partial<SocketOptions<string, string>>): ReturnType<typeof textSocket> =>
  textSocket(servers, options);

describe('reconnect()', () => {
  it.each<{ name: string; close: string | CloseRequest | undefined; expected: CloseRequest }>([
    { name: 'nothing', close: undefined, expected: { code: 4002, reason: 'by default' } },
    { name: 'a reason', close: 'new token', expected: { code: 4002, reason: 'new token' } },
    { name: 'a code', close: { code: 1012 }, expected: { code: 1012, reason: '' } },
    {
      name: 'both',
      close: { code: 4100, reason: 'rotated' },
      expected: { code: 4100, reason: 'rotated' },
    },
  ])('should close with $name, and dial at once without a policy', async ({ close, expected }) => {
    const { server, socket } = await prepare({
      closeWith: { code: 4002, reason: 'by default' },
    });
    const before = activeResources();
    const states = statesOf(socket);
    const seen = watch(socket);
    const first = await opened(server, socket);
    socket.reconnect(close);
    expect(stateOf(socket)).toEqual({ _tag: 'Closing', ...expected });
    expect(await within('the close', first.closed)).toEqual(expected);
    const second = await opened(server, socket);
    await second.send('hello');
    expect(await seen.received(1)).toEqual(['hello']);
    expect(tagsOf(states)).toEqual(['Idle', 'Connecting', 'Open', 'Closing', 'Connecting', 'Open']);
    expect(stateOf(socket)).toMatchObject({ attempt: 1 });
    expect(seen.outcomes).toEqual([]);
    seen.subscription.unsubscribe();
    await second.closed;
    await nothingLeftSince(before);
  });

  it('should keep the outbox, and the order over both connections', async () => {
    const { server, socket } = await prepare();
    watch(socket);
    const first = await opened(server, socket);
    socket.next('before');
    socket.reconnect();
    socket.next('one');
    socket.next('two');
    const second = await within('the second', server.nextConnection());
    socket.next('three');
    await until('all', () => second.messages.length === 3);
    await first.closed;
    expect([textsOf(first), textsOf(second)]).toEqual([['before'], ['one', 'two', 'three']]);
    socket.complete();
    await second.closed;
  });

  it('should end a wait', async () => {
    const { server, socket } = await prepare({ reconnect: late });
    const before = activeResources();
    const states = statesOf(socket);
    const seen = watch(socket);
    (await opened(server, socket)).terminate();
    await inState(socket, 'Waiting');
    socket.next('queued');
    socket.reconnect();
    expect(stateOf(socket)).toEqual({ _tag: 'Connecting', attempt: 1 });
    const second = await opened(server, socket);
    expect((await second.nextMessage()).text).toBe('queued');
    expect(tagsOf(states)).toEqual([
      ...['Idle', 'Connecting', 'Open', 'Waiting', 'Connecting', 'Open'],
    ]);
    seen.subscription.unsubscribe();
    await second.closed;
    await nothingLeftSince(before);
  });

  it('should let the count of retries start over', async () => {
    const delays: number[] = [];
    const { server, socket } = await prepare({
      reconnect: ({ iterNumber }) => {
        delays.push(iterNumber);
        return { _tag: 'Some', value: iterNumber === 3 ? 60_000 : 1 };
      },
    });
    await server.close();
    const seen = watch(socket);
    await until('a long wait', () => delays.length === 4);
    expect(delays).toEqual([0, 1, 2, 3]);
    await inState(socket, 'Waiting');
    socket.reconnect();
    await until('a long wait', () => delays.length === 8);
    expect(delays.slice(4)).toEqual([0, 1, 2, 3]);
    seen.subscription.unsubscribe();
  });

  it('should leave an attempt alone that is under way', async () => {
    let letIn = (): void => undefined;
    const server = await servers.wss({
      onRequest: () =>
        new Promise<Refusal | undefined>((resolve) => {
          letIn = () => {
            resolve(undefined);
          };
        }),
    });
    const socket = webSocket({ url: server.url, codec: text() });
    const states = statesOf(socket);
    watch(socket);
    await until('the request', () => server.requests.length === 1);
    socket.reconnect();
    letIn();
    await opened(server, socket);
    expect(server.requests).toHaveLength(1);
    expect(tagsOf(states)).toEqual(['Idle', 'Connecting', 'Open']);
    socket.terminate();
  });

  it('should do nothing once the stream is being closed', async () => {
    const { server, socket } = await prepare();
    const states = statesOf(socket);
    const seen = watch(socket);
    const connection = await opened(server, socket);
    socket.complete();
    socket.reconnect('too late');
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
    expect(tagsOf(states)).toEqual(['Idle', 'Connecting', 'Open', 'Closing', 'Closed']);
    expect(server.requests).toHaveLength(1);
  });

  it('should do nothing without a subscriber', async () => {
    const { server, socket } = await prepare();
    socket.reconnect();
    expect(stateOf(socket)).toEqual({ _tag: 'Idle' });
    const seen = watch(socket);
    const connection = await opened(server, socket);
    seen.subscription.unsubscribe();
    socket.reconnect('not the code');
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
    await inState(socket, 'Closed');
    socket.reconnect();
    expect(stateOf(socket)._tag).toBe('Closed');
    expect(server.requests).toHaveLength(1);
  });

  it('should make one connection of several calls', async () => {
    const { server, socket } = await prepare();
    watch(socket);
    const first = await opened(server, socket);
    socket.reconnect('the first counts');
    socket.reconnect('not this one');
    socket.reconnect();
    expect(await first.closed).toEqual({ code: 1000, reason: 'the first counts' });
    await opened(server, socket);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(server.accepted).toBe(2);
    socket.terminate();
  });

  it('should dial after closeTimeout when the server does not answer', async () => {
    const mute = await servers.raw(afterUpgrade(silent));
    const server = await servers.wss();
    let { url } = mute;
    const socket = webSocket({ url: () => url, codec: text(), closeTimeout: 50 });
    const seen = watch(socket);
    await inState(socket, 'Open');
    url = server.url;
    socket.reconnect();
    const connection = await opened(server, socket);
    await connection.send('hello');
    expect(await seen.received(1)).toEqual(['hello']);
    socket.terminate();
    await connection.closed;
  });

  it('should dial when the line breaks during the close', async () => {
    const mute = await servers.raw(afterUpgrade(silent));
    const server = await servers.wss();
    let { url } = mute;
    const socket = webSocket({ url: () => url, codec: text() });
    const seen = watch(socket);
    await inState(socket, 'Open');
    url = server.url;
    socket.reconnect();
    for (const connection of mute.connections) connection.reset();
    await opened(server, socket);
    expect(seen.outcomes).toEqual([]);
    socket.terminate();
  });

  it('should go by the policy when the server is not there', async () => {
    const { server, socket } = await prepare({ reconnect: soon });
    const seen = watch(socket);
    const connection = await opened(server, socket);
    socket.reconnect();
    await connection.closed;
    await server.close();
    await inState(socket, 'Waiting').catch(() => undefined);
    const again = await servers.wss({ port: server.port });
    await opened(again, socket);
    expect(seen.outcomes).toEqual([]);
    socket.terminate();
  });

  it('should fail without a policy when the server is not there', async () => {
    const { server, socket } = await prepare({
      url: (() => {
        let count = 0;
        return (): string => ((count += 1) === 1 ? server.url : 'ws://127.0.0.1:1');
      })(),
    });
    const seen = watch(socket);
    await opened(server, socket);
    socket.reconnect();
    expect((await seen.failure()).ending).toMatchObject({ kind: 'refused' });
  });

  it('should give way to complete() that comes after it', async () => {
    const { server, socket } = await prepare();
    const before = activeResources();
    const seen = watch(socket);
    const connection = await opened(server, socket);
    socket.reconnect('rotated');
    socket.complete();
    expect(await connection.closed).toEqual({ code: 1000, reason: 'rotated' });
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
    await nothingLeftSince(before);
    expect(server.requests).toHaveLength(1);
  });

  it('should send what is given before complete() on the new connection', async () => {
    const { server, socket } = await prepare();
    const seen = watch(socket);
    await opened(server, socket);
    socket.reconnect();
    socket.next('still to send');
    socket.complete();
    const second = await within('the second', server.nextConnection());
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
    expect(textsOf(second)).toEqual(['still to send']);
  });

  it.each([
    { name: 'the last one leaves', end: 'leave' },
    { name: 'terminate()', end: 'terminate' },
    { name: 'unsubscribe()', end: 'unsubscribe' },
  ] as const)('should not dial when $name follows', async ({ end }) => {
    const { server, socket } = await prepare();
    const before = activeResources();
    const seen = watch(socket);
    const connection = await opened(server, socket);
    socket.reconnect();
    if (end === 'leave') seen.subscription.unsubscribe();
    else socket[end]();
    await within('the close', connection.closed);
    await inState(socket, 'Closed');
    await nothingLeftSince(before);
    expect(server.requests).toHaveLength(1);
  });

  it('should close a connection that onOpen has, and log in again', async () => {
    let logins = 0;
    const { server, socket } = await prepare({
      onOpen: (session) => {
        logins += 1;
        session.send(`login ${logins}`);
        return logins === 1 ? new Promise<void>(() => undefined) : undefined;
      },
    });
    const states = statesOf(socket);
    const seen = watch(socket);
    await inState(socket, 'Opening');
    const first = await server.nextConnection();
    await first.nextMessage();
    socket.reconnect('again');
    expect(await first.closed).toEqual({ code: 1000, reason: 'again' });
    const second = await opened(server, socket);
    expect((await second.nextMessage()).text).toBe('login 2');
    expect(tagsOf(states)).toEqual([
      ...['Idle', 'Connecting', 'Opening', 'Closing', 'Connecting', 'Opening', 'Open'],
    ]);
    expect(seen.outcomes).toEqual([]);
    socket.terminate();
  });

  it('should be possible from within a message, a state and onOpen', async () => {
    const { server, socket } = await prepare();
    const seen = watch(socket);
    const inMessage = socket.subscribe((message) => {
      if (message === 'reconnect') socket.reconnect('in a message');
    });
    const first = await opened(server, socket);
    await first.send('reconnect');
    expect(await within('the close', first.closed)).toEqual({ code: 1000, reason: 'in a message' });
    const second = await opened(server, socket);
    let isDone = false;
    const inState = socket.state.subscribe(({ _tag }) => {
      if (_tag === 'Open' && !isDone) {
        isDone = true;
        socket.reconnect('in a state');
      }
    });
    expect(await within('the close', second.closed)).toEqual({ code: 1000, reason: 'in a state' });
    const third = await opened(server, socket);
    await third.send('hello');
    await seen.received(2);
    inMessage.unsubscribe();
    inState.unsubscribe();
    socket.terminate();
    await third.closed;
    expect(server.accepted).toBe(3);
  });

  it.each<[string, unknown, new (...args: never[]) => Error]>([
    ['a code that may not be sent', { code: 1006 }, OptionRangeError],
    ['a reason that is too long', 'x'.repeat(124), OptionRangeError],
    ['a number', 1012, OptionTypeError],
    ['a code of the wrong kind', { code: '1012' }, OptionTypeError],
  ])('should throw for %s, and leave the connection', async (_name, close, type) => {
    const { server, socket } = await prepare();
    const seen = watch(socket);
    const connection = await opened(server, socket);
    expect(() => {
      socket.reconnect(close as string);
    }).toThrow(type);
    await connection.ping();
    expect(stateOf(socket)._tag).toBe('Open');
    seen.subscription.unsubscribe();
    await connection.closed;
  });
});
