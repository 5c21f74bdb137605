import { isObservable, merge, Observable, repeat, retry, share, Subject, take } from 'rxjs';
import type { NextObserver, Observer } from 'rxjs';
import { webSocket as rxWebSocket, WebSocketSubject } from 'rxjs/webSocket';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { WebSocket } from 'ws';

import {
  CloseError,
  constantBackoff,
  EncodeError,
  NetworkError,
  OptionRangeError,
  OptionTypeError,
  OutboxFullError,
  SocketSubject,
  UpgradeRefusedError,
  webSocket,
} from '../../src/index.js';
import type { SocketOptions } from '../../src/index.js';
import { closePayload, createCertificateAuthority, frame } from '../../src/testing/index.js';
import type {
  RawConnection,
  Refusal,
  WssConnection,
  WssServer,
  WssServerOptions,
} from '../../src/testing/index.js';
import { activeResources, nothingLeftSince } from './support/leaks.js';
import { afterUpgrade, frameFrom, framesOf } from './support/peer.js';
import { useServers } from './support/servers.js';
import { collectUncaught } from './support/uncaught.js';
import type { UncaughtErrors } from './support/uncaught.js';
import { until, within } from './support/until.js';
import { inState, stateOf, watch } from './support/watch.js';
import type { Watch } from './support/watch.js';

/*
 * rxjs's WebSocketSubject and ours beside each other, on the same servers. The numbers are those of
 * docs/migration.md.
 */

/** As much of either subject as programs for rxjs use. */
interface Peer extends Observable<unknown>, Observer<unknown> {
  multiplex(
    subMsg: () => unknown,
    unsubMsg: () => unknown,
    messageFilter: (message: unknown) => boolean,
  ): Observable<unknown>;
  unsubscribe(): void;
}

/** As much of the options of either as programs for rxjs use. */
interface Config {
  readonly url: string;
  readonly protocol?: string | string[];
  readonly serializer?: (value: unknown) => string | ArrayBuffer | ArrayBufferView;
  readonly deserializer?: (event: { readonly data: unknown }) => unknown;
  readonly binaryType?: 'arraybuffer';
  readonly openObserver?: NextObserver<{ readonly type: string }>;
  readonly closeObserver?: NextObserver<CloseLike>;
  readonly closingObserver?: NextObserver<void>;
}

