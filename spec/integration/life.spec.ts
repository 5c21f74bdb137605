import * as O from 'fp-ts/lib/Option.js';
import * as t from 'io-ts';
import { concat, of, repeat, retry, Subject, takeUntil, throwError } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  CloseError,
  constantBackoff,
  EncodeError,
  json,
  limitRetries,
  concatPolicies,
  NetworkError,
  OutboxFullError,
  repeatBackoff,
  retryBackoff,
  text,
  UpgradeRefusedError,
  webSocket,
} from '../../src/index.js';
import type { SocketState, SocketSubject } from '../../src/index.js';
import type { Refusal, WssConnection, WssServer } from '../../src/testing/index.js';
import { brief } from './support/brief.js';
import { eitherCodec } from './support/either-codec.js';
import { activeResources, nothingLeftSince } from './support/leaks.js';
import { afterUpgrade, silent } from './support/peer.js';
import { useServers } from './support/servers.js';
import { collectUncaught } from './support/uncaught.js';
import type { UncaughtErrors } from './support/uncaught.js';
import { until, within } from './support/until.js';
import { endingOf, inState, stateOf, statesOf, watch } from './support/watch.js';

const servers = useServers();

let uncaught: UncaughtErrors;

beforeEach(() => {
  uncaught = collectUncaught();
});

afterEach(() => {
  uncaught.stop();
  expect(uncaught.errors).toEqual([]);
});

const soon = constantBackoff({ delay: 1 });

/** A server and a socket for text on it; nothing is dialled yet. */
async function prepare(): Promise<{
  readonly server: WssServer;
  readonly socket: SocketSubject<string, string>;
}> {
  const server = await servers.wss();
  return { server, socket: webSocket({ url: server.url, codec: text() }) };
}

/** The next connection at the server, once the client has it open, too. */
async function opened(
  server: WssServer,
  socket: { readonly state: SocketSubject<unknown, unknown>['state'] },
): Promise<WssConnection> {
  const connection = await within('the connection', server.nextConnection());
  await inState(socket, 'Open');
  return connection;
}

const tags = (states: readonly SocketState[]): readonly string[] => states.map(({ _tag }) => _tag);

const textsOf = ({ messages }: WssConnection): readonly string[] =>
  messages.map((message) => message.text);

