import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  AbortedError,
  bytes,
  constantBackoff,
  EncodeError,
  isTransient,
  json,
  OptionTypeError,
  RejectedError,
  text,
  webSocket,
} from '../../src/index.js';
import type {
  Codec,
  DecodeFailure,
  RejectionRule,
  SocketOptions,
  SocketState,
  SocketSubject,
} from '../../src/index.js';
import { frame } from '../../src/testing/index.js';
import type { WssConnection, WssServer } from '../../src/testing/index.js';
import { brief } from './support/brief.js';
import { activeResources, nothingLeftSince } from './support/leaks.js';
import { afterUpgrade, frameFrom } from './support/peer.js';
import { useServers } from './support/servers.js';
import { collectUncaught } from './support/uncaught.js';
import type { UncaughtErrors } from './support/uncaught.js';
import { until, within } from './support/until.js';
import { endingOf, inState, stateOf, statesOf, watch } from './support/watch.js';
import type { Watch } from './support/watch.js';

const servers = useServers();

let uncaught: UncaughtErrors;

beforeEach(() => {
  uncaught = collectUncaught();
});

afterEach(() => {
  uncaught.stop();
  expect(uncaught.errors).toEqual([]);
});

const codec = json({ incoming: t.type({ price: t.number }) });

interface Tick {
  readonly price: number;
}

const GOOD = '{"price":1}';
const BAD = '{"price":"one"}';
const soon = constantBackoff({ delay: 1 });
const again = { policy: soon, isTransient: () => true };

const tags = (states: readonly SocketState[]): readonly string[] => states.map(({ _tag }) => _tag);

/** A socket for ticks with a subscriber, on an open connection. */
async function open(
  options: Partial<SocketOptions<Tick, unknown>>,
  listen: (socket: SocketSubject<Tick, unknown>) => void = () => undefined,
): Promise<{
  readonly server: WssServer;
  readonly socket: SocketSubject<Tick, unknown>;
  readonly seen: Watch<Tick>;
  readonly states: readonly SocketState[];
  readonly connection: WssConnection;
}> {
  const server = await servers.wss();
  const socket = webSocket({ url: server.url, ...options, codec: options.codec ?? codec });
  const states = statesOf(socket);
  listen(socket);
  const seen = watch(socket);
  const connection = await within('the connection', server.nextConnection());
  await inState(socket, 'Open');
  return { server, socket, seen, states, connection };
}