interface CloseLike {
  readonly type: string;
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

type Make = (config: Config) => Peer;

/** The constructions of ws that rxjs makes, to look into. */
const constructed: WebSocket[] = [];

class Constructed extends WebSocket {
  constructor(url: string, protocols?: string | string[]) {
    super(url, protocols);
    constructed.push(this);
  }
}

const theirs: Make = (config) => rxWebSocket({ WebSocketCtor: Constructed, ...config } as never);

const ours: Make = (config) => webSocket(config);

const BOTH = [
  ['rxjs', theirs],
  ['rx-wss', ours],
] as const;

const servers = useServers();

let uncaught: UncaughtErrors;

beforeEach(() => {
  constructed.length = 0;
  uncaught = collectUncaught();
});

afterEach(() => {
  for (const socket of constructed) socket.terminate();
  uncaught.stop();
  expect(uncaught.errors).toEqual([]);
});

/** The errors that have escaped so far, which are not to fail the test. */
async function escaped(): Promise<readonly unknown[]> {
  const { errors } = uncaught;
  await until('an uncaught error', () => errors.length > 0);
  uncaught.stop();
  uncaught = collectUncaught();
  return errors;
}

/** For streams that end with the test. */
const ignore = (): void => undefined;

/** Observers that write down what they are told of. */
function observersInto(
  events: string[],
): Required<Pick<Config, 'openObserver' | 'closeObserver' | 'closingObserver'>> {
  return {
    openObserver: { next: ({ type }) => events.push(type) },
    closeObserver: { next: ({ code }) => events.push(`close ${code}`) },
    closingObserver: { next: (nothing) => events.push(`closing ${String(nothing)}`) },
  };
}

/** Subscribes, and writes down what comes. */
function watchInto(events: string[], source: Observable<unknown>): Watch<unknown> {
  return watch(
    new Observable((subscriber) =>
      source.subscribe({
        next: (value) => {
          subscriber.next(value);
        },
        error: (error: unknown) => {
          events.push('error');
          subscriber.error(error);
        },
        complete: () => {
          events.push('complete');
          subscriber.complete();
        },
      }),
    ),
  );
}

interface Started extends Watch<unknown> {
  readonly server: WssServer;
  readonly connection: WssConnection;
  readonly socket: Peer;
  readonly events: string[];
}

/** A connection that is open on both sides, with one subscriber. */
async function start(
  make: Make,
  config: Partial<Config> = {},
  options: WssServerOptions = {},
): Promise<Started> {
  const server = await servers.wss(options);
  const events: string[] = [];
  const socket = make({ url: server.url, ...observersInto(events), ...config });
  const watched = watchInto(events, socket);
  const connection = await within('the connection', server.nextConnection());
  if (config.openObserver === undefined) await until('open', () => events.includes('open'));
  return { ...watched, server, connection, socket, events };
}

/** Texts that a connection received, up to the one that is sent now. */
async function textsOf(connection: WssConnection, socket: Peer): Promise<readonly string[]> {
  socket.next('END');
  await until('the end', () => connection.messages.some(({ text }) => text === '"END"'));
  return textsIn(connection).slice(0, -1);
}

const textsIn = ({ messages }: WssConnection): readonly string[] =>
  messages.map(({ text }) => text.replaceAll('"', ''));

const part = (socket: Peer, name: string): Observable<unknown> =>
  socket.multiplex(
    () => `sub ${name}`,
    () => `unsub ${name}`,
    (message) => String(message).startsWith(name),
  );

const message = (text: string): string => JSON.stringify(text);

describe('constructing', () => {
  it.each(BOTH)('1: should give a subject at once, and dial nothing (%s)', async (_name, make) => {
    const server = await servers.wss();
    const before = activeResources();
    void make({ url: server.url });
    await nothingLeftSince(before);
    expect(server.requests).toEqual([]);
    expect(constructed).toEqual([]);
  });

  it('1: should take a URL alone', async () => {
    const server = await servers.wss();
    const { subscription } = watch(webSocket(server.url));
    await within('the connection', server.nextConnection());
    subscription.unsubscribe();
  });

  it.each(BOTH)('2: should write and read JSON by default (%s)', async (_name, make) => {
    const { socket, connection, received } = await start(make);
    socket.next({ a: [1, null] });
    expect((await connection.nextMessage()).text).toBe('{"a":[1,null]}');
    await connection.send('{"b":2}');
    expect(await received(1)).toEqual([{ b: 2 }]);
  });

  it('2: should have the types that its functions say, and unknown for the rest', () => {
    const url = 'ws://127.0.0.1:1';
    const serializer = (n: number): string => String(n);
    const deserializer = ({ data }: { readonly data: string }): boolean => data === 'yes';
    expectTypeOf(webSocket({ url, deserializer })).toEqualTypeOf<SocketSubject<boolean, unknown>>();
    expectTypeOf(webSocket({ url, serializer })).toEqualTypeOf<SocketSubject<unknown, number>>();
    expectTypeOf(webSocket({ url, serializer, deserializer })).toEqualTypeOf<
      SocketSubject<boolean, number>
    >();
    const openObserver = { next: () => undefined };
    expectTypeOf(webSocket({ url, openObserver })).toEqualTypeOf<SocketSubject<unknown, unknown>>();
    const closeObserver = { next: ({ code }: { readonly code: number }) => code };
    const closingObserver = new Subject<void>();
    expectTypeOf(webSocket({ url, closeObserver, closingObserver })).toEqualTypeOf<
      SocketSubject<unknown, unknown>
    >();
    const socket = webSocket({ url, deserializer });
    const isTrue = (value: boolean): value is true => value;
    const message = (): string => '';
    expectTypeOf(socket.multiplex(message, message, isTrue)).toEqualTypeOf<Observable<true>>();
    expectTypeOf(socket.multiplex(message, message, (value) => !value)).toEqualTypeOf<
      Observable<boolean>
    >();
  });

  it.each(BOTH)('2: should copy its options (%s)', async (_name, make) => {
    const server = await servers.wss();
    const config: { url: string } = { url: server.url };
    const socket = make(config);
    config.url = 'ws://127.0.0.1:1';
    watch(socket);
    await within('the connection', server.nextConnection());
  });

  it('2: should refuse an option that it does not know, which rxjs overlooks', () => {
    const config = { url: 'ws://127.0.0.1:1', deserialiser: () => 1 };
    expect(() => theirs(config)).not.toThrow();
    expect(() => ours(config)).toThrow(OptionTypeError);
    expect(() => ours(config)).toThrow(/deserialiser/);
  });

  it('3: should need no constructor, where rxjs throws a ReferenceError without a global one', () => {
    vi.stubGlobal('WebSocket', undefined);
    Reflect.deleteProperty(globalThis, 'WebSocket');
    expect(() => rxWebSocket('ws://127.0.0.1:1')).toThrow(ReferenceError);
    expect(() => webSocket('ws://127.0.0.1:1')).not.toThrow();
  });

  it('3: should say why it takes neither a constructor nor a resultSelector', () => {
    const url = 'ws://127.0.0.1:1';
    const withCtor = { url, WebSocketCtor: WebSocket } as SocketOptions<unknown, unknown>;
    expect(() => webSocket(withCtor)).toThrow(OptionTypeError);
    expect(() => webSocket(withCtor)).toThrow(/^WebSocketCtor: .*made by ws/);
    const withSelector = { url, resultSelector: () => 1 } as SocketOptions<unknown, unknown>;
    expect(() => webSocket(withSelector)).toThrow(/^resultSelector: .*deserializer/);
  });

  it('3: should refuse a codec beside a serializer or a deserializer', () => {
    const { codec } = { codec: { name: 'c', decode: vi.fn(), encode: vi.fn() } };
    for (const option of ['serializer', 'deserializer'] as const) {
      expect(() => webSocket({ url: 'ws://127.0.0.1:1', codec, [option]: () => '' })).toThrow(
        OptionTypeError,
      );
    }
  });

  it('4: should have the methods of a WebSocketSubject', () => {
    const names = ['next', 'error', 'complete', 'subscribe', 'unsubscribe', 'multiplex', 'pipe'];
    for (const [, make] of BOTH) {
      const socket = make({ url: 'ws://127.0.0.1:1' });
      for (const name of [...names, 'asObservable']) {
        expect(Reflect.get(socket, name)).toBeTypeOf('function');
      }
      expect(isObservable(socket)).toBe(true);
    }
  });

  it('4: should be an instance of SocketSubject and Observable, and not of Subject', () => {
    const socket = ours({ url: 'ws://127.0.0.1:1' });
    expect(socket).toBeInstanceOf(SocketSubject);
    expect(socket).toBeInstanceOf(Observable);
    expect(socket).not.toBeInstanceOf(Subject);
    expect(theirs({ url: 'ws://127.0.0.1:1' })).toBeInstanceOf(Subject);
  });

  it('4: should not send through what pipe gives, as rxjs does', () => {
    const through = theirs({ url: 'ws://127.0.0.1:1' }).pipe(take(1));
    expect(through).toBeInstanceOf(WebSocketSubject);
    expect(through).toHaveProperty('next');
    const own = ours({ url: 'ws://127.0.0.1:1' }).pipe(take(1));
    expect(own).not.toBeInstanceOf(SocketSubject);
    expect(own).not.toHaveProperty('next');
  });

  it.each(BOTH)('4: should hide its methods behind asObservable (%s)', async (_name, make) => {
    const server = await servers.wss({ onConnection: (each) => void each.send('1') });
    const socket = make({ url: server.url }) as Peer & { asObservable(): Observable<unknown> };
    const hidden = socket.asObservable();
    expect(hidden).not.toHaveProperty('next');
    expect(await watch(hidden).received(1)).toEqual([1]);
  });

  it('5: should tell its state, which .observed and the like of rxjs do not', async () => {
    const theirOwn = await start(theirs);
    expect(theirOwn.socket).toMatchObject({ observed: false, isStopped: false, hasError: false });
    const server = await servers.wss();
    const socket = webSocket(server.url);
    watch(socket);
    await inState(socket, 'Open');
    expect(socket).not.toHaveProperty('observed');
  });
});

describe('connecting', () => {
  it('6: should begin with the first subscription', async () => {
    const server = await servers.wss();
    watch(theirs({ url: server.url }));
    expect(constructed).toHaveLength(1);
    const socket = webSocket(server.url);
    watch(socket);
    expect(stateOf(socket)).toEqual({ _tag: 'Connecting', attempt: 1 });
  });

  it.each(BOTH)('6: should offer the protocol, and no other (%s)', async (_name, make) => {
    for (const protocol of [undefined, 'feed.v2', ['feed.v1', 'feed.v2']]) {
      const { connection } = await start(make, protocol === undefined ? {} : { protocol }, {
        protocols: ['feed.v2'],
      });
      expect(connection.request.protocols).toEqual([protocol ?? []].flat());
      expect(connection.protocol).toBe(protocol === undefined ? '' : 'feed.v2');
    }
  });

  it('7: should tell subscribers what is wrong with the URL, and stay usable', async () => {
    const rx = theirs({ url: 'no url' });
    expect(watch(rx).outcomes).toMatchObject([{ _tag: 'Failed' }]);
    expect(watch(rx).outcomes).toMatchObject([{ _tag: 'Failed' }]);
    expect(() => ours({ url: 'no url' })).toThrow(/^url: is not a valid URL/);
    const server = await servers.wss();
    let url = 'no url';
    const socket = webSocket({ url: () => url });
    expect((await watch(socket).failure()).code).toBe('ERR_WSS_OPTIONS');
    url = server.url;
    watch(socket);
    await within('the connection', server.nextConnection());
  });

  it('7: should not recurse under a plain retry, as rxjs does', async () => {
    const spun = watch(theirs({ url: 'no url' }).pipe(retry()));
    expect(spun.outcomes).toMatchObject([{ _tag: 'Failed', error: expect.any(RangeError) }]);
    let calls = 0;
    const url = (): string => {
      calls += 1;
      return 'no url';
    };
    const { subscription, outcomes } = watch(webSocket({ url }).pipe(retry()));
    await until('many attempts', () => calls > 300);
    subscription.unsubscribe();
    expect(outcomes).toEqual([]);
  });

  it.each(BOTH)(
    '8: should share one connection, and replay nothing to who comes later (%s)',
    async (_name, make) => {
      const { server, socket, connection, received } = await start(make);
      await connection.send('1');
      await received(1);
      const later = watch(socket);
      await connection.send('2');
      expect(await later.received(1)).toEqual([2]);
      expect(await received(2)).toEqual([1, 2]);
      expect(server.accepted).toBe(1);
    },
  );

  it.each(BOTH)(
    '9: should tell the openObserver, send what waits, and then what is new (%s)',
    async (_name, make) => {
      const server = await servers.wss();
      const told: string[] = [];
      const socket = make({
        url: server.url,
        openObserver: {
          next: ({ type }) => {
            told.push(type, ...[...server.connections].flatMap(textsIn));
            socket.next('from the observer');
          },
        },
      });
      socket.next('first');
      socket.next('second');
      watch(socket);
      const connection = await within('the connection', server.nextConnection());
      await until('open', () => told.length > 0);
      expect(await textsOf(connection, socket)).toEqual(['first', 'second', 'from the observer']);
      expect(told).toEqual(['open']);
    },
  );

  it('9: should tell the openObserver what is known of the connection, each time', async () => {
    const server = await servers.wss({
      protocols: ['feed.v1'],
      onConnection: (connection) => {
        if (server.accepted === 1) connection.terminate();
      },
    });
    const openObserver = { next: vi.fn() };
    const { url } = server;
    const reconnect = constantBackoff({ delay: 1 });
    watch(webSocket({ url, protocol: 'feed.v1', openObserver, reconnect }));
    await until('two connections', () => openObserver.next.mock.calls.length === 2);
    expect(openObserver.next.mock.calls).toEqual(
      Array(2).fill([
        expect.objectContaining({
          type: 'open',
          target: `127.0.0.1:${server.port}`,
          protocol: 'feed.v1',
          address: `127.0.0.1:${server.port}`,
          since: expect.any(Number),
        }),
      ]),
    );
  });

  it('9: should tell the openObserver of the certificate of the server', async () => {
    const authority = await createCertificateAuthority();
    const { chain, key } = await authority.issue({
      commonName: 'feed',
      usage: 'server',
      ip: ['127.0.0.1'],
    });
    const server = await servers.wss({ tls: { cert: chain, key } });
    const openObserver = { next: vi.fn() };
    watch(webSocket({ url: server.url, tls: { ca: authority.certificate }, openObserver }));
    await until('open', () => openObserver.next.mock.calls.length > 0);
    expect(openObserver.next).toHaveBeenCalledWith(
      expect.objectContaining({
        tls: expect.objectContaining({ subject: 'CN=feed', acceptedBy: 'chain' }),
      }),
    );
  });

  it.each(BOTH)(
    '10: should leave a new connection alone when the one before it closes (%s)',
    async (_name, make) => {
      const { server, socket, connection, subscription } = await start(make);
      subscription.unsubscribe();
      const second = watch(socket);
      const next = await within('the second connection', server.nextConnection());
      await connection.closed;
      await next.send('2');
      expect(await second.received(1)).toEqual([2]);
      socket.next('to the second');
      expect((await next.nextMessage()).text).toBe(message('to the second'));
      expect(second.outcomes).toEqual([]);
    },
  );

  it('10: should leave it alone when the attempt before it was given up, where rxjs closes it', async () => {
    for (const [name, make] of BOTH) {
      const server = await servers.wss();
      const socket = make({ url: server.url });
      watch(socket).subscription.unsubscribe();
      const second = watch(socket);
      await until('a connection', () => server.accepted > 0);
      if (name === 'rxjs') {
        expect(await second.outcome()).toEqual({ _tag: 'Completed' });
      } else {
        socket.next('to the second');
        const connection = await within('the connection', server.nextConnection());
        expect((await connection.nextMessage()).text).toBe(message('to the second'));
        expect(second.outcomes).toEqual([]);
      }
    }
  });
});

describe('sending', () => {
  it.each(BOTH)(
    '11: should keep what is given before it is open, in order (%s)',
    async (_name, make) => {
      const server = await servers.wss();
      const socket = make({ url: server.url });
      socket.next('without a subscriber');
      watch(socket);
      for (let index = 0; index < 100; index += 1) socket.next(index);
      const connection = await within('the connection', server.nextConnection());
      await until('all messages', () => connection.messages.length === 101);
      expect(textsIn(connection)).toEqual([
        'without a subscriber',
        ...Array.from({ length: 100 }, (_, index) => String(index)),
      ]);
    },
  );

  it('11: should bound what waits, and know no bound where told so', () => {
    const bounded = webSocket({ url: 'ws://127.0.0.1:1', outbox: { maxMessages: 1 } });
    bounded.next(1);
    expect(() => {
      bounded.next(2);
    }).toThrow(OutboxFullError);
    const outbox = { maxMessages: Infinity, maxBytes: Infinity };
    const unbounded = webSocket({ url: 'ws://127.0.0.1:1', outbox });
    for (let index = 0; index < 20_000; index += 1) unbounded.next(index);
  });

  it('11: should send what a message was when it was given, rxjs what it is when it goes out', async () => {
    for (const [name, make] of BOTH) {
      const server = await servers.wss();
      const socket = make({ url: server.url });
      const given = { n: 1 };
      socket.next(given);
      given.n = 2;
      watch(socket);
      const connection = await within('the connection', server.nextConnection());
      const { text } = await connection.nextMessage();
      expect(text).toBe(name === 'rxjs' ? '{"n":2}' : '{"n":1}');
    }
  });

  it.each(BOTH)('12: should write at once when it is open (%s)', async (_name, make) => {
    const serializer = vi.fn((value: unknown) => String(value));
    const { socket, connection } = await start(make, { serializer });
    socket.next(1);
    expect(serializer.mock.calls).toEqual([[1]]);
    expect((await connection.nextMessage()).text).toBe('1');
  });

  it('13: should keep what is given while the server closes, which rxjs drops', async () => {
    for (const [name, make] of BOTH) {
      let peers: readonly RawConnection[] = [];
      const server = await servers.raw(
        afterUpgrade((connection) => {
          peers = [...peers, connection];
          if (peers.length > 1) return;
          connection.socket.write(frame({ opcode: 8, payload: closePayload(1000) }));
        }),
      );
      const socket = make({ url: server.url });
      const first = watch(socket);
      const closing = await until('the connection', () => peers[0]);
      await frameFrom(closing, 8);
      socket.next('while it closes');
      closing.socket.end();
      expect(await first.outcome()).toEqual({ _tag: 'Completed' });
      watch(socket);
      socket.next('on the next one');
      const next = await until('the next connection', () => peers[1]);
      await until('the message', () =>
        framesOf(next).some(({ payload }) => payload.toString() === message('on the next one')),
      );
      expect(framesOf(next).map(({ payload }) => payload.toString())).toEqual(
        (name === 'rxjs' ? [] : ['while it closes']).concat('on the next one').map(message),
      );
    }
  });

  it('13: should keep what is given after complete for the next connection, which rxjs loses', async () => {
    for (const [name, make] of BOTH) {
      const { server, socket, outcome } = await start(make);
      socket.complete();
      socket.next('after it');
      await outcome();
      watch(socket);
      const connection = await within('the next connection', server.nextConnection());
      expect(await textsOf(connection, socket)).toEqual(name === 'rxjs' ? [] : ['after it']);
    }
  });

  it('14: should keep what waits when an attempt fails, which rxjs throws away', async () => {
    for (const [name, make] of BOTH) {
      const answers: (Refusal | undefined)[] = [{ status: 503 }];
      const server = await servers.wss({ onRequest: () => answers.shift() });
      const socket = make({ url: server.url });
      socket.next('before');
      await watch(socket).outcome();
      watch(socket);
      const connection = await within('the connection', server.nextConnection());
      expect(await textsOf(connection, socket)).toEqual(name === 'rxjs' ? [] : ['before']);
    }
  });

  it('14: should throw away what waits, when it is unsubscribed from', async () => {
    const { socket, connection } = await start(ours);
    socket.unsubscribe();
    await connection.closed;
    const idle = webSocket('ws://127.0.0.1:1');
    idle.next('waits');
    expect(idle.stats().queuedMessages).toBe(1);
    idle.unsubscribe();
    expect(idle.stats().queuedMessages).toBe(0);
  });

  it('15: should throw what a serializer throws, and go on, where rxjs fails the stream', async () => {
    const serializer = (value: unknown): string => {
      if (value === 'bad') throw new Error('no form');
      return JSON.stringify(value);
    };
    const rx = await start(theirs, { serializer });
    rx.socket.next('bad');
    expect(await rx.outcome()).toEqual({ _tag: 'Failed', error: expect.any(TypeError) });
    const { socket, connection, outcomes } = await start(ours, { serializer });
    expect(() => {
      socket.next('bad');
    }).toThrow(EncodeError);
    expect(await textsOf(connection, socket)).toEqual([]);
    expect(outcomes).toEqual([]);
  });
});

describe('receiving', () => {
  it.each(BOTH)('16: should read and tell all subscribers at once (%s)', async (_name, make) => {
    const order: string[] = [];
    const deserializer = ({ data }: { readonly data: unknown }): unknown => {
      order.push(`read ${String(data)}`);
      queueMicrotask(() => order.push('microtask'));
      return data;
    };
    const { socket, connection } = await start(make, { deserializer });
    for (const name of ['second', 'third']) {
      socket.subscribe({ next: (value) => order.push(`${name} ${String(value)}`), error: ignore });
    }
    await connection.send('x');
    await until('the message', () => order.includes('microtask'));
    expect(order).toEqual(['read x', 'second x', 'third x', 'microtask']);
  });

  const deserializer = ({ data }: { readonly data: unknown }): unknown => {
    if (data === 'bad') throw new Error('no message');
    return data;
  };

  it('17: should go on after a message that does not decode, where rxjs fails the stream', async () => {
    const rx = await start(theirs, { deserializer });
    await rx.connection.send('bad');
    expect(await rx.outcome()).toEqual({ _tag: 'Failed', error: new Error('no message') });
    expect((await rx.connection.closed).code).toBe(1005);
    const { socket, connection, received, outcomes } = await start(ours, { deserializer });
    const rejected = watch((socket as unknown as SocketSubject<unknown, unknown>).rejected);
    await connection.send('bad');
    await connection.send('good');
    expect(await received(1)).toEqual(['good']);
    expect(outcomes).toEqual([]);
    expect(rejected.values).toMatchObject([{ failure: { cause: new Error('no message') } }]);
  });

  it("17: should fail all subscribers with onRejected: 'fail'", async () => {
    const server = await servers.wss();
    const socket = webSocket({ url: server.url, deserializer, onRejected: 'fail' });
    const all = [watch(socket), watch(socket)];
    const connection = await within('the connection', server.nextConnection());
    await connection.send('bad');
    for (const each of all) expect((await each.failure()).code).toBe('ERR_WSS_REJECTED');
    expect((await connection.closed).code).toBe(1007);
  });

  it.each(BOTH)('18: should read JSON from a binary message (%s)', async (_name, make) => {
    const { connection, received } = await start(make);
    await connection.send(Buffer.from('{"a":1}'));
    expect(await received(1)).toEqual([{ a: 1 }]);
  });

  it.each(BOTH)(
    '18: should give a Buffer, or an ArrayBuffer where asked (%s)',
    async (_name, make) => {
      const asIs = ({ data }: { readonly data: unknown }): unknown => data;
      const plain = await start(make, { deserializer: asIs });
      await plain.connection.send(Uint8Array.of(1, 2));
      const [data] = await plain.received(1);
      expect(Buffer.isBuffer(data)).toBe(true);
      expect(data).toEqual(Buffer.from([1, 2]));
      const binaryType = 'arraybuffer';
      const other = await start(make, { deserializer: asIs, binaryType });
      await other.connection.send(Uint8Array.of(1, 2));
      const [buffer] = await other.received(1);
      expect(buffer).toBeInstanceOf(ArrayBuffer);
      expect(new Uint8Array(buffer as ArrayBuffer)).toEqual(Uint8Array.of(1, 2));
    },
  );

  it('18: should read JSON from a binary message under arraybuffer, where rxjs fails', async () => {
    const rx = await start(theirs, { binaryType: 'arraybuffer' });
    await rx.connection.send(Buffer.from('{"a":1}'));
    expect(await rx.outcome()).toEqual({ _tag: 'Failed', error: expect.any(SyntaxError) });
    const { connection, received } = await start(ours, { binaryType: 'arraybuffer' });
    await connection.send(Buffer.from('{"a":1}'));
    expect(await received(1)).toEqual([{ a: 1 }]);
  });

  it.each(BOTH)(
    '19: should report what a subscriber throws, and go on (%s)',
    async (_name, make) => {
      const { socket, connection, received } = await start(make);
      const mine = new Error('mine');
      socket.subscribe({
        next: (value) => {
          if (value === 1) throw mine;
        },
        error: ignore,
      });
      const later = watch(socket);
      await connection.send('1');
      await connection.send('2');
      expect(await later.received(2)).toEqual([1, 2]);
      expect(await received(2)).toEqual([1, 2]);
      expect(await escaped()).toEqual([mine]);
    },
  );
});

describe('ending', () => {
  const CODES = [1000, 1001, 1005, 1008, 1011, 1012, 4401];

  it.each(CODES)('20: should tell a close with %i from an end of the stream', async (code) => {
    const close = async ({ connection, outcome }: Started): Promise<unknown> => {
      await (code === 1005 ? connection.close() : connection.close(code, 'why'));
      return outcome();
    };
    expect(await close(await start(theirs))).toEqual({ _tag: 'Completed' });
    expect(await close(await start(ours))).toEqual(
      code === 1000 || code === 1005
        ? { _tag: 'Completed' }
        : { _tag: 'Failed', error: expect.any(CloseError) },
    );
    const asBefore: Make = (config) =>
      webSocket({
        ...config,
        completeOn: (ending) => ending._tag === 'Closed' && ending.wasClean,
      });
    expect(await close(await start(asBefore))).toEqual({ _tag: 'Completed' });
  });

  it('21: should fail without a close frame, with an error that has the ending of the close event', async () => {
    const closes: CloseLike[] = [];
    const config = { closeObserver: { next: (event: CloseLike) => void closes.push(event) } };
    const rx = await start(theirs, config);
    rx.connection.terminate();
    const outcome = await rx.outcome();
    expect(closes).toMatchObject([{ type: 'close', code: 1006, reason: '', wasClean: false }]);
    expect(outcome).toEqual({ _tag: 'Failed', error: closes[0] });
    closes.length = 0;
    const { connection, failure } = await start(ours, config);
    connection.terminate();
    const error = await failure();
    expect(closes).toMatchObject([{ type: 'close', code: 1006, reason: '', wasClean: false }]);
    expect(error).toBeInstanceOf(NetworkError);
    expect(closes[0]).toMatchObject({ ending: error.ending });
  });

  it('22: should fail with an Error that has the cause, where rxjs has an ErrorEvent', async () => {
    const { url, close } = await servers.wss();
    await close();
    const rx = watch(theirs({ url }));
    expect(await rx.outcome()).toMatchObject({ error: { error: { code: 'ECONNREFUSED' } } });
    expect(rx.outcomes[0]).not.toMatchObject({ error: expect.any(Error) });
    const error = await watch(ours({ url })).failure();
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ code: 'ERR_WSS_REFUSED', cause: { code: 'ECONNREFUSED' } });
  });