describe('subscribing', () => {
  it('should dial for the first, share with all, and close with 1000 after the last', async () => {
    const { server, socket } = await prepare();
    const states = statesOf(socket);
    expect(server.requests).toEqual([]);
    const before = activeResources();
    const first = watch(socket);
    const second = watch(socket);
    const third = watch(socket.decoded);
    const connection = await opened(server, socket);
    await connection.send('to all');
    await Promise.all([first.received(1), second.received(1), third.received(1)]);
    first.subscription.unsubscribe();
    third.subscription.unsubscribe();
    await connection.send('to one');
    await second.received(2);
    expect(first.values).toEqual(['to all']);
    expect(stateOf(socket)._tag).toBe('Open');
    second.subscription.unsubscribe();
    expect(stateOf(socket)).toEqual({ _tag: 'Closing', code: 1000, reason: '' });
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
    expect(brief(await endingOf(socket))).toEqual({
      _tag: 'Closed',
      by: 'client',
      phase: 'closing',
      code: 1000,
      reason: '',
      wasClean: true,
    });
    expect(tags(states)).toEqual(['Idle', 'Connecting', 'Open', 'Closing', 'Closed']);
    expect(server.accepted).toBe(1);
    await nothingLeftSince(before);
    expect([...first.outcomes, ...second.outcomes, ...third.outcomes]).toEqual([]);
  });

  it('should give a working new connection when it follows an unsubscribe while connecting', async () => {
    const { server, socket } = await prepare();
    const before = activeResources();
    const states = statesOf(socket);
    const first = watch(socket);
    first.subscription.unsubscribe();
    const second = watch(socket);
    const connection = await opened(server, socket);
    await connection.send('hello');
    expect(await second.received(1)).toEqual(['hello']);
    socket.next('hello yourself');
    expect((await connection.nextMessage()).text).toBe('hello yourself');
    expect(tags(states)).toEqual(['Idle', 'Connecting', 'Closed', 'Connecting', 'Open']);
    expect(states[2]).toMatchObject({ ending: { _tag: 'Cancelled', by: 'client' } });
    second.subscription.unsubscribe();
    await nothingLeftSince(before);
    expect(first.outcomes).toEqual([]);
  });

  it('should give a new connection when it follows an unsubscribe during the upgrade', async () => {
    let letGo = (): void => undefined;
    const held = new Promise<Refusal>((resolve) => {
      letGo = () => {
        resolve({ status: 503 });
      };
    });
    let isFirst = true;
    const server = await servers.wss({ onRequest: () => (isFirst ? held : undefined) });
    const socket = webSocket({ url: server.url, codec: text() });
    const before = activeResources();
    const first = watch(socket);
    await until('the request', () => server.requests.length === 1);
    isFirst = false;
    first.subscription.unsubscribe();
    const second = watch(socket);
    const connection = await opened(server, socket);
    letGo();
    await connection.send('hello');
    expect(await second.received(1)).toEqual(['hello']);
    expect(server.requests).toHaveLength(2);
    second.subscription.unsubscribe();
    await connection.closed;
    await nothingLeftSince(before);
    expect(first.outcomes).toEqual([]);
  });

  it('should give a new connection when it follows an unsubscribe while open', async () => {
    const { server, socket } = await prepare();
    const before = activeResources();
    const first = watch(socket);
    const old = await opened(server, socket);
    first.subscription.unsubscribe();
    const second = watch(socket);
    const connection = await opened(server, socket);
    await connection.send('hello');
    expect(await second.received(1)).toEqual(['hello']);
    expect(await old.closed).toEqual({ code: 1000, reason: '' });
    second.subscription.unsubscribe();
    await connection.closed;
    await nothingLeftSince(before);
  });

  it('should not let the end of the old connection touch the new one', async () => {
    const old = await servers.raw(afterUpgrade(silent));
    const server = await servers.wss();
    let url = old.url;
    const socket = webSocket({ url: () => url, codec: text(), closeTimeout: 60 });
    const first = watch(socket);
    await inState(socket, 'Open');
    url = server.url;
    const states = statesOf(socket);
    first.subscription.unsubscribe();
    const second = watch(socket);
    const connection = await opened(server, socket);
    // The old server does not answer the close: its line is torn down while the new one is open.
    await within('the old line', Promise.all(old.connections.map((each) => each.closed)));
    await connection.ping();
    expect(tags(states)).toEqual(['Open', 'Closing', 'Connecting', 'Open']);
    expect(second.outcomes).toEqual([]);
    second.subscription.unsubscribe();
    await connection.closed;
  });

  it('should dial again after completion, after failure and after unsubscribing', async () => {
    const { server, socket } = await prepare();
    for (const code of [1000, 1011, undefined, 4000, 1005]) {
      const seen = watch(socket);
      const connection = await opened(server, socket);
      expect(stateOf(socket)).toMatchObject({ attempt: 1 });
      if (code === undefined) seen.subscription.unsubscribe();
      else void connection.close(...(code === 1005 ? [] : [code]));
      await inState(socket, 'Closed');
      if (code !== undefined) {
        expect((await seen.outcome())._tag).toBe(
          code === 1000 || code === 1005 ? 'Completed' : 'Failed',
        );
      }
    }
    expect(server.accepted).toBe(5);
  });

  it('should leave nothing after 100 who come and go at every stage', async () => {
    const { server, socket } = await prepare();
    const before = activeResources();
    const all = [];
    for (let count = 0; count < 100; count += 1) {
      const seen = watch(socket);
      all.push(seen);
      for (let turn = 0; turn < count % 20; turn += 1) await new Promise(setImmediate);
      seen.subscription.unsubscribe();
    }
    const last = watch(socket);
    const connection = await until('the last connection', () => {
      const [only, ...others] = server.connections;
      return stateOf(socket)._tag === 'Open' && others.length === 0 && only;
    });
    await connection.send('still here');
    expect(await last.received(1)).toEqual(['still here']);
    last.subscription.unsubscribe();
    await nothingLeftSince(before);
    expect(all.flatMap(({ outcomes }) => outcomes)).toEqual([]);
  });

  it('should go on for the other subscribers when one throws', async () => {
    const { server, socket } = await prepare();
    const thrown = new Error('a bug in a subscriber');
    const bad = socket.subscribe({
      next: () => {
        throw thrown;
      },
      error: () => undefined,
    });
    const good = watch(socket);
    const connection = await opened(server, socket);
    await connection.send('one');
    await connection.send('two');
    expect(await good.received(2)).toEqual(['one', 'two']);
    await until('rxjs to report it', () => uncaught.errors.length === 2);
    expect(uncaught.errors).toEqual([thrown, thrown]);
    uncaught.stop();
    uncaught = collectUncaught();
    bad.unsubscribe();
    good.subscription.unsubscribe();
    await connection.closed;
  });
});

