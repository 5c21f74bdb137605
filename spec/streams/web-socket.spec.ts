import * as t from 'io-ts';
import { Observable } from 'rxjs';
import type { Observer } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { json } from '../../src/codec/json.js';
import { text } from '../../src/codec/text.js';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import { createWssServer } from '../../src/testing/index.js';
import { SocketSubject } from '../../src/streams/socket-subject.js';
import { webSocket } from '../../src/streams/web-socket.js';

const Tick = t.type({ symbol: t.string, price: t.number });
const Command = t.type({ subscribe: t.string });

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

  it('should be unknown without a codec', () => {
    expectTypeOf(webSocket('ws://h')).toEqualTypeOf<SocketSubject<unknown, unknown>>();
    expectTypeOf(webSocket(new URL('ws://h'))).toEqualTypeOf<SocketSubject<unknown, unknown>>();
    expectTypeOf(webSocket({ url: 'ws://h' })).toEqualTypeOf<SocketSubject<unknown, unknown>>();
  });
});