  it('23: should tell the status of a handshake that is refused', async () => {
    const { url } = await servers.wss({ onRequest: () => ({ status: 401, body: 'who?' }) });
    const rx = await watch(theirs({ url })).outcome();
    expect(rx).toMatchObject({ error: { message: 'Unexpected server response: 401' } });
    const error = await watch(ours({ url })).failure();
    expect(error).toBeInstanceOf(UpgradeRefusedError);
    expect(error).toMatchObject({ ending: { status: 401, body: 'who?' } });
  });

  it.each(BOTH)(
    '24: should tell the closeObserver before the stream ends (%s)',
    async (_name, make) => {
      const clean = await start(make);
      await clean.connection.close(1000);
      await clean.outcome();
      expect(clean.events).toEqual(['open', 'close 1000', 'complete']);
      const cut = await start(make);
      cut.connection.terminate();
      await cut.outcome();
      expect(cut.events).toEqual(['open', 'close 1006', 'error']);
    },
  );

  it('24: should do so for an attempt that fails, too, where rxjs is late', async () => {
    const { url } = await servers.wss({ onRequest: () => ({ status: 401 }) });
    for (const [name, make] of BOTH) {
      const events: string[] = [];
      watchInto(events, make({ url, ...observersInto(events) }));
      await until('both', () => events.length === 2);
      expect(events).toEqual(name === 'rxjs' ? ['error', 'close 1006'] : ['close 1006', 'error']);
    }
  });