describe('the end by the server', () => {
  it.each([
    { code: 1000, reason: 'done', completes: true },
    { code: undefined, reason: '', completes: true },
    { code: 1001, reason: 'going away', completes: false },
    { code: 1002, reason: '', completes: false },
    { code: 1008, reason: 'policy', completes: false },
    { code: 1011, reason: 'oops', completes: false },
    { code: 1012, reason: 'service restart', completes: false },
    { code: 3000, reason: '', completes: false },
    { code: 4401, reason: 'token expired é 🚀', completes: false },
    { code: 4999, reason: 'x'.repeat(123), completes: false },
  ])('should carry code $code and its reason', async ({ code, reason, completes }) => {
    const { server, socket } = await prepare();
    const before = activeResources();
    const seen = watch(socket);
    const connection = await opened(server, socket);
    const { since } = await inState(socket, 'Open');
    void (code === undefined ? connection.close() : connection.close(code, reason));
    const ending = await endingOf(socket);
    expect(brief(ending)).toEqual({
      _tag: 'Closed',
      by: 'server',
      phase: 'open',
      code: code ?? 1005,
      reason,
      wasClean: true,
    });
    expect(ending.uptime).toBeGreaterThanOrEqual(0);
    expect(ending.uptime).toBeLessThanOrEqual(Date.now() - since);
    expect(ending.target).toBe(`127.0.0.1:${server.port}`);
    if (completes) {
      expect(seen.outcomes).toEqual([{ _tag: 'Completed' }]);
    } else {
      const error = await seen.failure();
      expect(error).toBeInstanceOf(CloseError);
      expect(error.ending).toBe(ending);
      expect(error.message).toContain(`closed the connection with code ${code}`);
    }
    await nothingLeftSince(before);
    expect(seen.outcomes).toHaveLength(1);
  });

  it('should not let the reason break out of the message', async () => {
    const { server, socket } = await prepare();
    const seen = watch(socket);
    const reason = 'a\r\nb\u001b[31m\u202e';
    void (await opened(server, socket)).close(4000, reason);
    const error = await seen.failure();
    expect(error.ending).toMatchObject({ reason });
    expect(error.message).toContain('(a\\u000d\\u000ab\\u001b[31m\\u202e)');
  });

  it('should follow completeOn', async () => {
    const server = await servers.wss();
    const socket = webSocket({
      url: server.url,
      completeOn: (ending) => ending._tag === 'Closed' && ending.code === 1001,
    });
    const first = watch(socket);
    void (await opened(server, socket)).close(1001);
    expect(await first.outcome()).toEqual({ _tag: 'Completed' });
    const second = watch(socket);
    void (await opened(server, socket)).close(1000);
    expect(brief((await second.failure()).ending)).toMatchObject({ _tag: 'Closed', code: 1000 });
  });

  it('should fail the stream with what completeOn throws', async () => {
    const server = await servers.wss();
    const bug = new Error('a bug in completeOn');
    const socket = webSocket({
      url: server.url,
      completeOn: () => {
        throw bug;
      },
    });
    const before = activeResources();
    const seen = watch(socket);
    void (await opened(server, socket)).close(1000);
    expect(await seen.outcome()).toEqual({ _tag: 'Failed', error: bug });
    expect(stateOf(socket)).toMatchObject({ _tag: 'Closed', ending: { code: 1000 } });
    await nothingLeftSince(before);
  });
});

describe('complete()', () => {
  it('should send what was given before, close with 1000 and complete everyone', async () => {
    const { server, socket } = await prepare();
    const before = activeResources();
    const first = watch(socket);
    const second = watch(socket.decoded);
    const connection = await opened(server, socket);
    const sent = Array.from({ length: 500 }, (_, index) => `message ${index} ${'x'.repeat(1000)}`);
    for (const each of sent) socket.next(each);
    socket.complete();
    expect(stateOf(socket)).toEqual({ _tag: 'Closing', code: 1000, reason: '' });
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
    expect(textsOf(connection)).toEqual(sent);
    expect(await first.outcome()).toEqual({ _tag: 'Completed' });
    expect(await second.outcome()).toEqual({ _tag: 'Completed' });
    await nothingLeftSince(before);
    expect(first.outcomes).toHaveLength(1);
    expect(second.outcomes).toHaveLength(1);
  });

  it('should send everything to a slow reader before it closes', async () => {
    const server = await servers.wss();
    const outbox = { maxBytes: Infinity, highWaterMark: Infinity };
    const socket = webSocket({ url: server.url, codec: text(), outbox });
    const before = activeResources();
    const seen = watch(socket);
    const connection = await opened(server, socket);
    // It reads one chunk every 2 ms.
    connection.tcpSocket.on('data', () => {
      connection.pause();
      setTimeout(() => {
        connection.resume();
      }, 2);
    });
    const message = 'x'.repeat(100_000);
    for (let count = 0; count < 200; count += 1) socket.next(message);
    socket.complete();
    expect(stateOf(socket)._tag).toBe('Closing');
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
    expect(await endingOf(socket)).toMatchObject({ code: 1000, wasClean: true });
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
    expect(connection.messages).toHaveLength(200);
    await nothingLeftSince(before);
  });

  it.each([
    { name: 'all of which is with the connection', highWaterMark: Infinity },
    { name: 'most of which waits in the outbox', highWaterMark: 200_000 },
  ])('should not wait for a reader that reads nothing of it, $name', async ({ highWaterMark }) => {
    const server = await servers.wss();
    const outbox = { maxBytes: Infinity, highWaterMark };
    const socket = webSocket({ url: server.url, codec: text(), closeTimeout: 100, outbox });
    const before = activeResources();
    const seen = watch(socket);
    const connection = await opened(server, socket);
    connection.pause();
    const message = 'x'.repeat(100_000);
    for (let count = 0; count < 200; count += 1) socket.next(message);
    socket.complete();
    await seen.outcome();
    expect(await endingOf(socket)).toMatchObject({ code: 1000, wasClean: false });
    connection.resume();
    await connection.closed;
    expect(connection.messages.length).toBeLessThan(200);
    await nothingLeftSince(before);
    expect(seen.outcomes).toHaveLength(1);
  });

  it('should still receive until the closing handshake is done', async () => {
    const server = await servers.wss();
    const socket = webSocket({ url: server.url, codec: text() });
    const seen = watch(socket);
    const connection = await opened(server, socket);
    connection.onMessage(() => {
      void connection.send('the answer to the last message');
    });
    socket.next('the last message');
    socket.complete();
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
    expect(seen.values).toEqual(['the answer to the last message']);
  });

  it('should end the stream at once while it connects with nothing to send', async () => {
    const server = await servers.raw(silent);
    const socket = webSocket(server.url);
    const states = statesOf(socket);
    const before = activeResources();
    const seen = watch(socket);
    await until('the request', () => server.bytesReceived > 0);
    socket.complete();
    expect(seen.outcomes).toEqual([{ _tag: 'Completed' }]);
    expect(tags(states)).toEqual(['Idle', 'Connecting', 'Closed']);
    expect(brief(await endingOf(socket))).toEqual({
      _tag: 'Closed',
      by: 'client',
      phase: 'upgrade',
      code: 1000,
      reason: '',
      wasClean: false,
    });
    await nothingLeftSince(before);
    expect(seen.outcomes).toHaveLength(1);
  });

  it('should wait, while it connects, until what is queued is sent', async () => {
    const { server, socket } = await prepare();
    const states = statesOf(socket);
    const seen = watch(socket);
    socket.next('one');
    socket.next('two');
    socket.complete();
    expect(seen.outcomes).toEqual([]);
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
    const connection = await server.nextConnection();
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
    expect(textsOf(connection)).toEqual(['one', 'two']);
    expect(tags(states)).toEqual(['Idle', 'Connecting', 'Open', 'Closing', 'Closed']);
  });

  it('should end the stream at once while it waits with nothing to send', async () => {
    const server = await servers.wss({ onRequest: () => ({ status: 503 }) });
    const socket = webSocket({ url: server.url, reconnect: constantBackoff({ delay: 60_000 }) });
    const before = activeResources();
    const seen = watch(socket);
    await inState(socket, 'Waiting');
    socket.complete();
    expect(seen.outcomes).toEqual([{ _tag: 'Completed' }]);
    expect(stateOf(socket)).toMatchObject({ _tag: 'Closed', ending: { by: 'client', code: 1000 } });
    await nothingLeftSince(before);
  });

  it('should wait, while it waits, for the attempt that sends what is queued', async () => {
    let isUp = false;
    const server = await servers.wss({ onRequest: () => (isUp ? undefined : { status: 503 }) });
    const socket = webSocket({
      url: server.url,
      codec: text(),
      reconnect: constantBackoff({ delay: 30 }),
    });
    const seen = watch(socket);
    await inState(socket, 'Waiting');
    socket.next('kept');
    socket.complete();
    expect(seen.outcomes).toEqual([]);
    isUp = true;
    const connection = await server.nextConnection();
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
    expect(textsOf(connection)).toEqual(['kept']);
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
  });

  it('should fail when the attempt that would have sent the queue is refused', async () => {
    const server = await servers.wss({ onRequest: () => ({ status: 401 }) });
    const socket = webSocket({ url: server.url, codec: text() });
    const seen = watch(socket);
    socket.next('kept');
    socket.complete();
    expect(await seen.failure()).toBeInstanceOf(UpgradeRefusedError);
  });

  it('should do nothing when it is called again, nor after the end', async () => {
    const { server, socket } = await prepare();
    socket.complete();
    expect(stateOf(socket)).toEqual({ _tag: 'Idle' });
    const seen = watch(socket);
    const connection = await opened(server, socket);
    socket.complete();
    socket.complete();
    socket.error({ code: 4000 });
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
    await seen.outcome();
    socket.complete();
    socket.error({ code: 4000 });
    expect(stateOf(socket)._tag).toBe('Closed');
    expect(seen.outcomes).toHaveLength(1);
  });
});

