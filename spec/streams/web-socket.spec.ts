import * as t from 'io-ts';
import { Observable } from 'rxjs';
import type { Observer } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { json } from '../../src/codec/json.js';
import { text } from '../../src/codec/text.js';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import { createWssServer } from '../../src/testing/index.js';
import type { CloseRequest } from '../../src/streams/close-request.js';
import type { DrainOptions } from '../../src/streams/drain.js';
import type { Ending } from '../../src/streams/ending.js';
import type { HeartbeatOptions } from '../../src/streams/heartbeat-options.js';
import type { LegacyMessageEvent } from '../../src/streams/legacy-codec.js';
import type { ConnectionInfo, SocketState } from '../../src/streams/socket-state.js';
import type { SocketStats } from '../../src/streams/socket-stats.js';
import { SocketSubject } from '../../src/streams/socket-subject.js';
import { webSocket } from '../../src/streams/web-socket.js';

const Tick = t.type({ symbol: t.string, price: t.number });
const Command = t.type({ subscribe: t.string });
const Pong = t.type({ pong: t.number });
const Message = t.union([Tick, Pong]);

type Request = t.TypeOf<typeof Command>;

const isPong = (message: t.TypeOf<typeof Message>): message is t.TypeOf<typeof Pong> =>
  'pong' in message;