  it('24: should tell it of every connection that is dialled anew', async () => {
    const answers: (Refusal | undefined)[] = [undefined, { status: 503 }, undefined];
    const server = await servers.wss({
      onRequest: () => answers.shift(),
      onConnection: (connection) => {
        void connection.close(server.accepted === 1 ? 1012 : 1000);
      },
    });
    const events: string[] = [];
    const reconnect = constantBackoff({ delay: 1 });
    const socket = webSocket({ url: server.url, reconnect, ...observersInto(events) });
    await watchInto(events, socket).outcome();
    expect(events).toEqual(['open', 'close 1012', 'close 1006', 'open', 'close 1000', 'complete']);
  });

  it('25: should close on complete, and complete when it is closed', async () => {
    for (const [name, make] of BOTH) {
      const { socket, connection, events, outcome } = await start(make);
      socket.complete();
      expect(events).toEqual(['open', 'closing undefined']);
      expect(await outcome()).toEqual({ _tag: 'Completed' });
      // We say that it is a normal closure; rxjs gives no code.
      const code = name === 'rxjs' ? 1005 : 1000;
      expect((await connection.closed).code).toBe(code);
      expect(events).toEqual(['open', 'closing undefined', `close ${code}`, 'complete']);
    }
  });

  it('25: should close with the code that is asked for', async () => {
    const closeWith = { code: 1001, reason: 'restart' };
    const make: Make = (config) => webSocket({ ...config, closeWith });
    const { socket, connection } = await start(make);
    socket.complete();
    expect(await connection.closed).toEqual(closeWith);
  });