describe('error()', () => {
  it.each([
    { code: 1000, reason: '' },
    { code: 1001, reason: 'leaving' },
    { code: 1007, reason: '' },
    { code: 1014, reason: '' },
    { code: 3000, reason: 'x'.repeat(123) },
    { code: 4999, reason: 'grüße 🚀' },
  ])('should close with $code, which the server sees, and complete', async ({ code, reason }) => {
    const { server, socket } = await prepare();
    const before = activeResources();
    const seen = watch(socket);
    const connection = await opened(server, socket);
    socket.next('before');
    socket.error({ code, reason });
    expect(stateOf(socket)).toEqual({ _tag: 'Closing', code, reason });
    expect(await connection.closed).toEqual({ code, reason });
    expect(textsOf(connection)).toEqual(['before']);
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
    expect(brief(await endingOf(socket))).toEqual({
      _tag: 'Closed',
      by: 'client',
      phase: 'closing',
      code,
      reason,
      wasClean: true,
    });
    await nothingLeftSince(before);
  });

  it('should leave the connection as it is when it refuses the code', async () => {
    const { server, socket } = await prepare();
    const seen = watch(socket);
    const connection = await opened(server, socket);
    expect(() => {
      socket.error({ code: 1006 });
    }).toThrow('error.code');
    await connection.ping();
    expect(stateOf(socket)._tag).toBe('Open');
    seen.subscription.unsubscribe();
    await connection.closed;
  });

  it('should not be retried under reconnect', async () => {
    const server = await servers.wss();
    const socket = webSocket({ url: server.url, reconnect: soon });
    const seen = watch(socket);
    await opened(server, socket);
    socket.error({ code: 1012, reason: 'our own' });
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
    expect(server.accepted).toBe(1);
  });
});