describe('onRejected', () => {
  it.each<RejectionRule | undefined>(['report', undefined])(
    'should leave the connection alone with %s',
    async (onRejected) => {
      const { socket, seen, connection } = await open({ onRejected });
      const rejected = watch(socket.rejected);
      for (let count = 0; count < 500; count += 1) void connection.send(BAD);
      await connection.send(GOOD);
      expect(await seen.received(1)).toEqual([{ price: 1 }]);
      expect(rejected.values).toHaveLength(500);
      expect(stateOf(socket)._tag).toBe('Open');
      seen.subscription.unsubscribe();
      expect(await connection.closed).toEqual({ code: 1000, reason: '' });
    },
  );

  it.each<[DecodeFailure['phase'], number, Codec<unknown, never>, string | Uint8Array]>([
    ['kind', 1003, text(), Uint8Array.of(1)],
    ['kind', 1003, bytes(), 'text'],
    ['utf-8', 1007, codec, Uint8Array.of(0x22, 0xff, 0x22)],
    ['json', 1007, codec, '{'],
    ['schema', 1008, codec, BAD],
  ])("should end it for the phase %s with %i with 'fail'", async (phase, code, own, message) => {
    const server = await servers.wss();
    const socket = webSocket({ url: server.url, codec: own, onRejected: 'fail' });
    const states = statesOf(socket);
    const before = activeResources();
    const seen = watch(socket);
    const either = watch(socket.decoded);
    const rejected = watch(socket.rejected);
    const connection = await server.nextConnection();
    await connection.send(message);
    expect(await within('the close', connection.closed)).toEqual({ code, reason: '' });
    const error = await seen.failure();
    expect(error).toBeInstanceOf(RejectedError);
    expect(error.code).toBe('ERR_WSS_REJECTED');
    const ending = await endingOf(socket);
    expect(error.ending).toBe(ending);
    expect(brief(ending)).toEqual({
      _tag: 'MessageRejected',
      by: 'policy',
      phase: 'open',
      code,
      reason: '',
    });
    const [first] = rejected.values;
    expect(first).toMatchObject({ connection: 1, failure: { phase } });
    expect(ending).toMatchObject({ failure: first?.failure, target: `127.0.0.1:${server.port}` });
    expect(either.values).toEqual([E.left(first?.failure)]);
    expect(either.outcomes).toEqual([{ _tag: 'Failed', error }]);
    expect(tags(states)).toEqual(['Idle', 'Connecting', 'Open', 'Closing', 'Closed']);
    expect(states[3]).toEqual({ _tag: 'Closing', code, reason: '' });
    expect(rejected.outcomes).toEqual([]);
    await nothingLeftSince(before);
  });

  it('should end it with one message too many under a limit', async () => {
    const { socket, seen, connection } = await open({
      onRejected: { maxRejected: 3, interval: 60_000 },
    });
    const rejected = watch(socket.rejected);
    for (let count = 0; count < 3; count += 1) await connection.send(BAD);
    await connection.send(GOOD);
    expect(await seen.received(1)).toEqual([{ price: 1 }]);
    expect(stateOf(socket)._tag).toBe('Open');
    await connection.send('{');
    expect(await connection.closed).toEqual({ code: 1008, reason: '' });
    const { ending } = await seen.failure();
    expect(ending).toMatchObject({ code: 1008, failure: { phase: 'json' } });
    expect(rejected.values).toHaveLength(4);
  });

  it('should end it with the code and the reason of a limit', async () => {
    const reason = 'zu viele ungültige Nachrichten 🚀';
    const { seen, connection } = await open({
      onRejected: { maxRejected: 0, interval: 1, code: 1007, reason },
    });
    await connection.send(BAD);
    expect(await connection.closed).toEqual({ code: 1007, reason });
    expect((await seen.failure()).ending).toMatchObject({ code: 1007, reason });
  });

  it('should go by the clock: a slow trickle is within the limit, a burst is not', async () => {
    const { socket, connection } = await open({ onRejected: { maxRejected: 1, interval: 20 } });
    const rejected = watch(socket.rejected);
    for (let count = 1; count <= 4; count += 1) {
      await connection.send(BAD);
      await rejected.received(count);
      const told = Date.now();
      await until('the window to pass', () => Date.now() - told > 21);
    }
    expect(stateOf(socket)._tag).toBe('Open');
    void connection.send(BAD);
    void connection.send(BAD);
    expect(await connection.closed).toEqual({ code: 1008, reason: '' });
  });

  it('should do as a function says', async () => {
    const { socket, seen, connection } = await open({
      onRejected: ({ phase, issues }) => {
        if (phase === 'schema' && issues[0]?.actual === '"one"') return 'report';
        return { code: 4422, reason: issues[0]?.path.join('.') };
      },
    });
    await connection.send(BAD);
    await connection.send(GOOD);
    await seen.received(1);
    expect(stateOf(socket)._tag).toBe('Open');
    await connection.send('{"price":"two"}');
    expect(await connection.closed).toEqual({ code: 4422, reason: 'price' });
    expect((await seen.failure()).ending).toMatchObject({
      _tag: 'MessageRejected',
      code: 4422,
      reason: 'price',
    });
  });

  it("should take 'fail' from a function", async () => {
    const { seen, connection } = await open({ onRejected: () => 'fail' });
    await connection.send('{');
    expect(await connection.closed).toEqual({ code: 1007, reason: '' });
    expect(await seen.failure()).toBeInstanceOf(RejectedError);
  });

  it('should fail the stream with what a function throws, and close with 1011', async () => {
    const bug = new Error('a bug in onRejected');
    const { server, socket, seen, connection } = await open({
      onRejected: () => {
        throw bug;
      },
      reconnect: again,
    });
    await connection.send(BAD);
    void connection.send(GOOD).catch(() => undefined);
    expect(await connection.closed).toEqual({ code: 1011, reason: '' });
    expect(await seen.outcome()).toEqual({ _tag: 'Failed', error: bug });
    expect(await endingOf(socket)).toMatchObject({ _tag: 'Closed', by: 'client', code: 1011 });
    expect(seen.values).toEqual([]);
    expect(server.accepted).toBe(1);
  });

  it.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['a code that may not be sent', () => ({ code: 1006 })],
    ['a promise that rejects', () => Promise.reject(new Error('late'))],
  ])('should fail the stream when a function gives %s', async (_name, onRejected) => {
    const { seen, connection } = await open({ onRejected: onRejected as () => 'fail' });
    await connection.send(BAD);
    expect(await connection.closed).toEqual({ code: 1011, reason: '' });
    expect(await seen.outcome()).toMatchObject({
      error: { _tag: 'OptionError', option: expect.stringMatching(/^onRejected/) },
    });
  });

  it('should be checked at once', () => {
    const onRejected = 'drop' as 'fail';
    expect(() => webSocket({ url: 'ws://h', onRejected })).toThrow(OptionTypeError);
  });
});