  it.each(BOTH)(
    '26: should close with the code and the reason given to error, and complete (%s)',
    async (_name, make) => {
      const { socket, connection, events, outcome } = await start(make);
      socket.error({ code: 4000, reason: 'enough' });
      expect(await outcome()).toEqual({ _tag: 'Completed' });
      expect(await connection.closed).toEqual({ code: 4000, reason: 'enough' });
      expect(events).toEqual(['open', 'closing undefined', 'close 4000', 'complete']);
      const without = await start(make);
      without.socket.error({ code: 4001 });
      expect(await without.connection.closed).toEqual({ code: 4001, reason: '' });
    },
  );

  it('27: should fail with what error was given as the cause, which rxjs keeps to itself', async () => {
    const mine = new Error('the source failed');
    const rx = await start(theirs);
    rx.socket.error(mine);
    expect(await rx.outcome()).toEqual({ _tag: 'Failed', error: expect.any(TypeError) });
    const { socket, connection, failure } = await start(ours);
    socket.error(mine);
    const error = await failure();
    expect(error).toBeInstanceOf(CloseError);
    expect(error.cause).toBe(mine);
    expect((await connection.closed).code).toBe(1011);
  });

  it('28: should throw at once for a code that may not be sent, where rxjs throws at nobody', async () => {
    const rx = await start(theirs);
    rx.socket.error({ code: 1006 });
    expect(await escaped()).toEqual([expect.any(TypeError)]);
    expect(rx.outcomes).toEqual([]);
    const { socket, connection, outcomes } = await start(ours);
    expect(() => {
      socket.error({ code: 1006 });
    }).toThrow(OptionRangeError);
    expect(await textsOf(connection, socket)).toEqual([]);
    expect(outcomes).toEqual([]);
  });

