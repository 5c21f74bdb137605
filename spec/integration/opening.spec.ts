import * as t from 'io-ts';
import { firstValueFrom, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';

import {
  constantBackoff,
  EncodeError,
  json,
  OpeningError,
  RejectedError,
  TimeoutError,
  text,
  webSocket,
} from '../../src/index.js';
import type { OpeningSession, SocketOptions, SocketSubject } from '../../src/index.js';
import { createCertificateAuthority, frame } from '../../src/testing/index.js';
import type { RawConnection, WssConnection } from '../../src/testing/index.js';
import { brief } from './support/brief.js';
import { activeResources, nothingLeftSince } from './support/leaks.js';
import { useNoUncaught } from './support/no-uncaught.js';
import { opened, tagsOf, textsOf } from './support/opened.js';
import { afterUpgrade, frameFrom, framesOf } from './support/peer.js';
import { useServers } from './support/servers.js';
import { until, within } from './support/until.js';
import { endingOf, inState, stateOf, statesOf, watch } from './support/watch.js';

const servers = useServers();
useNoUncaught();

const soon = constantBackoff({ delay: 1 });

type Session = OpeningSession<string, string>;
type Options = Omit<Partial<SocketOptions<string, string>>, 'codec' | 'url'>;

const never = (): Promise<never> => new Promise(() => undefined);

const socketTo = (url: string, options: Options): SocketSubject<string, string> =>
  webSocket({ url, ...options, codec: text() });

/** Logs in with one message, and wants `welcome` for an answer. */
const login = async (session: Session): Promise<void> => {
  session.send('login');
  const answer = await session.receive();
  if (answer !== 'welcome') throw new Error(`the login was answered with ${answer}`);
};

/** A server that answers a login with `answer`, and keeps what it is sent. */
function welcoming(answer = 'welcome'): (connection: WssConnection) => void {
  return (connection) => {
    connection.onMessage((data) => {
      if (Buffer.from(data).toString() === 'login') void connection.send(answer);
    });
  };
}

/** Rejects with what is no error. */
const thrown = (request: object): Promise<never> =>
  firstValueFrom<never, never>(
    throwError(() => request),
    { defaultValue: undefined as never },
  );

const message = (payload: string): Buffer => frame({ opcode: 1, payload });

/** A raw server that answers the first frame of the client with `chunks`, each with a write of its own. */
const answering = (...chunks: readonly Uint8Array[]): ((connection: RawConnection) => unknown) =>
  afterUpgrade(async (connection) => {
    await frameFrom(connection, 1);
    for (const chunk of chunks) connection.socket.write(chunk);
  });

describe('onOpen', () => {
  it('should log in before anything from the outbox, on every connection', async () => {
    const server = await servers.wss({ onConnection: welcoming() });
    const numbers: (readonly number[])[] = [];
    const socket = socketTo(server.url, {
      reconnect: soon,
      onOpen: (session) => {
        numbers.push([session.attempt, session.connection]);
        return login(session);
      },
    });
    const states = statesOf(socket);
    const seen = watch(socket);
    socket.next('queued before');
    for (let each = 1; each <= 3; each += 1) {
      const connection = await opened(server, socket);
      socket.next(`on ${each}`);
      await until('the message', () => textsOf(connection).includes(`on ${each}`));
      expect(textsOf(connection)).toEqual([
        'login',
        each === 1 ? 'queued before' : `queued for ${each}`,
        `on ${each}`,
      ]);
      connection.terminate();
      await inState(socket, 'Waiting');
      socket.next(`queued for ${each + 1}`);
    }
    await opened(server, socket);
    expect(numbers).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
    const round = ['Connecting', 'Opening', 'Open', 'Waiting'];
    expect(tagsOf(states)).toEqual(['Idle', ...round, ...round, ...round, ...round.slice(0, 3)]);
    expect(seen.values).toEqual([]);
    socket.terminate();
  });

  it('should keep what is sent meanwhile for afterwards', async () => {
    const server = await servers.wss();
    const socket = socketTo(server.url, { onOpen: login });
    watch(socket);
    const connection = await server.nextConnection();
    await inState(socket, 'Opening');
    socket.next('one');
    socket.next('two');
    await connection.nextMessage();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(textsOf(connection)).toEqual(['login']);
    await connection.send('welcome');
    await until('all', () => connection.messages.length === 3);
    expect(textsOf(connection)).toEqual(['login', 'one', 'two']);
    socket.terminate();
  });

  it('should know the connection, under TLS as well', async () => {
    const ca = await createCertificateAuthority();
    const { chain, key } = await ca.issue({ commonName: 'localhost', usage: 'server' });
    const server = await servers.wss({ tls: { cert: chain, key }, protocols: ['v1'] });
    let known: Session | undefined;
    const socket = socketTo(server.url, {
      tls: { ca: ca.certificate },
      protocols: 'v1',
      onOpen: (session) => {
        known = session;
        expect(session.signal.aborted).toBe(false);
      },
    });
    const states = statesOf(socket);
    watch(socket);
    await opened(server, socket);
    const target = `127.0.0.1:${server.port}`;
    expect(known?.info).toMatchObject({
      target,
      address: target,
      protocol: 'v1',
      tls: { acceptedBy: 'chain', subject: 'CN=localhost' },
    });
    expect(states).toContainEqual({ _tag: 'Opening', attempt: 1, ...known?.info });
    expect(stateOf(socket)).toMatchObject({ _tag: 'Open', attempt: 1, ...known?.info });
    // It is over.
    expect(known?.signal.aborted).toBe(true);
    expect(() => known?.send('late')).toThrow('onOpen is over');
    await expect(known?.receive()).rejects.toThrow('onOpen is over');
    socket.terminate();
  });

  it('should be done at once when it returns nothing', async () => {
    const server = await servers.wss();
    const socket = socketTo(server.url, {
      onOpen: (session) => {
        session.send('hello');
      },
    });
    watch(socket);
    socket.next('queued');
    const connection = await opened(server, socket);
    await until('both', () => connection.messages.length === 2);
    expect(textsOf(connection)).toEqual(['hello', 'queued']);
    socket.terminate();
  });

  it('should count in the stats like any message', async () => {
    const server = await servers.wss({ onConnection: welcoming() });
    const socket = socketTo(server.url, { onOpen: login });
    watch(socket);
    await opened(server, socket);
    expect(socket.stats()).toMatchObject({
      messagesSent: 1,
      bytesSent: 5,
      messagesReceived: 1,
      bytesReceived: 7,
      connections: 1,
    });
    socket.terminate();
  });
});

describe('what comes while onOpen has the connection', () => {
  const rest = ['one', 'two', 'three'];

  it.each<{ name: string; chunks: readonly Uint8Array[] }>([
    {
      name: 'in one write with the answer',
      chunks: [Buffer.concat([message('welcome'), ...rest.map(message)])],
    },
    {
      name: 'byte by byte',
      chunks: Array.from(Buffer.concat([message('welcome'), ...rest.map(message)]), (byte) =>
        Uint8Array.of(byte),
      ),
    },
    {
      name: 'in fragments, with pings between them',
      chunks: [
        Buffer.concat([
          frame({ opcode: 1, fin: false, payload: 'wel' }),
          frame({ opcode: 9, payload: 'ping' }),
          frame({ opcode: 0, fin: true, payload: 'come' }),
          frame({ opcode: 1, fin: false, payload: 'o' }),
          frame({ opcode: 0, fin: false, payload: 'n' }),
          frame({ opcode: 10, payload: 'not asked for' }),
        ]),
        Buffer.concat([
          frame({ opcode: 0, fin: true, payload: 'e' }),
          message('two'),
          message('three'),
        ]),
      ],
    },
  ])('should be on the stream in order, but for the login: $name', async ({ chunks }) => {
    const server = await servers.raw(answering(...chunks));
    const socket = socketTo(server.url, { onOpen: login });
    const [seen, decoded] = [watch(socket), watch(socket.decoded)];
    expect(await seen.received(3)).toEqual(rest);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(seen.values).toEqual(rest);
    expect(decoded.values).toMatchObject(rest.map((right) => ({ right })));
    socket.terminate();
    expect(server.scriptErrors).toEqual([]);
  });

  it('should be on the stream when it comes with the opening handshake', async () => {
    const server = await servers.raw(
      afterUpgrade(({ socket }) => {
        socket.write(Buffer.concat(['early', 'welcome', 'late'].map(message)));
      }),
    );
    const socket = socketTo(server.url, {
      onOpen: async (session) => {
        await session.receive((each) => each === 'welcome');
      },
    });
    const seen = watch(socket);
    expect(await seen.received(2)).toEqual(['early', 'late']);
    socket.terminate();
  });

  it('should be on the stream over TLS, in one record with the answer', async () => {
    const ca = await createCertificateAuthority();
    const { chain, key } = await ca.issue({ commonName: 'localhost', usage: 'server' });
    const server = await servers.raw(
      answering(Buffer.concat([message('welcome'), ...rest.map(message)])),
      { tls: { cert: chain, key } },
    );
    const socket = socketTo(server.url, { tls: { ca: ca.certificate }, onOpen: login });
    const seen = watch(socket);
    expect(await seen.received(3)).toEqual(rest);
    socket.terminate();
  });

  it('should begin with what onOpen delivers, and end with what comes after it', async () => {
    const server = await servers.raw(
      answering(Buffer.concat(['untaken', 'taken', 'welcome', 'after'].map(message))),
    );
    const socket = socketTo(server.url, {
      onOpen: async (session) => {
        session.send('login');
        const taken = await session.receive((each) => each === 'taken');
        session.deliver(`delivered: ${taken}`);
        await session.receive((each) => each === 'welcome');
      },
    });
    const seen = watch(socket);
    const values = await seen.received(3);
    expect(values).toEqual(['delivered: taken', 'untaken', 'after']);
    socket.terminate();
  });

  it('should be kept however much it is, and hold the server back', async () => {
    const COUNT = 20_000;
    const payload = 'x'.repeat(1_000);
    let letGo = (): void => undefined;
    const server = await servers.wss({ recordsMessages: false });
    const socket = socketTo(server.url, {
      onOpen: () => new Promise<void>((resolve) => (letGo = resolve)),
      heartbeat: false,
    });
    const seen = watch(socket);
    const connection = await server.nextConnection();
    for (let each = 0; each < COUNT; each += 1) void connection.send(`${each} ${payload}`);
    await inState(socket, 'Opening');
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { messagesReceived } = socket.stats();
    expect(messagesReceived).toBeGreaterThanOrEqual(1_000);
    expect(messagesReceived).toBeLessThan(COUNT / 2);
    letGo();
    const values = await until('all', () => seen.values.length === COUNT && seen.values, 10_000);
    values.forEach((value, index) => {
      if (!value.startsWith(`${index} `)) throw new Error(`${index} is ${value.slice(0, 20)}`);
    });
    socket.terminate();
  });

  it('should not hold the server back while the answer is awaited', async () => {
    const server = await servers.wss();
    const socket = socketTo(server.url, {
      onOpen: async (session) => {
        await session.receive((each) => each === 'welcome');
      },
    });
    const seen = watch(socket);
    const connection = await server.nextConnection();
    // More than fits into one read, or into the buffers of the system.
    const many = Array.from({ length: 5_000 }, (_, each) => `${each} ${'x'.repeat(2_000)}`);
    for (const each of many) void connection.send(each);
    void connection.send('welcome');
    void connection.send('after it');
    expect(await seen.received(5_001)).toEqual([...many, 'after it']);
    socket.terminate();
  });

  it('should take a login of several steps', async () => {
    const server = await servers.wss({
      onConnection: (connection) => {
        connection.onMessage((data) => {
          const [step = '', given = ''] = Buffer.from(data).toString().split(' ');
          if (step === 'hello') void connection.send('challenge 7');
          else void connection.send(given === '49' ? 'welcome' : 'refused');
        });
      },
    });
    const socket = socketTo(server.url, {
      onOpen: async (session) => {
        session.send('hello');
        const [, number] = (await session.receive()).split(' ');
        session.send(`answer ${Number(number) ** 2}`);
        if ((await session.receive()) !== 'welcome') throw new Error('refused');
      },
    });
    const seen = watch(socket);
    const connection = await opened(server, socket);
    expect(textsOf(connection)).toEqual(['hello', 'answer 49']);
    expect(seen.values).toEqual([]);
    socket.terminate();
  });

  it('should give messages as the codec has them, and refuse to send others', async () => {
    const server = await servers.wss({
      onConnection: (connection) => void connection.send('{"id":1}'),
    });
    const errors: unknown[] = [];
    const socket = webSocket({
      url: server.url,
      codec: json({ incoming: t.type({ id: t.number }), outgoing: t.type({ cmd: t.string }) }),
      onOpen: async (session) => {
        try {
          session.send({ cmd: 1n } as never);
        } catch (error) {
          errors.push(error);
        }
        expect((await session.receive()).id).toBe(1);
        session.send({ cmd: 'login' });
      },
    });
    watch(socket);
    const connection = await opened(server, socket);
    await until('the login', () => connection.messages.length === 1);
    expect(textsOf(connection)).toEqual(['{"cmd":"login"}']);
    expect(errors).toEqual([expect.any(EncodeError)]);
    socket.terminate();
  });

  it('should report what does not decode, and go on waiting', async () => {
    const server = await servers.raw(
      answering(Buffer.concat([frame({ opcode: 2, payload: 'bytes' }), message('welcome')])),
    );
    const socket = socketTo(server.url, { onOpen: login });
    const rejected = watch(socket.rejected);
    watch(socket);
    await inState(socket, 'Open');
    expect(rejected.values).toMatchObject([{ connection: 1, failure: { kind: 'binary' } }]);
    socket.terminate();
  });

  it('should fail for what does not decode when onRejected says so', async () => {
    const server = await servers.raw(answering(frame({ opcode: 2, payload: 'bytes' })));
    const reasons: unknown[] = [];
    const socket = socketTo(server.url, {
      onRejected: 'fail',
      closeTimeout: 50,
      onOpen: async (session) => {
        session.send('login');
        await session.receive().catch((reason: unknown) => reasons.push(reason));
      },
    });
    const seen = watch(socket);
    const error = await seen.failure();
    expect(error).toBeInstanceOf(RejectedError);
    expect(error.ending).toMatchObject({ phase: 'opening', code: 1003 });
    expect(reasons).toHaveLength(1);
  });
});

describe('an onOpen that fails', () => {
  it('should close with 1008, fail with its error, and not be retried', async () => {
    const server = await servers.wss({ onConnection: welcoming('wrong password') });
    const socket = socketTo(server.url, { reconnect: soon, onOpen: login });
    const before = activeResources();
    const states = statesOf(socket);
    const seen = watch(socket);
    socket.next('never sent');
    const connection = await server.nextConnection();
    const error = await seen.failure();
    expect(error).toBeInstanceOf(OpeningError);
    expect(error).toMatchObject({
      code: 'ERR_WSS_OPENING_REFUSED',
      cause: new Error('the login was answered with wrong password'),
    });
    expect(brief(error.ending)).toEqual({
      _tag: 'OpeningRefused',
      by: 'policy',
      phase: 'opening',
      code: 1008,
      reason: '',
    });
    expect(error.ending).toMatchObject({ uptime: 0, target: `127.0.0.1:${server.port}` });
    // What it threw may be a secret: it does not go to the server.
    expect(await connection.closed).toEqual({ code: 1008, reason: '' });
    expect(textsOf(connection)).toEqual(['login']);
    expect(tagsOf(states)).toEqual(['Idle', 'Connecting', 'Opening', 'Closing', 'Closed']);
    expect(socket.stats().queuedMessages).toBe(1);
    await nothingLeftSince(before);
    expect(server.accepted).toBe(1);
  });

  it.each<{ name: string; onOpen: (session: Session) => void | Promise<void> }>([
    {
      name: 'throws',
      onOpen: () => {
        throw new Error('mine');
      },
    },
    { name: 'rejects', onOpen: () => Promise.reject(new Error('mine')) },
    {
      name: 'rejects later',
      onOpen: async () => {
        await new Promise(setImmediate);
        throw new Error('mine');
      },
    },
  ])('should be refused when it $name', async ({ onOpen }) => {
    const server = await servers.wss();
    const socket = socketTo(server.url, { onOpen });
    const error = await watch(socket).failure();
    expect(error).toMatchObject({ _tag: 'OpeningError', cause: new Error('mine') });
  });

  it('should be retried when isTransient says so, with what waits', async () => {
    let count = 0;
    const server = await servers.wss();
    const socket = socketTo(server.url, {
      reconnect: { policy: soon, isTransient: ({ _tag }) => _tag === 'OpeningRefused' },
      onOpen: () => {
        count += 1;
        if (count < 3) throw new Error('not yet');
      },
    });
    const states = statesOf(socket);
    watch(socket);
    socket.next('kept');
    await inState(socket, 'Open');
    const round = ['Connecting', 'Opening', 'Closing', 'Waiting'];
    expect(tagsOf(states)).toEqual(['Idle', ...round, ...round, 'Connecting', 'Opening', 'Open']);
    const last = await until('the message', () =>
      [...server.connections].find(({ messages }) => messages.length > 0),
    );
    expect(textsOf(last)).toEqual(['kept']);
    socket.terminate();
  });

  it('should close as the close request says that it threw', async () => {
    const server = await servers.wss();
    const socket = socketTo(server.url, {
      onOpen: () => thrown({ code: 4403, reason: 'no such user' }),
    });
    const seen = watch(socket);
    const connection = await server.nextConnection();
    expect(await connection.closed).toEqual({ code: 4403, reason: 'no such user' });
    expect((await seen.failure()).ending).toMatchObject({
      _tag: 'OpeningRefused',
      code: 4403,
      reason: 'no such user',
    });
  });

  it('should fail for a close request that is none', async () => {
    const server = await servers.wss();
    const socket = socketTo(server.url, {
      onOpen: () => thrown({ code: 1006 }),
    });
    const before = activeResources();
    const seen = watch(socket);
    const connection = await server.nextConnection();
    expect(await connection.closed).toMatchObject({ code: 1011 });
    expect(await seen.outcome()).toMatchObject({
      error: { _tag: 'OptionError', option: 'onOpen.code' },
    });
    await nothingLeftSince(before);
  });
});

describe('openTimeout', () => {
  it('should close with 1001 and fail', async () => {
    const server = await servers.wss();
    let aborted: unknown;
    const socket = socketTo(server.url, {
      openTimeout: 30,
      onOpen: (session) => {
        session.signal.addEventListener('abort', () => {
          aborted = session.signal.reason;
        });
        return login(session);
      },
    });
    const before = activeResources();
    const seen = watch(socket);
    const connection = await server.nextConnection();
    const error = await seen.failure();
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ code: 'ERR_WSS_OPEN_TIMEOUT' });
    expect(brief(error.ending)).toEqual({
      _tag: 'TimedOut',
      by: 'policy',
      phase: 'opening',
      option: 'openTimeout',
      limit: 30,
    });
    expect(await connection.closed).toEqual({ code: 1001, reason: '' });
    expect(aborted).toEqual(new Error('openTimeout of 30 ms ran out'));
    await nothingLeftSince(before);
  });

  it('should count as transient, and count anew on the next connection', async () => {
    let count = 0;
    const server = await servers.wss();
    const socket = socketTo(server.url, {
      openTimeout: 30,
      reconnect: soon,
      onOpen: () => ((count += 1) < 3 ? never() : undefined),
    });
    const seen = watch(socket);
    await inState(socket, 'Open');
    expect(server.accepted).toBe(3);
    // It is not for an open connection.
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(stateOf(socket)._tag).toBe('Open');
    expect(seen.outcomes).toEqual([]);
    socket.terminate();
  });

  it('should not count connectTimeout on', async () => {
    const server = await servers.wss();
    const socket = socketTo(server.url, {
      connectTimeout: 200,
      openTimeout: Infinity,
      onOpen: () => new Promise<void>((resolve) => setTimeout(resolve, 400)),
    });
    const seen = watch(socket);
    await inState(socket, 'Open');
    expect(seen.outcomes).toEqual([]);
    socket.terminate();
  });
});