describe('after the verdict', () => {
  it('should deliver nothing of a flood that was under way', async () => {
    const flood = Buffer.concat([
      frame({ opcode: 1, payload: GOOD }),
      frame({ opcode: 1, payload: BAD }),
      ...Array.from({ length: 5_000 }, (_, index) =>
        frame({ opcode: 1, payload: index % 2 === 0 ? BAD : GOOD }),
      ),
    ]);
    const server = await servers.raw(
      afterUpgrade(async (connection) => {
        connection.socket.write(flood);
        const { payload } = await frameFrom(connection, 8);
        connection.socket.write(frame({ opcode: 8, payload }));
      }),
    );
    const before = activeResources();
    const socket = webSocket({ url: server.url, codec, onRejected: 'fail' });
    const rejected = watch(socket.rejected);
    const either = watch(socket.decoded);
    const seen = watch(socket);
    const { ending } = await seen.failure();
    expect(brief(ending)).toMatchObject({ _tag: 'MessageRejected', code: 1008 });
    expect(seen.values).toEqual([{ price: 1 }]);
    expect(rejected.values).toHaveLength(1);
    expect(either.values).toHaveLength(2);
    expect(either.outcomes).toHaveLength(1);
    await nothingLeftSince(before);
  });

  it('should not wait for a server that floods on and never answers the close', async () => {
    const server = await servers.raw(
      afterUpgrade(({ socket }) => {
        const chunk = Buffer.concat(
          Array.from({ length: 200 }, () => frame({ opcode: 1, payload: BAD })),
        );
        const write = (): void => {
          if (socket.writable) socket.write(chunk, () => setImmediate(write));
        };
        write();
      }),
    );
    const socket = webSocket({ url: server.url, codec, onRejected: 'fail', closeTimeout: 60 });
    const before = activeResources();
    const rejected = watch(socket.rejected);
    const seen = watch(socket);
    await inState(socket, 'Closing');
    const error = await within('the end', seen.failure(), 1_500);
    expect(error).toBeInstanceOf(RejectedError);
    expect(rejected.values).toHaveLength(1);
    expect(seen.values).toEqual([]);
    await within('the line', Promise.all(server.connections.map((each) => each.closed)));
    await nothingLeftSince(before);
  });

  it('should send what was given before, ahead of the close', async () => {
    const { socket, seen, connection } = await open({ onRejected: 'fail' }, (each) => {
      each.rejected.subscribe(() => {
        for (let count = 0; count < 100; count += 1) each.next({ count });
      });
    });
    await connection.send(BAD);
    expect(await connection.closed).toEqual({ code: 1008, reason: '' });
    expect(connection.messages).toHaveLength(100);
    await seen.failure();
    expect(stateOf(socket)._tag).toBe('Closed');
  });

  it('should be the ending also when the server closes at the same time', async () => {
    const server = await servers.raw(
      afterUpgrade(({ socket }) => {
        const close = frame({ opcode: 8, payload: Buffer.from([0x03, 0xe8]) });
        socket.write(Buffer.concat([frame({ opcode: 1, payload: BAD }), close]));
      }),
    );
    const seen = watch(webSocket({ url: server.url, codec, onRejected: 'fail', closeTimeout: 60 }));
    expect(await seen.failure()).toBeInstanceOf(RejectedError);
    expect(seen.outcomes).toHaveLength(1);
  });
});