  it.each(BOTH)(
    '29: should send what was given before an early complete, then close (%s)',
    async (_name, make) => {
      const server = await servers.wss();
      const events: string[] = [];
      const socket = make({ url: server.url, ...observersInto(events) });
      socket.next('before');
      socket.complete();
      socket.next('after');
      const { outcome } = watchInto(events, socket);
      const connection = await within('the connection', server.nextConnection());
      expect(await outcome()).toEqual({ _tag: 'Completed' });
      await connection.closed;
      expect(textsIn(connection)).toEqual(['before']);
      expect(events.slice(0, 2)).toEqual(['open', 'closing undefined']);
    },
  );

  it('29: should keep what is given after it, and not dial for a close alone, as rxjs does', async () => {
    const server = await servers.wss();
    const socket = webSocket(server.url);
    socket.next('before');
    socket.complete();
    socket.next('after');
    await watch(socket).outcome();
    watch(socket);
    await until('two connections', () => server.accepted === 2);
    await server.nextConnection();
    const second = await server.nextConnection();
    expect((await second.nextMessage()).text).toBe(message('after'));
    const rx = theirs({ url: server.url });
    const rxWatch = watch(rx);
    rx.complete();
    expect(rxWatch.outcomes).toEqual([]);
    expect(await rxWatch.outcome()).toEqual({ _tag: 'Completed' });
    expect(server.requests).toHaveLength(3);
    const own = ours({ url: server.url });
    const ownWatch = watch(own);
    own.complete();
    expect(ownWatch.outcomes).toEqual([{ _tag: 'Completed' }]);
    expect(server.requests).toHaveLength(3);
  });

  it('30: should close when the last subscriber leaves, and tell the closingObserver', async () => {
    for (const [name, make] of BOTH) {
      const { server, socket, connection, events, subscription, outcomes } = await start(make);
      const other = watch(socket);
      other.subscription.unsubscribe();
      expect(await textsOf(connection, socket)).toEqual([]);
      subscription.unsubscribe();
      const code = name === 'rxjs' ? 1005 : 1000;
      expect((await connection.closed).code).toBe(code);
      await until('the close', () => events.includes(`close ${code}`));
      expect(events).toEqual(
        name === 'rxjs' ? ['open', 'close 1005'] : ['open', 'closing undefined', 'close 1000'],
      );
      expect(outcomes).toEqual([]);
      watch(socket);
      await within('the next connection', server.nextConnection());
    }
  });

  it('30: should keep the connection for as long as linger says', async () => {
    const make: Make = (config) => webSocket({ ...config, linger: Infinity });
    const { server, socket, connection, subscription } = await start(make);
    subscription.unsubscribe();
    const again = watch(socket);
    await connection.send('1');
    expect(await again.received(1)).toEqual([1]);
    expect(server.accepted).toBe(1);
    socket.unsubscribe();
    await connection.closed;
  });

  it.each(BOTH)('30: should give up an attempt when nobody is left (%s)', async (_name, make) => {
    const server = await servers.wss({ onRequest: () => new Promise(() => undefined) });
    const before = activeResources();
    const socket = make({ url: server.url });
    const { subscription, outcomes } = watch(socket);
    await until('the request', () => server.requests.length === 1);
    subscription.unsubscribe();
    await nothingLeftSince(before);
    expect(server.accepted).toBe(0);
    expect(outcomes).toEqual([]);
  });

  it('31: should be closed for good by unsubscribe', async () => {
    for (const [name, make] of BOTH) {
      const { socket, connection, outcomes } = await start(make);
      socket.unsubscribe();
      await connection.closed;
      if (name === 'rxjs') {
        expect(() => watch(socket)).toThrow('object unsubscribed');
        expect(() => {
          socket.next('lost');
        }).not.toThrow();
      } else {
        expect(outcomes).toEqual([]);
        expect(await watch(socket).outcome()).toMatchObject({
          error: { code: 'ERR_WSS_DISPOSED' },
        });
        expect(() => {
          socket.next('lost');
        }).toThrow(expect.objectContaining({ code: 'ERR_WSS_DISPOSED' }));
      }
    }
  });