describe('webSocket', () => {
  it.each<[string, string | URL | { url: string }]>([
    ['a string', 'ws://127.0.0.1:1'],
    ['a URL', new URL('ws://127.0.0.1:1')],
    ['options', { url: 'ws://127.0.0.1:1' }],
  ])('should give a subject for %s', (_name, options) => {
    const socket = webSocket(options);
    expect(socket).toBeInstanceOf(SocketSubject);
    expect(socket).toBeInstanceOf(Observable);
  });

  it('should dial nothing until it is subscribed to', async () => {
    await using server = await createWssServer();
    const socket = webSocket(server.url);
    await new Promise(setImmediate);
    expect(server.requests).toEqual([]);
    const subscription = socket.subscribe();
    await server.nextConnection();
    subscription.unsubscribe();
    expect(server.requests).toHaveLength(1);
  });

  it('should speak JSON of any shape without a codec', async () => {
    await using server = await createWssServer({
      onConnection: (connection) => {
        connection.onMessage((data) => void connection.send(Buffer.from(data).toString()));
      },
    });
    const socket = webSocket(server.url);
    const received = await new Promise((resolve) => {
      socket.subscribe(resolve);
      socket.next({ any: ['shape', 1, null] });
    });
    socket.complete();
    expect(received).toEqual({ any: ['shape', 1, null] });
  });

  it('should throw at once for a wrong option', () => {
    expect(() => webSocket('http://h')).toThrow(OptionRangeError);
    expect(() => webSocket('')).toThrow(new OptionRangeError('url', 'is not a valid URL'));
    expect(() => webSocket({ url: 'ws://h', maxPayload: 0 })).toThrow(OptionRangeError);
    // @ts-expect-error the URL is missing
    expect(() => webSocket({})).toThrow(OptionTypeError);
    // @ts-expect-error nothing is given
    expect(() => webSocket()).toThrow(OptionTypeError);
  });

  it('should be typed by its codec', () => {
    const socket = webSocket({
      url: 'ws://h',
      codec: json({ incoming: Tick, outgoing: Command }),
    });
    expectTypeOf(socket).toEqualTypeOf<
      SocketSubject<{ symbol: string; price: number }, { subscribe: string }>
    >();
    expectTypeOf(socket).toExtend<Observable<t.TypeOf<typeof Tick>>>();
    expectTypeOf(socket).toExtend<Observer<t.TypeOf<typeof Command>>>();
    const texts = webSocket({ url: 'ws://h', codec: text() });
    expectTypeOf(texts).toEqualTypeOf<SocketSubject<string, string>>();
  });

  it('should be typed by its deserializer and its serializer', () => {
    const url = 'ws://h';
    const deserializer = ({ data }: LegacyMessageEvent): number => Number(data);
    const serializer = (value: Date): string => value.toISOString();
    expectTypeOf(webSocket({ url, deserializer })).toEqualTypeOf<SocketSubject<number, unknown>>();
    expectTypeOf(webSocket({ url, serializer })).toEqualTypeOf<SocketSubject<unknown, Date>>();
    expectTypeOf(webSocket({ url, serializer, deserializer })).toEqualTypeOf<
      SocketSubject<number, Date>
    >();
    expectTypeOf(
      webSocket({ url, deserializer: ({ data }) => typeof data === 'string' }),
    ).toEqualTypeOf<SocketSubject<boolean, unknown>>();
  });

  it('should give onOpen and the heartbeat the types of the codec', () => {
    const socket = webSocket({
      url: 'ws://h',
      codec: json({ incoming: Message, outgoing: Command }),
      onOpen: async (session) => {
        expectTypeOf(session.send).parameters.toEqualTypeOf<[{ subscribe: string }]>();
        // @ts-expect-error not what the codec sends
        const wrong = (): void => session.send({ unsubscribe: 'BTC' });
        expectTypeOf(wrong).toBeFunction();
        const any = await session.receive();
        expectTypeOf(any).toEqualTypeOf<t.TypeOf<typeof Message>>();
        const cheap = await session.receive((message) => 'price' in message && message.price < 1);
        expectTypeOf(cheap).toExtend<t.TypeOf<typeof Message>>();
        expectTypeOf(await session.receive(isPong)).toEqualTypeOf<{ pong: number }>();
        expectTypeOf(session.deliver).parameters.toEqualTypeOf<[t.TypeOf<typeof Message>]>();
        expectTypeOf(session.info).toEqualTypeOf<ConnectionInfo>();
        expectTypeOf(session.signal).toEqualTypeOf<AbortSignal>();
      },
      heartbeat: {
        message: () => ({ subscribe: 'heartbeat' }),
        isAnswer: (message) => {
          expectTypeOf(message).toEqualTypeOf<t.TypeOf<typeof Message>>();
          return 'pong' in message;
        },
      },
    });
    expectTypeOf(socket).toEqualTypeOf<
      SocketSubject<t.TypeOf<typeof Message>, { subscribe: string }>
    >();
    const codec = json({ incoming: Message, outgoing: Command });
    // @ts-expect-error not what the codec sends
    void webSocket({ url: 'ws://h', codec, heartbeat: { message: () => 'ping' } });
    expectTypeOf<HeartbeatOptions<string, number>['isAnswer']>().toEqualTypeOf<
      ((message: string) => boolean) | undefined
    >();
    expectTypeOf<HeartbeatOptions['message']>().toEqualTypeOf<(() => unknown) | undefined>();
  });

  it('should narrow a part of the stream with a type guard', () => {
    const socket = webSocket({
      url: 'ws://h',
      codec: json({ incoming: Message, outgoing: Command }),
    });
    const [ask, leave] = [(): Request => ({ subscribe: 'a' }), (): Request => ({ subscribe: '' })];
    expectTypeOf(socket.multiplex(ask, leave, isPong)).toEqualTypeOf<
      Observable<{ pong: number }>
    >();
    expectTypeOf(socket.multiplex(ask, leave, () => true)).toEqualTypeOf<
      Observable<t.TypeOf<typeof Message>>
    >();
    // @ts-expect-error not what the codec sends
    expectTypeOf(socket.multiplex(() => 'a', leave, isPong)).toBeObject();
    expectTypeOf(socket.asObservable()).toEqualTypeOf<Observable<t.TypeOf<typeof Message>>>();
  });

  it('should tell its end, its stats and its round trips with their types', () => {
    const socket = webSocket('ws://h');
    expectTypeOf(socket.closed).toEqualTypeOf<Promise<Ending>>();
    expectTypeOf(socket.drain()).toEqualTypeOf<Promise<boolean>>();
    expectTypeOf(socket.drain).parameter(0).toEqualTypeOf<DrainOptions | undefined>();
    expectTypeOf(socket.reconnect).parameter(0).toEqualTypeOf<string | CloseRequest | undefined>();
    expectTypeOf(socket.rtt).toEqualTypeOf<Observable<number>>();
    expectTypeOf(socket.state).toEqualTypeOf<Observable<SocketState>>();
    expectTypeOf(socket.stats()).toEqualTypeOf<SocketStats>();
    expectTypeOf(socket.watchStats(5)).toEqualTypeOf<Observable<SocketStats>>();
    expectTypeOf(socket).toExtend<AsyncDisposable>();
  });

  it('should be unknown without a codec', () => {
    expectTypeOf(webSocket('ws://h')).toEqualTypeOf<SocketSubject<unknown, unknown>>();
    expectTypeOf(webSocket(new URL('ws://h'))).toEqualTypeOf<SocketSubject<unknown, unknown>>();
    expectTypeOf(webSocket({ url: 'ws://h' })).toEqualTypeOf<SocketSubject<unknown, unknown>>();
  });
});