describe('a source piped into the socket', () => {
  it('should be sent, and close the connection with 1000 when it completes', async () => {
    const { server, socket } = await prepare();
    const seen = watch(socket);
    of('one', 'two', 'three').subscribe(socket);
    const connection = await server.nextConnection();
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
    expect(textsOf(connection)).toEqual(['one', 'two', 'three']);
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
  });

  it('should close the connection with 1011 when it fails, and fail with it as the cause', async () => {
    const { server, socket } = await prepare();
    const before = activeResources();
    const seen = watch(socket);
    const connection = await opened(server, socket);
    const cause = new Error('the source broke');
    concat(
      of('one'),
      throwError(() => cause),
    ).subscribe(socket);
    expect(await connection.closed).toEqual({ code: 1011, reason: '' });
    expect(textsOf(connection)).toEqual(['one']);
    const error = await seen.failure();
    expect(error).toBeInstanceOf(CloseError);
    expect(error.cause).toBe(cause);
    expect(brief(error.ending)).toEqual({
      _tag: 'Closed',
      by: 'client',
      phase: 'closing',
      code: 1011,
      reason: '',
      wasClean: true,
    });
    await nothingLeftSince(before);
  });

  it('should fail the stream when it fails while that connects, without a retry', async () => {
    const server = await servers.wss();
    const socket = webSocket({ url: server.url, codec: text(), reconnect: soon });
    const seen = watch(socket);
    const cause = new Error('the source broke');
    throwError(() => cause).subscribe(socket);
    const error = await seen.failure();
    expect(error).toBeInstanceOf(CloseError);
    expect(error.cause).toBe(cause);
    expect(error.ending).toMatchObject({ _tag: 'Closed', code: 1011, wasClean: false });
    expect(server.accepted).toBe(0);
  });
});

describe('next()', () => {
  it('should send in order, text and binary, before, during and between connections', async () => {
    const server = await servers.wss();
    const socket = webSocket({ url: server.url, codec: eitherCodec, reconnect: soon });
    const bytes = Uint8Array.of(1, 2, 3);
    socket.next('before any subscriber');
    socket.next(bytes);
    bytes.fill(9);
    const seen = watch(socket);
    socket.next('while connecting');
    socket.next(Uint8Array.of(4));
    const first = await opened(server, socket);
    socket.next('while open');
    socket.next(Uint8Array.of());
    await until('the first messages', () => first.messages.length === 6);
    expect(
      first.messages.map(({ data, isBinary }) => [isBinary, Buffer.from(data).toString()]),
    ).toEqual([
      [false, 'before any subscriber'],
      [true, '\u0001\u0002\u0003'],
      [false, 'while connecting'],
      [true, '\u0004'],
      [false, 'while open'],
      [true, ''],
    ]);
    void first.close(1012);
    await until('the wait', () => stateOf(socket)._tag !== 'Open');
    socket.next('between, 1');
    socket.next(Uint8Array.of(5));
    socket.next('between, 2');
    const second = await opened(server, socket);
    socket.next('after');
    await until('the other messages', () => second.messages.length === 4);
    expect(second.messages.map(({ data }) => Buffer.from(data).toString())).toEqual([
      'between, 1',
      '\u0005',
      'between, 2',
      'after',
    ]);
    seen.subscription.unsubscribe();
    await second.closed;
  });

  it('should keep what waits through failed attempts, and send it once', async () => {
    let refusals = 3;
    const server = await servers.wss({
      onRequest: () => ((refusals -= 1) >= 0 ? { status: 503 } : undefined),
    });
    const socket = webSocket({ url: server.url, codec: text(), reconnect: soon });
    const sent = Array.from({ length: 100 }, (_, index) => `message ${index}`);
    for (const each of sent) socket.next(each);
    const seen = watch(socket);
    const connection = await opened(server, socket);
    await until('the messages', () => connection.messages.length >= 100);
    socket.next('the last');
    await until('the last one', () => connection.messages.length >= 101);
    expect(textsOf(connection)).toEqual([...sent, 'the last']);
    expect(server.requests).toHaveLength(4);
    seen.subscription.unsubscribe();
    await connection.closed;
  });

  it('should keep what waits through a stream that fails, for the next subscriber', async () => {
    let isUp = false;
    const server = await servers.wss({ onRequest: () => (isUp ? undefined : { status: 503 }) });
    const socket = webSocket({ url: server.url, codec: text() });
    socket.next('kept');
    await watch(socket).failure();
    isUp = true;
    const seen = watch(socket);
    const connection = await opened(server, socket);
    expect((await connection.nextMessage()).text).toBe('kept');
    seen.subscription.unsubscribe();
    await connection.closed;
    expect(textsOf(connection)).toEqual(['kept']);
  });

  it('should send 5 MiB byte for byte', async () => {
    const { server } = await prepare();
    const socket = webSocket({ url: server.url, codec: eitherCodec });
    const message = Uint8Array.from({ length: 5 * 1024 * 1024 }, (_, index) => (index * 31) % 251);
    const expected = Buffer.from(message);
    const seen = watch(socket);
    const connection = await opened(server, socket);
    socket.next(message);
    socket.next('the end');
    await until('the messages', () => connection.messages.length === 2);
    expect(Buffer.from(connection.messages[0]?.data ?? []).equals(expected)).toBe(true);
    seen.subscription.unsubscribe();
    await connection.closed;
  });

  it('should throw an OutboxFullError when there is no room, and keep the rest', async () => {
    const server = await servers.wss();
    const socket = webSocket({
      url: server.url,
      codec: text(),
      outbox: { maxMessages: 2, maxBytes: 10 },
    });
    socket.next('12345');
    expect(() => {
      socket.next('123456');
    }).toThrow(OutboxFullError);
    socket.next('67890');
    expect(() => {
      socket.next('');
    }).toThrow('The outbox is full: 2 of 2 messages and 10 of 10 bytes are on their way');
    const seen = watch(socket);
    const connection = await opened(server, socket);
    await until('the messages', () => connection.messages.length === 2);
    // What is alone on its way may be as large as it likes.
    for (let count = 3; count < 8; count += 1) {
      socket.next('more than fits into the outbox');
      await until('the message', () => connection.messages.length === count);
    }
    expect(textsOf(connection).slice(0, 2)).toEqual(['12345', '67890']);
    seen.subscription.unsubscribe();
    await connection.closed;
  });

  it('should throw an EncodeError, and leave the connection as it is', async () => {
    const server = await servers.wss();
    const Command = t.type({ symbol: t.string });
    const socket = webSocket<unknown>({
      url: server.url,
      codec: json({ outgoing: Command }) as never,
    });
    const seen = watch(socket);
    const connection = await opened(server, socket);
    const circular: { symbol: string; self?: unknown } = { symbol: 'A' };
    circular.self = circular;
    expect(() => {
      socket.next(circular);
    }).toThrow(EncodeError);
    socket.next({ symbol: 'B' });
    expect((await connection.nextMessage()).text).toBe('{"symbol":"B"}');
    expect(stateOf(socket)._tag).toBe('Open');
    expect(seen.outcomes).toEqual([]);
    seen.subscription.unsubscribe();
    await connection.closed;
  });
});