  it('31: should not recurse under a plain retry', async () => {
    const socket = webSocket('ws://127.0.0.1:1');
    socket.unsubscribe();
    const { subscription, outcomes } = watch(socket.pipe(retry()));
    await new Promise((resolve) => void setImmediate(resolve));
    subscription.unsubscribe();
    expect(outcomes).toEqual([]);
  });

  it.each(BOTH)(
    '32: should dial again for who subscribes after the end, whatever it was (%s)',
    async (_name, make) => {
      const { server, socket, connection, outcome } = await start(make);
      const again = async (): Promise<{ watched: Watch<unknown>; connection: WssConnection }> => {
        const watched = watch(socket);
        const next = await within('the next connection', server.nextConnection());
        await next.send('1');
        await watched.received(1);
        return { watched, connection: next };
      };
      await connection.close(1000);
      await outcome();
      const afterClose = await again();
      afterClose.connection.terminate();
      await afterClose.watched.outcome();
      const afterCut = await again();
      socket.complete();
      await afterCut.watched.outcome();
      const afterComplete = await again();
      socket.error({ code: 4000 });
      await afterComplete.watched.outcome();
      const afterError = await again();
      afterError.watched.subscription.unsubscribe();
      await again();
      expect(server.accepted).toBe(6);
    },
  );

  it.each(BOTH)(
    '33: should dial again by retry after an error, by repeat after an end, and not by itself (%s)',
    async (_name, make) => {
      const server = await servers.wss();
      const socket = make({ url: server.url });
      const once = watch(socket);
      (await server.nextConnection()).terminate();
      await once.outcome();
      expect(server.accepted).toBe(1);
      const retried = watch(socket.pipe(retry({ count: 5, delay: 1 })));
      (await server.nextConnection()).terminate();
      await within('a retry', server.nextConnection());
      retried.subscription.unsubscribe();
      const repeated = watch(socket.pipe(repeat({ count: 5, delay: 1 })));
      await (await server.nextConnection()).close(1000);
      await within('a repeat', server.nextConnection());
      repeated.subscription.unsubscribe();
      expect(server.accepted).toBe(5);
    },
  );
});

describe('multiplexing', () => {
  it.each(BOTH)(
    '34: should be cold, and ask before it subscribes to the root (%s)',
    async (name, make) => {
      const server = await servers.wss();
      const socket = make({ url: server.url });
      const isDialled = (): boolean =>
        name === 'rxjs'
          ? constructed.length > 0
          : stateOf(socket as unknown as Pick<SocketSubject<unknown, unknown>, 'state'>)._tag !==
            'Idle';
      const seen: boolean[] = [];
      const stream = socket.multiplex(
        () => {
          seen.push(isDialled());
          return 'sub';
        },
        () => 'unsub',
        () => true,
      );
      expect(isObservable(stream)).toBe(true);
      expect(stream).not.toHaveProperty('next');
      expect(seen).toEqual([]);
      watch(stream);
      expect(seen).toEqual([false]);
      expect(isDialled()).toBe(true);
      const connection = await within('the connection', server.nextConnection());
      expect((await connection.nextMessage()).text).toBe('"sub"');
    },
  );

  it.each(BOTH)('35: should give what the filter takes (%s)', async (_name, make) => {
    const { socket, connection } = await start(make);
    const a = watch(part(socket, 'a'));
    const b = watch(part(socket, 'b'));
    for (const text of ['a1', 'b1', 'c1', 'a2']) await connection.send(message(text));
    expect(await a.received(2)).toEqual(['a1', 'a2']);
    expect(await b.received(1)).toEqual(['b1']);
  });

  it.each(BOTH)(
    '35: should fail alone when the filter or subMsg throws (%s)',
    async (_name, make) => {
      const { socket, connection, outcomes, received } = await start(make);
      const mine = new Error('mine');
      const fail = (): never => {
        throw mine;
      };
      const unasked = watch(
        socket.multiplex(
          fail,
          () => 'unsub',
          () => true,
        ),
      );
      const unfiltered = watch(
        socket.multiplex(
          () => 'sub',
          () => 'unsub',
          fail,
        ),
      );
      const sibling = watch(part(socket, 'a'));
      await connection.send(message('a1'));
      expect(await sibling.received(1)).toEqual(['a1']);
      expect(await received(1)).toEqual(['a1']);
      expect(unasked.outcomes).toEqual([{ _tag: 'Failed', error: mine }]);
      expect(unfiltered.outcomes).toEqual([{ _tag: 'Failed', error: mine }]);
      expect([...outcomes, ...sibling.outcomes]).toEqual([]);
    },
  );

  it('35: should not end at the server what was never asked for, as rxjs does', async () => {
    for (const [name, make] of BOTH) {
      const { socket, connection } = await start(make);
      watch(
        socket.multiplex(
          () => {
            throw new Error('mine');
          },
          () => 'unsub',
          () => true,
        ),
      );
      expect(await textsOf(connection, socket)).toEqual(name === 'rxjs' ? ['unsub'] : []);
    }
  });

  it.each(BOTH)(
    '36: should ask to stop, then leave the root, which closes after the last (%s)',
    async (_name, make) => {
      const { socket, connection, subscription } = await start(make);
      const first = watch(part(socket, 'a').pipe(take(1)));
      const last = watch(part(socket, 'b'));
      subscription.unsubscribe();
      await connection.send(message('a1'));
      expect(await first.outcome()).toEqual({ _tag: 'Completed' });
      last.subscription.unsubscribe();
      await connection.closed;
      expect(textsIn(connection)).toEqual(['sub a', 'sub b', 'unsub a', 'unsub b']);
    },
  );

  it.each(BOTH)('37: should ask for each subscriber by itself (%s)', async (_name, make) => {
    const { socket, connection } = await start(make);
    const stream = part(socket, 'a');
    const both = [watch(stream), watch(stream)];
    for (const { subscription } of both) subscription.unsubscribe();
    expect(await textsOf(connection, socket)).toEqual(['sub a', 'sub a', 'unsub a', 'unsub a']);
  });

  it('37: should ask once for all where the stream is shared', async () => {
    const { socket, connection } = await start(ours);
    const stream = part(socket, 'a').pipe(share());
    const both = [watch(stream), watch(stream)];
    for (const { subscription } of both) subscription.unsubscribe();
    expect(await textsOf(connection, socket)).toEqual(['sub a', 'unsub a']);
  });

  it('38: should send nothing stray on a new connection, with siblings that retry at once, as rxjs does', async () => {
    for (const [name, make] of BOTH) {
      const server = await servers.wss();
      const socket = make({ url: server.url });
      const streams = ['a', 'b', 'c'].map((each) => part(socket, each).pipe(retry()));
      const { subscription } = watch(merge(...streams));
      for (let round = 1; round <= 3; round += 1) {
        const connection = await within('the connection', server.nextConnection());
        await until('the subscriptions', () => connection.messages.length >= 3);
        const texts = await textsOf(connection, socket);
        if (round === 1 || name !== 'rxjs') expect(texts).toEqual(['sub a', 'sub b', 'sub c']);
        else expect(texts.filter((text) => text.startsWith('unsub'))).not.toEqual([]);
        connection.terminate();
      }
      subscription.unsubscribe();
    }
  });

  it.each([
    ['1012', (connection: WssConnection) => void connection.close(1012)],
    [
      'a reset',
      (connection: WssConnection) => {
        connection.terminate();
      },
    ],
  ])('38: should ask anew on each connection under reconnect, after %s', async (_name, cut) => {
    const server = await servers.wss();
    const reconnect = constantBackoff({ delay: 1 });
    const socket = webSocket({ url: server.url, reconnect });
    const peer = socket as unknown as Peer;
    const a = watch(part(peer, 'a'));
    const b = watch(part(peer, 'b'));
    for (let round = 1; round <= 3; round += 1) {
      const connection = await within('the connection', server.nextConnection());
      await until('the subscriptions', () => connection.messages.length >= 2);
      await connection.send(message(`a${round}`));
      await a.received(round);
      expect(await textsOf(connection, peer)).toEqual(['sub a', 'sub b']);
      cut(connection);
      await connection.closed;
    }
    const last = await within('the connection', server.nextConnection());
    await until('the subscriptions', () => last.messages.length >= 2);
    await inState(socket, 'Open');
    a.subscription.unsubscribe();
    b.subscription.unsubscribe();
    await last.closed;
    expect(textsIn(last)).toEqual(['sub a', 'sub b', 'unsub a', 'unsub b']);
    expect([...a.outcomes, ...b.outcomes]).toEqual([]);
  });

  it('38: should ask once, however many attempts failed before', async () => {
    let refusals = 20;
    const server = await servers.wss({
      onRequest: () => {
        refusals -= 1;
        return refusals >= 0 ? { status: 503 } : undefined;
      },
    });
    const socket = ours({ url: server.url });
    watch(part(socket, 'a').pipe(retry()));
    const connection = await within('the connection', server.nextConnection());
    expect(await textsOf(connection, socket)).toEqual(['sub a']);
    expect(server.requests).toHaveLength(21);
  });

  it('38: should leave nothing behind when a close is on its way', async () => {
    const server = await servers.wss();
    const socket = webSocket(server.url);
    const root = watch(socket);
    await inState(socket, 'Open');
    const { subscription } = watch(part(socket as unknown as Peer, 'a'));
    socket.complete();
    subscription.unsubscribe();
    expect(socket.stats().queuedMessages).toBe(0);
    expect(await root.outcome()).toEqual({ _tag: 'Completed' });
  });

  it('38: should leave nothing behind when it is unsubscribed from before it is open', async () => {
    const server = await servers.wss();
    const socket = webSocket(server.url);
    watch(part(socket as unknown as Peer, 'a')).subscription.unsubscribe();
    expect(socket.stats().queuedMessages).toBe(0);
    watch(socket);
    const connection = await within('the connection', server.nextConnection());
    expect(await textsOf(connection, socket as unknown as Peer)).toEqual([]);
  });

  it.each(BOTH)(
    '39: should make its last message when it is needed, and hide what that throws (%s)',
    async (_name, make) => {
      const { socket, connection } = await start(make);
      let last = 'unsub 1';
      const { subscription } = watch(
        socket.multiplex(
          () => 'sub',
          () => last,
          () => true,
        ),
      );
      last = 'unsub 2';
      subscription.unsubscribe();
      const failing = watch(
        socket.multiplex(
          () => 'sub',
          () => {
            throw new Error('mine');
          },
          () => true,
        ),
      );
      expect(() => {
        failing.subscription.unsubscribe();
      }).not.toThrow();
      expect(await textsOf(connection, socket)).toEqual(['sub', 'unsub 2', 'sub']);
      expect(failing.outcomes).toEqual([]);
    },
  );
});