describe('reconnect', () => {
  it('should end the stream at once by default: it is fatal', async () => {
    const { server, seen, connection } = await open({ onRejected: 'fail', reconnect: soon });
    await connection.send(BAD);
    const { ending } = await seen.failure();
    expect(isTransient(ending)).toBe(false);
    expect(server.accepted).toBe(1);
  });

  it('should dial again where isTransient says so, and count anew', async () => {
    const { server, socket, seen, states, connection } = await open({
      onRejected: { maxRejected: 2, interval: Infinity, reason: 'too many' },
      reconnect: again,
    });
    const rejected = watch(socket.rejected);
    for (let count = 0; count < 3; count += 1) void connection.send(BAD);
    expect(await connection.closed).toEqual({ code: 1008, reason: 'too many' });
    const second = await within('the second connection', server.nextConnection());
    await second.send(BAD);
    await second.send(BAD);
    await second.send(GOOD);
    await seen.received(1);
    expect(rejected.values.map((each) => each.connection)).toEqual([1, 1, 1, 2, 2]);
    void second.send(BAD);
    expect(await second.closed).toEqual({ code: 1008, reason: 'too many' });
    const third = await within('the third connection', server.nextConnection());
    await inState(socket, 'Open');
    const around = ['Connecting', 'Open', 'Closing', 'Waiting'];
    expect(tags(states)).toEqual(['Idle', ...around, ...around, 'Connecting', 'Open']);
    expect(states[4]).toMatchObject({ ending: { _tag: 'MessageRejected', reason: 'too many' } });
    expect(seen.outcomes).toEqual([]);
    seen.subscription.unsubscribe();
    expect(await third.closed).toEqual({ code: 1000, reason: '' });
  });

  it('should keep what is sent during the close and the wait', async () => {
    const { server, socket, seen, connection } = await open({
      onRejected: 'fail',
      reconnect: again,
    });
    socket.state.subscribe(({ _tag }) => {
      if (_tag === 'Closing' || _tag === 'Waiting') socket.next({ sent: _tag });
    });
    await connection.send(BAD);
    const second = await server.nextConnection();
    expect((await second.nextMessage()).text).toBe('{"sent":"Closing"}');
    expect((await second.nextMessage()).text).toBe('{"sent":"Waiting"}');
    seen.subscription.unsubscribe();
    await second.closed;
  });
});

describe('whoever hears of a rejected message', () => {
  const WHERE = ['rejected', 'decoded', 'onRejected'] as const;

  /** Calls `act` from within the place named `where` when a message is rejected. */
  function actingIn(
    where: (typeof WHERE)[number],
    act: () => void,
  ): {
    readonly options: Pick<SocketOptions<Tick, unknown>, 'onRejected'>;
    readonly listen: (socket: SocketSubject<Tick, unknown>) => void;
  } {
    return {
      options: {
        onRejected: () => {
          if (where === 'onRejected') act();
          return 'fail';
        },
      },
      listen: (socket) => {
        if (where === 'rejected') socket.rejected.subscribe(act);
        if (where === 'decoded') socket.decoded.subscribe({ next: act, error: () => undefined });
      },
    };
  }

  it.each(WHERE.filter((where) => where !== 'decoded'))(
    'should be able to unsubscribe the last subscriber: %s',
    async (where) => {
      let leave = (): void => undefined;
      const { options, listen } = actingIn(where, () => {
        leave();
      });
      const { server, socket, seen, connection } = await open(
        { ...options, reconnect: again },
        listen,
      );
      leave = () => {
        seen.subscription.unsubscribe();
      };
      await connection.send(BAD);
      expect(await connection.closed).toEqual({ code: 1000, reason: '' });
      expect(brief(await endingOf(socket))).toMatchObject({ _tag: 'Closed', by: 'client' });
      expect(seen.outcomes).toEqual([]);
      expect(server.accepted).toBe(1);
    },
  );

  it.each(WHERE)('should be able to complete the stream: %s', async (where) => {
    let complete = (): void => undefined;
    const { options, listen } = actingIn(where, () => {
      complete();
    });
    const { socket, seen, states, connection } = await open(
      { ...options, reconnect: again },
      listen,
    );
    complete = () => {
      socket.complete();
    };
    await connection.send(BAD);
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
    expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
    expect(tags(states)).toEqual(['Idle', 'Connecting', 'Open', 'Closing', 'Closed']);
    expect(states.at(-1)).toMatchObject({ ending: { _tag: 'Closed', code: 1000 } });
  });

  it.each(WHERE)('should be able to abort: %s', async (where) => {
    const controller = new AbortController();
    const { options, listen } = actingIn(where, () => {
      controller.abort();
    });
    const { seen, states, connection } = await open(
      { ...options, signal: controller.signal, reconnect: again },
      listen,
    );
    await connection.send(BAD);
    expect(await seen.failure()).toBeInstanceOf(AbortedError);
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
    expect(seen.outcomes).toHaveLength(1);
    expect(tags(states)).toEqual(['Idle', 'Connecting', 'Open', 'Closed']);
  });

  it('should be able to leave once the close has begun, and get no ending', async () => {
    const { server, socket, seen, connection } = await open({
      onRejected: 'fail',
      reconnect: again,
    });
    socket.state.subscribe(({ _tag }) => {
      if (_tag === 'Closing') seen.subscription.unsubscribe();
    });
    await connection.send(BAD);
    expect(await connection.closed).toEqual({ code: 1008, reason: '' });
    expect(brief(await endingOf(socket))).toMatchObject({ _tag: 'MessageRejected', code: 1008 });
    expect(seen.outcomes).toEqual([]);
    expect(server.accepted).toBe(1);
  });

  it('should not be able to complete what is failing already', async () => {
    const { server, socket, seen, connection } = await open({
      onRejected: 'fail',
      reconnect: again,
    });
    socket.state.subscribe(({ _tag }) => {
      if (_tag === 'Closing') socket.complete();
    });
    await connection.send(BAD);
    expect(await connection.closed).toEqual({ code: 1008, reason: '' });
    expect(await seen.failure()).toBeInstanceOf(RejectedError);
    expect(server.accepted).toBe(1);
  });

  it('should be able to throw, which changes nothing', async () => {
    const bug = new Error('a bug in a subscriber');
    const { seen, connection } = await open({ onRejected: 'fail' }, (socket) => {
      socket.rejected.subscribe(() => {
        throw bug;
      });
    });
    await connection.send(BAD);
    expect(await connection.closed).toEqual({ code: 1008, reason: '' });
    expect(await seen.failure()).toBeInstanceOf(RejectedError);
    // As rxjs reports it.
    await until('the report', () => uncaught.errors.length === 1);
    expect(uncaught.errors).toEqual([bug]);
    uncaught.stop();
    uncaught = collectUncaught();
  });
});