describe('an end while onOpen has the connection', () => {
  /** A socket that is logging in, and why its login was given up. */
  async function loggingIn(options: Options = {}): Promise<{
    readonly socket: SocketSubject<string, string>;
    readonly connection: WssConnection;
    readonly before: ReturnType<typeof activeResources>;
    readonly seen: ReturnType<typeof watch<string>>;
    readonly reasons: readonly unknown[];
    readonly accepted: () => number;
  }> {
    const server = await servers.wss();
    const reasons: unknown[] = [];
    const socket = socketTo(server.url, {
      ...options,
      onOpen: async (session) => {
        session.send('login');
        // Nobody awaits this one.
        void session.receive(() => false);
        await session.receive().catch((reason: unknown) => {
          expect(session.signal.reason).toBe(reason);
          reasons.push(reason);
          throw reason;
        });
      },
    });
    const before = activeResources();
    const seen = watch(socket);
    const connection = await server.nextConnection();
    await connection.nextMessage();
    await inState(socket, 'Opening');
    return { socket, connection, before, seen, reasons, accepted: () => server.accepted };
  }

  it.each([
    { code: 1000, outcome: 'Completed' },
    { code: 1008, outcome: 'Failed' },
    { code: 4401, outcome: 'Failed' },
  ])('should be the close of the server with $code', async ({ code, outcome }) => {
    const { socket, connection, before, seen, reasons } = await loggingIn({ reconnect: soon });
    void connection.close(code, 'no');
    expect((await seen.outcome())._tag).toBe(outcome);
    const ending = await endingOf(socket);
    expect(ending).toMatchObject({
      _tag: 'Closed',
      by: 'server',
      phase: 'opening',
      code,
      uptime: 0,
    });
    await until('the reason', () => reasons.length === 1);
    expect(reasons).toEqual([expect.any(Error)]);
    await nothingLeftSince(before);
  });

  it('should be the line that breaks, which is dialled again', async () => {
    const { socket, connection, seen, reasons, accepted } = await loggingIn({ reconnect: soon });
    connection.terminate();
    await until('the second login', () => accepted() === 2);
    await inState(socket, 'Opening');
    await until('the reason', () => reasons.length === 1);
    expect(seen.outcomes).toEqual([]);
    socket.terminate();
  });

  it('should be complete(), at once when nothing waits', async () => {
    const { socket, connection, before, seen, reasons } = await loggingIn();
    socket.complete();
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
    await until('the reason', () => reasons.length === 1);
    await nothingLeftSince(before);
  });

  it('should be complete() behind what waits, which goes out after the login', async () => {
    const { socket, connection, before, seen } = await loggingIn();
    socket.next('last words');
    socket.complete();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(textsOf(connection)).toEqual(['login']);
    await connection.send('welcome');
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
    expect(textsOf(connection)).toEqual(['login', 'last words']);
    await nothingLeftSince(before);
  });

  it('should be the last subscriber who leaves', async () => {
    const { socket, connection, before, seen, reasons, accepted } = await loggingIn({
      reconnect: soon,
    });
    seen.subscription.unsubscribe();
    expect(await within('the close', connection.closed)).toEqual({ code: 1000, reason: '' });
    await inState(socket, 'Closed');
    await until('the reason', () => reasons.length === 1);
    await nothingLeftSince(before);
    expect(accepted()).toBe(1);
    expect(seen.outcomes).toEqual([]);
  });

  it('should not let the login of the old connection touch the next one', async () => {
    const resolves: (() => void)[] = [];
    const server = await servers.wss();
    const socket = socketTo(server.url, {
      onOpen: () => new Promise<void>((resolve) => void resolves.push(resolve)),
    });
    const first = watch(socket);
    await inState(socket, 'Opening');
    first.subscription.unsubscribe();
    watch(socket);
    await until('the second login', () => resolves.length === 2);
    resolves[0]?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(stateOf(socket)._tag).toBe('Opening');
    resolves[1]?.();
    await inState(socket, 'Open');
    socket.terminate();
  });
});

describe('the frames of a login', () => {
  it('should be whole messages of their own, in order', async () => {
    const server = await servers.raw(answering(message('welcome')));
    const socket = socketTo(server.url, {
      onOpen: async (session) => {
        for (const part of ['a', 'b', 'c']) session.send(part);
        await session.receive();
      },
    });
    watch(socket);
    socket.next('d');
    await inState(socket, 'Open');
    const [connection] = server.connections;
    if (connection === undefined) throw new Error('no connection');
    await until('all', () => framesOf(connection).length === 4);
    expect(
      framesOf(connection).map(({ fin, opcode, payload }) => [fin, opcode, String(payload)]),
    ).toEqual(['a', 'b', 'c', 'd'].map((each) => [true, 1, each]));
    socket.terminate();
  });
});