describe('reconnect', () => {
  it('should go through exactly these states over a 1012 and a reset', async () => {
    const server = await servers.wss();
    const socket = webSocket({
      url: server.url,
      codec: text(),
      reconnect: { policy: ({ iterNumber }) => O.some(5 * (iterNumber + 1)) },
    });
    const states = statesOf(socket);
    const before = activeResources();
    const seen = watch(socket);
    const first = await opened(server, socket);
    await first.send('from the first');
    await first.close(1012, 'restart');
    const second = await opened(server, socket);
    await second.send('from the second');
    await seen.received(2);
    second.terminate();
    const third = await opened(server, socket);
    await third.send('from the third');
    expect(await seen.received(3)).toEqual(['from the first', 'from the second', 'from the third']);
    void third.close(1000, 'enough');
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
    expect(states).toEqual([
      { _tag: 'Idle' },
      { _tag: 'Connecting', attempt: 1 },
      expect.objectContaining({ _tag: 'Open', attempt: 1 }),
      {
        _tag: 'Waiting',
        attempt: 2,
        delay: 5,
        retryAt: expect.any(Number),
        ending: expect.objectContaining({ _tag: 'Closed', by: 'server', code: 1012 }),
      },
      { _tag: 'Connecting', attempt: 2 },
      expect.objectContaining({ _tag: 'Open', attempt: 2 }),
      {
        _tag: 'Waiting',
        attempt: 3,
        delay: 10,
        retryAt: expect.any(Number),
        ending: expect.objectContaining({ _tag: 'NetworkFailed', kind: 'reset' }),
      },
      { _tag: 'Connecting', attempt: 3 },
      expect.objectContaining({ _tag: 'Open', attempt: 3 }),
      {
        _tag: 'Closed',
        ending: expect.objectContaining({ _tag: 'Closed', by: 'server', code: 1000 }),
      },
    ]);
    expect(server.accepted).toBe(3);
    await nothingLeftSince(before);
    expect(seen.outcomes).toHaveLength(1);
  });

  it('should survive a server that goes away and comes back on its port', async () => {
    const { port, url, close } = await servers.wss();
    const socket = webSocket({ url, codec: text(), reconnect: soon });
    const states = statesOf(socket);
    const seen = watch(socket);
    await inState(socket, 'Open');
    await close();
    await until('a refused attempt', () =>
      states.some(
        (state) =>
          state._tag === 'Waiting' &&
          state.ending._tag === 'NetworkFailed' &&
          state.ending.kind === 'refused',
      ),
    );
    socket.next('while it is down');
    const again = await servers.wss({ port });
    const connection = await opened(again, socket);
    expect((await connection.nextMessage()).text).toBe('while it is down');
    seen.subscription.unsubscribe();
    await connection.closed;
  });

  it('should honour Retry-After', async () => {
    const server = await servers.wss({
      onRequest: () => ({ status: 503, headers: { 'Retry-After': '7' } }),
    });
    const socket = webSocket({ url: server.url, reconnect: soon });
    const before = activeResources();
    const seen = watch(socket);
    const { delay } = await inState(socket, 'Waiting');
    expect(delay).toBeGreaterThanOrEqual(7_000);
    seen.subscription.unsubscribe();
    await nothingLeftSince(before);
  });

  it('should give up with the last error when the policy does', async () => {
    const server = await servers.wss({ onRequest: () => ({ status: 503 }) });
    const socket = webSocket({
      url: server.url,
      reconnect: concatPolicies(soon, limitRetries(2)),
    });
    const states = statesOf(socket);
    const before = activeResources();
    const seen = watch(socket);
    expect(await seen.failure()).toBeInstanceOf(UpgradeRefusedError);
    expect(tags(states)).toEqual([
      'Idle',
      'Connecting',
      'Waiting',
      'Connecting',
      'Waiting',
      'Connecting',
      'Closed',
    ]);
    expect(server.requests).toHaveLength(3);
    await nothingLeftSince(before);
  });

  it.each([{ status: 401 }, { code: 4401 }, { code: 1008 }])(
    'should not follow a fatal ending: %o',
    async ({ status, code }) => {
      const server = await servers.wss({
        onRequest: () => (status === undefined ? undefined : { status }),
        onConnection: (connection) => void connection.close(code),
      });
      const socket = webSocket({ url: server.url, reconnect: soon });
      const seen = watch(socket);
      await seen.failure();
      expect(server.requests).toHaveLength(1);
      expect(stateOf(socket)._tag).toBe('Closed');
    },
  );

  it('should leave nothing when the last subscriber goes while it waits', async () => {
    const server = await servers.wss({ onRequest: () => ({ status: 503 }) });
    const socket = webSocket({ url: server.url, reconnect: () => O.some(60_000) });
    const before = activeResources();
    const seen = watch(socket);
    const waiting = await inState(socket, 'Waiting');
    expect(waiting).toMatchObject({ attempt: 2, delay: 60_000 });
    seen.subscription.unsubscribe();
    expect(stateOf(socket)).toMatchObject({ _tag: 'Closed', ending: { _tag: 'Cancelled' } });
    await nothingLeftSince(before);
    expect(seen.outcomes).toEqual([]);
  });

  it('should fail the stream with what a policy throws', async () => {
    const server = await servers.wss({ onRequest: () => ({ status: 503 }) });
    const bug = new Error('a bug in the policy');
    const socket = webSocket({
      url: server.url,
      reconnect: () => {
        throw bug;
      },
    });
    const before = activeResources();
    expect(await watch(socket).outcome()).toEqual({ _tag: 'Failed', error: bug });
    expect(stateOf(socket)._tag).toBe('Closed');
    await nothingLeftSince(before);
  });
});