describe('the observers of its life', () => {
  it.each(BOTH)('40: should be told by next alone (%s)', async (_name, make) => {
    const calls: string[] = [];
    const observer = (name: string): Observer<unknown> => ({
      next: () => calls.push(name),
      error: () => calls.push(`${name} error`),
      complete: () => calls.push(`${name} complete`),
    });
    const { socket, outcome } = await start(make, {
      openObserver: observer('open'),
      closingObserver: observer('closing'),
      closeObserver: observer('close'),
    });
    await until('open', () => calls.length > 0);
    socket.complete();
    await outcome();
    expect(calls).toEqual(['open', 'closing', 'close']);
  });

  it('40: should not get in the way of the queue by throwing, as in rxjs', async () => {
    const mine = new Error('mine');
    const openObserver = {
      next: () => {
        throw mine;
      },
    };
    for (const [name, make] of BOTH) {
      const server = await servers.wss();
      const socket = make({ url: server.url, openObserver });
      socket.next('queued');
      const { outcomes } = watch(socket);
      const connection = await within('the connection', server.nextConnection());
      expect(await escaped()).toEqual([mine]);
      if (name === 'rxjs') {
        expect(connection.messages).toEqual([]);
      } else {
        expect((await connection.nextMessage()).text).toBe(message('queued'));
      }
      expect(outcomes).toEqual([]);
    }
  });

  it('40: should be able to use the socket from within', async () => {
    const server = await servers.wss();
    const seen: unknown[] = [];
    const socket = webSocket({
      url: server.url,
      openObserver: {
        next: () => {
          part(socket, 'a').subscribe({
            next: (each) => seen.push(each),
            error: ignore,
          });
        },
      },
    });
    watch(socket);
    const connection = await within('the connection', server.nextConnection());
    expect((await connection.nextMessage()).text).toBe('"sub a"');
    await connection.send(message('a1'));
    await until('the message', () => seen.length > 0);
    expect(await textsOf(connection, socket as unknown as Peer)).toEqual(['sub a']);
  });

  it('40: should be told of an attempt that is given up', async () => {
    const server = await servers.wss({ onRequest: () => new Promise(() => undefined) });
    const events: string[] = [];
    const socket = webSocket({ url: server.url, ...observersInto(events) });
    const { subscription } = watch(socket);
    await until('the request', () => server.requests.length === 1);
    subscription.unsubscribe();
    await until('the close', () => events.length > 0);
    expect(events).toEqual(['close 1006']);
  });
});