describe('a codec that breaks its word', () => {
  const bug = new Error('a bug in the codec');

  const CODECS: readonly (readonly [string, () => unknown])[] = [
    [
      'throws',
      () => {
        throw bug;
      },
    ],
    [
      'throws nothing',
      () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error
        throw undefined;
      },
    ],
    ['gives nothing', () => undefined],
    ['gives the message', () => ({ price: 1 })],
    ['gives a left that is no failure', () => E.left('bad')],
    ['gives a promise', () => Promise.resolve(E.right(1))],
    ['gives a promise that rejects', () => Promise.reject(bug)],
  ];

  const broken = (act: () => unknown): Codec<Tick, unknown> => ({
    name: 'broken',
    decode: act as Codec<Tick, unknown>['decode'],
    encode: act as Codec<Tick, unknown>['encode'],
  });

  it.each(CODECS)('should have its messages rejected when it %s', async (_name, act) => {
    const { socket, seen, connection } = await open({ codec: broken(act) });
    const rejected = watch(socket.rejected);
    await connection.send(GOOD);
    await connection.send(Buffer.from(GOOD));
    await rejected.received(2);
    expect(rejected.values).toMatchObject([
      { failure: { _tag: 'DecodeFailure', codec: 'broken', kind: 'text' } },
      { failure: { _tag: 'DecodeFailure', codec: 'broken', kind: 'binary' } },
    ]);
    expect(rejected.values.map(({ failure }) => Buffer.from(failure.data).toString())).toEqual([
      GOOD,
      GOOD,
    ]);
    expect(stateOf(socket)._tag).toBe('Open');
    seen.subscription.unsubscribe();
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
  });

  it('should end the connection where onRejected says so, with what it threw as the cause', async () => {
    const { seen, connection } = await open({
      codec: broken(() => {
        throw bug;
      }),
      onRejected: 'fail',
    });
    await connection.send(GOOD);
    const error = await seen.failure();
    expect(error).toBeInstanceOf(RejectedError);
    expect(error.cause).toBe(bug);
    expect(error.message).not.toContain('bug');
  });

  it.each(CODECS)('should have next() throw an EncodeError when it %s', async (_name, act) => {
    const { socket, seen, connection } = await open({ codec: broken(act) });
    expect(() => {
      socket.next('message');
    }).toThrow(EncodeError);
    await connection.ping();
    expect(connection.messages).toEqual([]);
    seen.subscription.unsubscribe();
    await connection.closed;
  });
});