describe('state', () => {
  it('should replay the present one to every new subscriber, and never end', async () => {
    const { server, socket } = await prepare();
    const whole = watch(socket.state);
    expect(whole.values).toEqual([{ _tag: 'Idle' }]);
    const seen = watch(socket);
    expect(stateOf(socket)).toEqual({ _tag: 'Connecting', attempt: 1 });
    const connection = await opened(server, socket);
    expect(stateOf(socket)).toMatchObject({ _tag: 'Open', attempt: 1 });
    void connection.close(4000);
    await seen.failure();
    expect(stateOf(socket)).toMatchObject({ _tag: 'Closed', ending: { code: 4000 } });
    expect(whole.values.map(({ _tag }) => _tag)).toEqual(['Idle', 'Connecting', 'Open', 'Closed']);
    expect(whole.outcomes).toEqual([]);
    expect(server.accepted).toBe(1);
  });

  it('should be Closed already when the subscribers learn of the end', async () => {
    const { server, socket } = await prepare();
    const atTheEnd: string[] = [];
    socket.subscribe({
      error: () => atTheEnd.push(stateOf(socket)._tag),
      complete: () => atTheEnd.push(stateOf(socket)._tag),
    });
    void (await opened(server, socket)).close(1000);
    await until('the end', () => atTheEnd.length > 0);
    expect(atTheEnd).toEqual(['Closed']);
  });
});

describe('rxjs on top', () => {
  it('repeat() should dial again after each completion', async () => {
    const { server, socket } = await prepare();
    const before = activeResources();
    const seen = watch(socket.pipe(repeat(3)));
    for (const number of [1, 2, 3]) {
      const connection = await opened(server, socket);
      await connection.send(`from ${number}`);
      await connection.close(1000);
    }
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
    expect(seen.values).toEqual(['from 1', 'from 2', 'from 3']);
    await nothingLeftSince(before);
  });

  it('retry() should dial again after each failure', async () => {
    const { server, socket } = await prepare();
    const before = activeResources();
    const seen = watch(socket.pipe(retry(2)));
    for (const number of [1, 2, 3]) {
      const connection = await opened(server, socket);
      await connection.send(`from ${number}`);
      await seen.received(number);
      connection.terminate();
      await connection.closed;
    }
    expect(await seen.failure()).toBeInstanceOf(NetworkError);
    expect(seen.values).toEqual(['from 1', 'from 2', 'from 3']);
    expect(server.accepted).toBe(3);
    await nothingLeftSince(before);
  });

  it('retryBackoff() should dial again after a transient failure, not after a fatal one', async () => {
    const { server, socket } = await prepare();
    const before = activeResources();
    const notices: number[] = [];
    const seen = watch(
      socket.pipe(retryBackoff(soon, { onRetry: ({ attempt }) => notices.push(attempt) })),
    );
    void (await opened(server, socket)).close(1012);
    await until('the retry', () => server.accepted === 2);
    void (await opened(server, socket)).close(4403, 'no more');
    const error = await seen.failure();
    expect(error.ending).toMatchObject({ code: 4403, reason: 'no more' });
    expect(notices).toEqual([2]);
    await nothingLeftSince(before);
  });

  it('repeatBackoff() should dial again after a completion, beside retryBackoff()', async () => {
    const { server, socket } = await prepare();
    const before = activeResources();
    const seen = watch(socket.pipe(retryBackoff(soon), repeatBackoff(soon)));
    for (const code of [1000, 1012, 1000]) {
      const connection = await opened(server, socket);
      await connection.send(`before ${code}`);
      await connection.close(code);
    }
    await opened(server, socket);
    expect(seen.values).toEqual(['before 1000', 'before 1012', 'before 1000']);
    seen.subscription.unsubscribe();
    await nothingLeftSince(before);
    expect(seen.outcomes).toEqual([]);
    expect(server.accepted).toBe(4);
  });

  it('two subscribers that retry should share each new connection', async () => {
    const { server, socket } = await prepare();
    const first = watch(socket.pipe(retry(2)));
    const second = watch(socket.pipe(retry(2)));
    for (const number of [1, 2]) {
      const connection = await opened(server, socket);
      await connection.send(`from ${number}`);
      await first.received(number);
      await connection.close(1012);
    }
    const connection = await opened(server, socket);
    await connection.send('from 3');
    expect(await first.received(3)).toEqual(['from 1', 'from 2', 'from 3']);
    expect(second.values).toEqual(first.values);
    expect(server.accepted).toBe(3);
    first.subscription.unsubscribe();
    second.subscription.unsubscribe();
    await connection.closed;
  });
});

describe('a state listener that acts at once', () => {
  const TAGS = ['Connecting', 'Open', 'Waiting', 'Closing', 'Closed'] as const;
  const ACTIONS = [
    'unsubscribes',
    'unsubscribes and subscribes',
    'subscribes besides',
    'sends',
    'completes',
    'closes with 4000',
  ] as const;

  for (const tag of TAGS) {
    for (const action of ACTIONS) {
      it(`${action} when it sees ${tag}: should leave a consistent socket`, async () => {
        const server = await servers.wss({
          // The first connection makes the socket wait; the second one stays.
          onConnection: (connection) => {
            if (server.accepted === 1) void connection.close(1012);
          },
        });
        const socket = webSocket({
          url: server.url,
          codec: text(),
          reconnect: constantBackoff({ delay: 5 }),
        });
        const before = activeResources();
        const stop = new Subject<void>();
        const subscribe = (): unknown => watch(socket.pipe(takeUntil(stop)));
        const act = {
          unsubscribes: () => {
            stop.next();
          },
          'unsubscribes and subscribes': () => {
            stop.next();
            subscribe();
          },
          'subscribes besides': subscribe,
          sends: () => {
            socket.next('sent from within');
          },
          completes: () => {
            socket.complete();
          },
          'closes with 4000': () => {
            socket.error({ code: 4000 });
          },
        }[action];

        let hasActed = false;
        socket.state.subscribe((state) => {
          if (state._tag !== tag || hasActed) return;
          hasActed = true;
          act();
        });

        subscribe();
        if (tag === 'Closing' || tag === 'Closed') {
          await until('the second connection', () => server.accepted === 2);
          await inState(socket, 'Open');
          if (tag === 'Closing') socket.complete();
          else server.connections.forEach((connection) => void connection.close(1000));
        }
        await until('the act', () => hasActed);

        // Wherever that led to, the socket still works.
        const messages: string[] = [];
        const last = watch(socket.pipe(retry(3), repeat(3), takeUntil(stop)));
        await until('an open connection', () => {
          const [connection] = server.connections;
          if (stateOf(socket)._tag !== 'Open' || server.accepted === 1) return false;
          connection?.onMessage((data) => messages.push(Buffer.from(data).toString()));
          return connection !== undefined;
        });
        socket.next('the last message');
        await until(
          'the message',
          () =>
            messages.includes('the last message') ||
            [...server.connections].some((each) => textsOf(each).includes('the last message')),
        );
        expect(last.outcomes).toEqual([]);
        stop.next();
        await inState(socket, 'Closed');
        await nothingLeftSince(before);
      });
    }
  }
});

describe('the order of states', () => {
  const stop = new Subject<void>();
  const subscribe = (socket: SocketSubject<string, string>): unknown =>
    watch(socket.pipe(takeUntil(stop)));

  it.each([
    { tag: 'Connecting', name: 'completes', act: (socket) => socket.complete() },
    { tag: 'Open', name: 'completes', act: (socket) => socket.complete() },
    { tag: 'Open', name: 'unsubscribes', act: () => stop.next() },
    { tag: 'Closed', name: 'subscribes', act: subscribe },
  ] satisfies readonly {
    readonly tag: SocketState['_tag'];
    readonly name: string;
    readonly act: (socket: SocketSubject<string, string>) => unknown;
  }[])(
    'should be the same for everyone, also behind a listener that $name at $tag',
    async ({ tag, act }) => {
      const { server, socket } = await prepare();
      const earlier = statesOf(socket);
      let hasActed = false;
      socket.state.subscribe((state) => {
        if (state._tag !== tag || hasActed) return;
        hasActed = true;
        act(socket);
      });
      const later = statesOf(socket);
      subscribe(socket);
      if (tag === 'Closed') void (await opened(server, socket)).close(1000);
      await until('the act', () => hasActed);
      if (tag === 'Closed') await opened(server, socket);
      stop.next();
      await inState(socket, 'Closed');
      expect(tags(later)).toEqual(tags(earlier));
    },
  );
});
