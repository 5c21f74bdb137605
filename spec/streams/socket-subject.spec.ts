import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import * as t from 'io-ts';
import { config, from, map, Observable, of, retry, throwError } from 'rxjs';
import type { Subscription } from 'rxjs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Codec } from '../../src/codec/codec.js';
import { json } from '../../src/codec/json.js';
import { text } from '../../src/codec/text.js';
import { OptionRangeError } from '../../src/errors/option-error.js';
import { createCertificateAuthority, createWssServer } from '../../src/testing/index.js';
import type {
  CertificateAuthority,
  WssConnection,
  WssServer,
  WssServerOptions,
} from '../../src/testing/index.js';
import type { TlsNotice } from '../../src/streams/channel-messages.js';
import { DisposedError } from '../../src/streams/disposed-error.js';
import { EncodeError } from '../../src/streams/encode-error.js';
import { OutboxFullError } from '../../src/streams/outbox/outbox-full-error.js';
import type { Rejected } from '../../src/streams/rejected.js';
import { checkOptions } from '../../src/streams/settings.js';
import { AbortedError, CloseError, RejectedError } from '../../src/streams/socket-error.js';
import type { SocketOptions } from '../../src/streams/socket-options.js';
import type { OpenState, SocketState } from '../../src/streams/socket-state.js';
import { SocketSubject } from '../../src/streams/socket-subject.js';
import { createConnectProxy } from '../tls/connect-proxy.js';
import { VirtualClock } from './virtual-clock.js';
import { until } from './until.js';

/** What a subscriber heard: its values, then how it ended. */
interface Heard<T> {
  readonly values: T[];
  readonly ends: string[];
  readonly errors: unknown[];
  readonly subscription: Subscription;
}

function hear<T>(source: Observable<T>): Heard<T> {
  const heard = { values: [] as T[], ends: [] as string[], errors: [] as unknown[] };
  const subscription = source.subscribe({
    next: (value) => heard.values.push(value),
    error: (error: unknown) => {
      heard.ends.push('error');
      heard.errors.push(error);
    },
    complete: () => heard.ends.push('complete'),
  });
  return { ...heard, subscription };
}

describe('SocketSubject', () => {
  const servers: WssServer[] = [];
  const subscriptions: Subscription[] = [];
  let clock = new VirtualClock();

  afterEach(async () => {
    for (const each of subscriptions.splice(0)) each.unsubscribe();
    await Promise.all(servers.splice(0).map((each) => each.close()));
    clock = new VirtualClock();
    config.onUnhandledError = null;
  });

  async function start(options?: WssServerOptions): Promise<WssServer> {
    const server = await createWssServer(options);
    servers.push(server);
    return server;
  }

  const settings = (
    url: string,
    options: Partial<SocketOptions<string, string>> = {},
  ): SocketOptions<string, string> => ({ url, codec: text(), scheduler: clock, ...options });

  const socketTo = (
    server: WssServer,
    options?: Partial<SocketOptions<string, string>>,
  ): SocketSubject<string, string> =>
    new SocketSubject(checkOptions(settings(server.url, options)));

  function heard<T>(source: Observable<T>): Heard<T> {
    const result = hear(source);
    subscriptions.push(result.subscription);
    return result;
  }

  const tagsOf = ({ values }: Heard<SocketState>): readonly string[] =>
    values.map(({ _tag }) => _tag);

  const isOpen = ({ values }: Heard<SocketState>): Promise<void> =>
    until(() => expect(values.at(-1)?._tag).toBe('Open'));

  const ended = ({ ends }: Heard<unknown>): Promise<void> =>
    until(() => expect(ends).toHaveLength(1));

  const turns = async (): Promise<void> => {
    for (let each = 0; each < 5; each += 1) await new Promise(setImmediate);
  };

  /** A socket with one subscriber on an open connection. */
  async function opened(
    options: Partial<SocketOptions<string, string>> = {},
    serverOptions?: WssServerOptions,
  ): Promise<{
    readonly server: WssServer;
    readonly socket: SocketSubject<string, string>;
    readonly stream: Heard<string>;
    readonly state: Heard<SocketState>;
    readonly peer: WssConnection;
  }> {
    const server = await start(serverOptions);
    const socket = socketTo(server, options);
    const state = heard(socket.state);
    const stream = heard(socket);
    const peer = await server.nextConnection();
    await isOpen(state);
    return { server, socket, stream, state, peer };
  }

  describe('a subscription', () => {
    it('should dial with the first one, and share the connection', async () => {
      const { server, socket, stream, peer } = await opened();
      const second = heard(socket);
      await peer.send('one');
      await until(() => expect(second.values).toEqual(['one']));
      expect(stream.values).toEqual(['one']);
      expect(server.accepted).toBe(1);
    });

    it('should close with 1000 when the last one leaves, not before', async () => {
      const { socket, stream, state, peer } = await opened();
      const second = heard(socket);
      const either = heard(socket.decoded);
      stream.subscription.unsubscribe();
      second.subscription.unsubscribe();
      await peer.send('one');
      await until(() => expect(either.values).toEqual([E.right('one')]));
      either.subscription.unsubscribe();
      expect(tagsOf(state).at(-1)).toBe('Closing');
      expect(await peer.closed).toEqual({ code: 1000, reason: '' });
      await until(() => expect(tagsOf(state).at(-1)).toBe('Closed'));
      expect([stream.ends, second.ends, either.ends]).toEqual([[], [], []]);
      expect(stream.values).toEqual([]);
    });

    it('should give a working connection to who comes back at once, while connecting', async () => {
      const server = await start();
      const socket = socketTo(server);
      const state = heard(socket.state);
      const first = heard(socket);
      first.subscription.unsubscribe();
      const second = heard(socket);
      await isOpen(state);
      const peer = await server.nextConnection();
      await peer.send('one');
      await until(() => expect(second.values).toEqual(['one']));
      expect(tagsOf(state)).toEqual(['Idle', 'Connecting', 'Closed', 'Connecting', 'Open']);
      expect(server.accepted).toBe(1);
    });

    it('should not wait for the closing handshake of the connection before', async () => {
      const { server, socket, stream, state, peer } = await opened();
      peer.pause();
      stream.subscription.unsubscribe();
      const second = heard(socket);
      const other = await server.nextConnection();
      await isOpen(state);
      peer.resume();
      await peer.closed;
      await turns();
      await other.send('one');
      await until(() => expect(second.values).toEqual(['one']));
      expect(tagsOf(state)).toEqual([
        'Idle',
        'Connecting',
        'Open',
        'Closing',
        'Connecting',
        'Open',
      ]);
    });

    it('should dial again after a completion and after a failure', async () => {
      const { server, socket, stream, state, peer } = await opened();
      void peer.close(1000);
      await ended(stream);
      const second = heard(socket);
      void (await server.nextConnection()).close(1012);
      await ended(second);
      heard(socket);
      await isOpen(state);
      expect([stream.ends, second.ends]).toEqual([['complete'], ['error']]);
      expect(server.accepted).toBe(3);
    });

    it('should be possible from within a completion', async () => {
      const { server, socket, peer } = await opened();
      let again: Heard<string> | undefined;
      const second = heard(socket);
      socket.subscribe({
        complete: () => {
          again = heard(socket);
        },
      });
      void peer.close(1000);
      const next = await server.nextConnection();
      await next.send('one');
      await until(() => expect(again?.values).toEqual(['one']));
      expect(second.ends).toEqual(['complete']);
    });

    it('should end from within a value, and get no other', async () => {
      const { socket, stream, peer } = await opened();
      const values: string[] = [];
      const subscription = socket.subscribe((value) => {
        values.push(value);
        subscription.unsubscribe();
        stream.subscription.unsubscribe();
      });
      await peer.send('one');
      await peer.send('two').catch(() => undefined);
      await peer.closed;
      await turns();
      expect(values).toEqual(['one']);
      expect(stream.values).toEqual(['one']);
    });

    it('should begin with the next value when it is made within one', async () => {
      const { socket, peer } = await opened();
      let late: Heard<string> | undefined;
      subscriptions.push(
        socket.subscribe(() => {
          late ??= heard(socket);
        }),
      );
      await peer.send('one');
      await peer.send('two');
      await until(() => expect(late?.values).toEqual(['two']));
    });

    it('should not be disturbed by another one that throws', async () => {
      const thrown: unknown[] = [];
      config.onUnhandledError = (error) => thrown.push(error);
      const { socket, peer } = await opened();
      subscriptions.push(
        socket.subscribe(() => {
          throw new RangeError('mine');
        }),
      );
      const second = heard(socket);
      await peer.send('one');
      await peer.send('two');
      await until(() => expect(second.values).toEqual(['one', 'two']));
      await until(() => expect(thrown).toEqual([new RangeError('mine'), new RangeError('mine')]));
    });

    it('should work through operators', async () => {
      const { socket, peer } = await opened();
      const mapped = heard(socket.pipe(map((value) => value.length)));
      await peer.send('three');
      await until(() => expect(mapped.values).toEqual([5]));
      expect(socket).toBeInstanceOf(Observable);
    });
  });

  describe('state', () => {
    it('should replay the present state and tell each change', async () => {
      const server = await start({ protocols: ['v1'] });
      const socket = socketTo(server, { protocols: 'v1' });
      const state = heard(socket.state);
      clock.advance(20);
      const stream = heard(socket);
      await isOpen(state);
      clock.advance(5);
      socket.complete();
      await ended(stream);
      const address = `127.0.0.1:${server.port}`;
      const ending = {
        _tag: 'Closed',
        by: 'client',
        phase: 'closing',
        code: 1000,
        reason: '',
        wasClean: true,
        uptime: 5,
        target: address,
      };
      expect(state.values).toEqual([
        { _tag: 'Idle' },
        { _tag: 'Connecting', attempt: 1 },
        { _tag: 'Open', attempt: 1, since: 20, target: address, protocol: 'v1', address },
        { _tag: 'Closing', code: 1000, reason: '' },
        { _tag: 'Closed', ending },
      ]);
      expect(heard(socket.state).values).toEqual([{ _tag: 'Closed', ending }]);
      expect(state.ends).toEqual([]);
    });

    it('should not dial', async () => {
      const server = await start();
      const socket = socketTo(server);
      heard(socket.state);
      heard(socket.rejected);
      await turns();
      expect(server.requests).toEqual([]);
    });

    it('should be told before the stream ends', async () => {
      const { socket, peer } = await opened();
      const order: string[] = [];
      socket.state.subscribe(({ _tag }) => order.push(_tag));
      socket.subscribe({ complete: () => order.push('complete') });
      void peer.close(1000);
      await until(() => expect(order).toEqual(['Open', 'Closed', 'complete']));
    });

    it('should go by the options that end the socket while they are asked', async () => {
      const server = await start();
      const socket = new SocketSubject<string, string>(
        checkOptions({
          ...settings(server.url),
          url: () => {
            socket.complete();
            return server.url;
          },
        }),
      );
      const state = heard(socket.state);
      const stream = heard(socket);
      await ended(stream);
      expect(stream.ends).toEqual(['complete']);
      await turns();
      expect(tagsOf(state)).toEqual(['Idle', 'Connecting', 'Closed']);
    });

    it('should tell of a wait', async () => {
      const { server, state, stream, peer } = await opened({ reconnect: () => O.some(150) });
      peer.terminate();
      await until(() =>
        expect(state.values.at(-1)).toMatchObject({
          _tag: 'Waiting',
          attempt: 2,
          delay: 150,
          ending: { _tag: 'NetworkFailed' },
        }),
      );
      clock.advance(150);
      await server.nextConnection();
      await isOpen(state);
      expect(stream.ends).toEqual([]);
    });
  });

  describe('next', () => {
    it('should keep messages until there is a connection, in order', async () => {
      const server = await start();
      const socket = socketTo(server);
      socket.next('one');
      heard(socket);
      socket.next('two');
      const peer = await server.nextConnection();
      const received = [await peer.nextMessage(), await peer.nextMessage()];
      socket.next('three');
      received.push(await peer.nextMessage());
      expect(received).toMatchObject([{ text: 'one' }, { text: 'two' }, { text: 'three' }]);
    });

    it('should keep them between connections', async () => {
      const { server, socket, state, peer } = await opened({ reconnect: () => O.some(1) });
      peer.terminate();
      await until(() => expect(tagsOf(state).at(-1)).toBe('Waiting'));
      socket.next('between');
      clock.advance(1);
      expect(await (await server.nextConnection()).nextMessage()).toMatchObject({
        text: 'between',
      });
    });

    it('should keep the order also for what a listener of the state sends', async () => {
      const server = await start();
      const socket = socketTo(server);
      socket.next('one');
      socket.state.subscribe(({ _tag }) => {
        if (_tag === 'Open') socket.next('two');
      });
      heard(socket);
      const peer = await server.nextConnection();
      expect(await peer.nextMessage()).toMatchObject({ text: 'one' });
      expect(await peer.nextMessage()).toMatchObject({ text: 'two' });
    });

    it('should throw for a message that cannot be encoded, and go on', async () => {
      const server = await start();
      const codec = json({ incoming: t.unknown, outgoing: t.type({ id: t.number }) });
      const socket = new SocketSubject(checkOptions({ url: server.url, codec, scheduler: clock }));
      heard(socket);
      const peer = await server.nextConnection();
      const wrong: unknown = { id: 1n };
      expect(() => {
        socket.next(wrong as { id: number });
      }).toThrow(EncodeError);
      socket.next({ id: 1 });
      expect(await peer.nextMessage()).toMatchObject({ text: '{"id":1}' });
    });

    it('should throw when there is no room to wait', async () => {
      const server = await start();
      const socket = socketTo(server, { outbox: { maxMessages: 1 } });
      socket.next('one');
      expect(() => {
        socket.next('two');
      }).toThrow(OutboxFullError);
      heard(socket);
      const peer = await server.nextConnection();
      expect(await peer.nextMessage()).toMatchObject({ text: 'one' });
      socket.next('three');
      expect(await peer.nextMessage()).toMatchObject({ text: 'three' });
    });
  });

  describe('complete', () => {
    it('should send what waits, close with 1000, and complete every subscriber', async () => {
      const server = await start();
      const socket = socketTo(server);
      const [stream, either] = [heard(socket), heard(socket.decoded)];
      socket.next('one');
      socket.complete();
      socket.next('for the next time');
      const peer = await server.nextConnection();
      expect(await peer.closed).toEqual({ code: 1000, reason: '' });
      await ended(stream);
      expect([stream.ends, either.ends]).toEqual([['complete'], ['complete']]);
      expect(peer.messages).toMatchObject([{ text: 'one' }]);
      heard(socket);
      const later = await server.nextConnection();
      expect(await later.nextMessage()).toMatchObject({ text: 'for the next time' });
    });

    it('should do nothing when there is nothing to close and nothing waits', async () => {
      const server = await start();
      const socket = socketTo(server);
      socket.complete();
      const stream = heard(socket);
      await server.nextConnection();
      expect(stream.ends).toEqual([]);
    });

    it('should hold for the next connection when messages wait for it', async () => {
      const server = await start();
      const socket = socketTo(server);
      from(['one', 'two']).subscribe(socket);
      const stream = heard(socket);
      const peer = await server.nextConnection();
      expect(await peer.closed).toEqual({ code: 1000, reason: '' });
      expect(peer.messages).toMatchObject([{ text: 'one' }, { text: 'two' }]);
      await ended(stream);
      expect(stream.ends).toEqual(['complete']);
    });

    it('should complete at once while connecting', async () => {
      const server = await start();
      const socket = socketTo(server);
      const stream = heard(socket);
      socket.complete();
      expect(stream.ends).toEqual(['complete']);
    });
  });

  describe('error', () => {
    it('should close with a code of its own, and complete', async () => {
      const { socket, stream, peer } = await opened();
      socket.error({ code: 4000, reason: 'done' });
      expect(await peer.closed).toEqual({ code: 4000, reason: 'done' });
      await ended(stream);
      expect(stream.ends).toEqual(['complete']);
    });

    it('should throw for a code that may not be sent, and leave the connection', async () => {
      const { socket, stream, state } = await opened();
      expect(() => {
        socket.error({ code: 1006 });
      }).toThrow(OptionRangeError);
      expect(stream.ends).toEqual([]);
      expect(tagsOf(state).at(-1)).toBe('Open');
    });

    it('should throw for it without a connection too', () => {
      const socket = new SocketSubject(checkOptions(settings('ws://h')));
      expect(() => {
        socket.error({ code: 1005 });
      }).toThrow(OptionRangeError);
    });

    it.each([new Error('upstream'), 'upstream', undefined])(
      'should close with 1011 for a source that failed with %s, and fail',
      async (reason) => {
        const { socket, stream, peer } = await opened();
        throwError(() => reason).subscribe(socket);
        expect(await peer.closed).toEqual({ code: 1011, reason: '' });
        await ended(stream);
        expect(stream.errors).toEqual([expect.any(CloseError)]);
        if (reason !== undefined) expect(stream.errors).toMatchObject([{ cause: reason }]);
      },
    );
  });

  describe('messages that do not decode', () => {
    const Tick = t.type({ price: t.number });

    async function ticks(
      reconnect?: () => O.Option<number>,
    ): Promise<{ socket: SocketSubject<{ price: number }, unknown>; server: WssServer }> {
      const server = await start();
      const codec = json({ incoming: Tick });
      const options = { url: server.url, codec, scheduler: clock, reconnect };
      return { socket: new SocketSubject(checkOptions(options)), server };
    }

    it('should go to rejected and to decoded, and not end the stream', async () => {
      const { socket, server } = await ticks();
      const [stream, either] = [heard(socket), heard(socket.decoded)];
      const rejected = heard(socket.rejected);
      const peer = await server.nextConnection();
      await peer.send('{"price":1}');
      await peer.send('{"price":"two"}');
      await peer.send('{"price":3}');
      await until(() => expect(stream.values).toEqual([{ price: 1 }, { price: 3 }]));
      expect(rejected.values).toMatchObject([
        { connection: 1, failure: { _tag: 'DecodeFailure' } },
      ]);
      const failure = rejected.values[0]?.failure;
      expect(either.values).toEqual([
        E.right({ price: 1 }),
        E.left(failure),
        E.right({ price: 3 }),
      ]);
      expect([stream.ends, rejected.ends]).toEqual([[], []]);
    });

    it('should be told with the number of the connection', async () => {
      const { socket, server } = await ticks(() => O.some(1));
      const rejected = heard(socket.rejected);
      const state = heard(socket.state);
      heard(socket);
      const first = await server.nextConnection();
      await first.send('no');
      await until(() => expect(rejected.values).toHaveLength(1));
      first.terminate();
      await until(() => expect(tagsOf(state).at(-1)).toBe('Waiting'));
      clock.advance(1);
      await (await server.nextConnection()).send('no');
      await until(() => expect(rejected.values).toHaveLength(2));
      expect(rejected.values.map(({ connection }) => connection)).toEqual([1, 2]);
    });

    it('should be published when nobody listens', async () => {
      const published: unknown[] = [];
      const listener = (message: unknown): number => published.push(message);
      subscribe('rx-wss:reject', listener);
      const { socket, server } = await ticks();
      heard(socket);
      await (await server.nextConnection()).send('no');
      await until(() => expect(published).toHaveLength(1));
      unsubscribe('rx-wss:reject', listener);
      const [{ failure, connection }] = published as [Rejected];
      expect(connection).toBe(1);
      expect(failure._tag).toBe('DecodeFailure');
    });

    it('should be told binary from text', async () => {
      const kinds: string[] = [];
      const codec: Codec<string, string> = {
        ...text(),
        decode: (data, kind) => {
          kinds.push(kind);
          return E.right(Buffer.from(data).toString());
        },
      };
      const { stream, peer } = await opened({ codec });
      await peer.send('one');
      await peer.send(Buffer.from('two'));
      await until(() => expect(stream.values).toEqual(['one', 'two']));
      expect(kinds).toEqual(['text', 'binary']);
    });

    it('should begin with the next one for who subscribes while one is told', async () => {
      const { socket, server } = await ticks();
      const stream = heard(socket);
      let late: Heard<unknown> | undefined;
      socket.rejected.subscribe(() => {
        late ??= heard(socket.decoded);
      });
      const peer = await server.nextConnection();
      await peer.send('no');
      await peer.send('{"price":1}');
      await until(() => expect(stream.values).toHaveLength(1));
      expect(late?.values).toEqual([E.right({ price: 1 })]);
    });

    describe('and end the connection', () => {
      const failing = { onRejected: 'fail' } as const;
      const codec: Codec<string, string> = {
        ...text(),
        decode: (data, kind) => {
          const message = Buffer.from(data).toString();
          if (message !== 'bad') return E.right(message);
          const issues = [{ path: [], expected: 'good', actual: 'bad' }];
          const what = { phase: 'schema', codec: 'picky', kind, data, issues } as const;
          return E.left({ _tag: 'DecodeFailure', ...what });
        },
      };

      it('should be told everywhere before the close, and then end every subscriber', async () => {
        const order: string[] = [];
        const listener = (): number => order.push('channel');
        subscribe('rx-wss:reject', listener);
        const { socket, stream, state, peer } = await opened({ codec, ...failing });
        const either = heard(socket.decoded);
        socket.rejected.subscribe(() => order.push('rejected'));
        socket.decoded.subscribe({ next: () => order.push('decoded'), error: () => undefined });
        socket.state.subscribe(({ _tag }) => order.push(_tag));
        await peer.send('bad');
        await ended(stream);
        unsubscribe('rx-wss:reject', listener);
        expect(order).toEqual(['Open', 'channel', 'rejected', 'decoded', 'Closing', 'Closed']);
        expect(await peer.closed).toEqual({ code: 1008, reason: '' });
        expect(stream.errors).toEqual([expect.any(RejectedError)]);
        expect(either.errors).toEqual(stream.errors);
        expect(tagsOf(state).slice(-2)).toEqual(['Closing', 'Closed']);
        expect(state.values.at(-1)).toMatchObject({
          ending: { _tag: 'MessageRejected', failure: { codec: 'picky' } },
        });
        expect(either.values).toHaveLength(1);
      });

      it('should not touch the connection of who comes back while it is told', async () => {
        const onRejected = (): 'fail' => 'fail';
        const { server, socket, stream, peer } = await opened({ codec, onRejected });
        let again: Heard<unknown> | undefined;
        const listening = socket.rejected.subscribe(() => {
          stream.subscription.unsubscribe();
          again = heard(socket.decoded);
          listening.unsubscribe();
        });
        await peer.send('bad');
        expect(await peer.closed).toEqual({ code: 1000, reason: '' });
        const second = await server.nextConnection();
        await second.send('good');
        await until(() => expect(again?.values).toEqual([E.right('good')]));
        expect([stream.ends, again?.ends]).toEqual([[], []]);
      });

      it('should let a new subscriber dial during the closing handshake', async () => {
        const { server, socket, stream, state, peer } = await opened({ codec, ...failing });
        const both = heard(socket.decoded);
        peer.pause();
        void peer.send('bad');
        await until(() => expect(tagsOf(state).at(-1)).toBe('Closing'));
        stream.subscription.unsubscribe();
        both.subscription.unsubscribe();
        const second = heard(socket);
        await (await server.nextConnection()).send('good');
        await until(() => expect(second.values).toEqual(['good']));
        peer.resume();
        expect(await peer.closed).toEqual({ code: 1008, reason: '' });
        await turns();
        expect(tagsOf(state).at(-1)).toBe('Open');
        expect([stream.ends, both.ends, second.ends]).toEqual([[], [], []]);
      });

      it('should dial again after it, with a state of waiting', async () => {
        const { server, socket, stream, state, peer } = await opened({
          codec,
          ...failing,
          reconnect: { policy: () => O.some(150), isTransient: () => true },
        });
        await peer.send('bad');
        await until(() =>
          expect(state.values.at(-1)).toMatchObject({
            _tag: 'Waiting',
            ending: { _tag: 'MessageRejected' },
          }),
        );
        socket.next('between');
        clock.advance(150);
        const second = await server.nextConnection();
        expect(await second.nextMessage()).toMatchObject({ text: 'between' });
        await second.send('good');
        await until(() => expect(stream.values).toEqual(['good']));
        expect(tagsOf(state).slice(1)).toEqual([
          ...['Connecting', 'Open', 'Closing', 'Waiting'],
          ...['Connecting', 'Open'],
        ]);
        expect(stream.ends).toEqual([]);
      });
    });
  });

  describe('with a codec that breaks its word', () => {
    const broken = (decode: () => unknown): Codec<string, string> => ({
      ...text(),
      decode: decode as Codec<string, string>['decode'],
    });

    it.each<[string, () => unknown]>([
      ['throws', (): unknown => JSON.parse('no')],
      ['gives nothing', () => undefined],
      ['gives the message itself', () => 'one'],
    ])('should reject what it reads when it %s', async (_name, decode) => {
      let isBroken = true;
      const { socket, stream, peer } = await opened({
        codec: broken(() => (isBroken ? decode() : E.right('good'))),
      });
      const [rejected, either] = [heard(socket.rejected), heard(socket.decoded)];
      await peer.send('one');
      await until(() => expect(rejected.values).toHaveLength(1));
      isBroken = false;
      await peer.send('two');
      await until(() => expect(stream.values).toEqual(['good']));
      expect(either.values).toEqual([E.left(rejected.values[0]?.failure), E.right('good')]);
      expect(rejected.values[0]).toMatchObject({ failure: { _tag: 'DecodeFailure' } });
      expect(stream.ends).toEqual([]);
    });

    it('should go by onRejected for it', async () => {
      const bug = new Error('a bug in the codec');
      const { stream, peer } = await opened({
        codec: broken(() => {
          throw bug;
        }),
        onRejected: 'fail',
      });
      await peer.send('one');
      await ended(stream);
      expect(stream.errors).toMatchObject([{ code: 'ERR_WSS_REJECTED', cause: bug }]);
    });

    it.each<[string, () => unknown]>([
      ['throws', (): unknown => JSON.parse('no')],
      ['gives nothing', () => undefined],
      ['gives the payload itself', () => 'one'],
      ['gives a payload of another kind', () => E.right({})],
    ])('should throw an EncodeError when it %s', async (_name, encode) => {
      let isBroken = true;
      const codec: Codec<string, string> = {
        ...text(),
        encode: (message) => (isBroken ? (encode() as E.Either<never, string>) : E.right(message)),
      };
      const socket = socketTo(await start(), { codec });
      const send = (): void => {
        socket.next('one');
      };
      expect(send).toThrow(EncodeError);
      const { peer, socket: open } = await opened({ codec });
      expect(() => {
        open.next('one');
      }).toThrow(EncodeError);
      isBroken = false;
      open.next('two');
      expect(await peer.nextMessage()).toMatchObject({ text: 'two' });
    });
  });

  it('should end every subscriber when the signal aborts', async () => {
    const controller = new AbortController();
    const { socket, stream, state, peer } = await opened({ signal: controller.signal });
    const either = heard(socket.decoded);
    controller.abort();
    expect(stream.errors).toEqual([expect.any(AbortedError)]);
    expect(either.errors).toEqual(stream.errors);
    expect(state.values.at(-1)).toMatchObject({ _tag: 'Closed', ending: { _tag: 'Cancelled' } });
    expect(await peer.closed).toEqual({ code: 1000, reason: '' });
    await turns();
    expect(tagsOf(state).filter((each) => each === 'Closed')).toHaveLength(1);
  });

  it('should be an observer that a source can be subscribed with', async () => {
    const { socket, stream, peer } = await opened();
    of('one', 'two').subscribe(socket);
    expect(await peer.closed).toEqual({ code: 1000, reason: '' });
    expect(peer.messages).toMatchObject([{ text: 'one' }, { text: 'two' }]);
    await ended(stream);
    expect(stream.ends).toEqual(['complete']);
  });

  it('should close for good with unsubscribe()', async () => {
    const { server, socket, stream, state, peer } = await opened();
    socket.unsubscribe();
    expect(await peer.closed).toEqual({ code: 1000, reason: '' });
    expect(stream.ends).toEqual([]);
    expect(stream.subscription.closed).toBe(true);
    expect(() => {
      socket.next('one');
    }).toThrow(DisposedError);
    const late = heard(socket);
    expect(late.ends).toEqual([]);
    clock.advance(0);
    expect(late.errors).toEqual([expect.any(DisposedError)]);
    await until(() => expect(tagsOf(state).at(-1)).toBe('Closed'));
    expect(server.accepted).toBe(1);
  });

  it('should not recurse when a plain retry() finds it disposed', () => {
    const socket = new SocketSubject(checkOptions(settings('ws://127.0.0.1:1')));
    socket.unsubscribe();
    const all = [heard(socket.pipe(retry(20_000))), heard(socket.decoded.pipe(retry(20_000)))];
    clock.advance(0);
    for (const { errors } of all) expect(errors).toEqual([expect.any(DisposedError)]);
  });

  it('should give the stream without the means to send', async () => {
    const { server, socket, peer } = await opened();
    const source = socket.asObservable();
    expect(source).not.toBeInstanceOf(SocketSubject);
    expect(source).not.toHaveProperty('next');
    const seen = heard(source);
    await peer.send('one');
    await until(() => expect(seen.values).toEqual(['one']));
    seen.subscription.unsubscribe();
    expect(server.accepted).toBe(1);
  });

  describe('linger', () => {
    it('should keep the connection for exactly so long, by the scheduler', async () => {
      const { stream, state, peer } = await opened({ linger: 1_000, heartbeat: false });
      stream.subscription.unsubscribe();
      clock.advance(999);
      expect(tagsOf(state).at(-1)).toBe('Open');
      clock.advance(1);
      expect(tagsOf(state).at(-1)).toBe('Closing');
      await peer.closed;
    });

    it('should forget the time when somebody comes, and begin anew', async () => {
      const { socket, stream, state, peer } = await opened({ linger: 1_000, heartbeat: false });
      stream.subscription.unsubscribe();
      clock.advance(900);
      const second = heard(socket);
      clock.advance(5_000);
      second.subscription.unsubscribe();
      clock.advance(999);
      expect(tagsOf(state).at(-1)).toBe('Open');
      clock.advance(1);
      expect(await peer.closed).toEqual({ code: 1000, reason: '' });
    });

    it('should leave no timer when the stream ends meanwhile', async () => {
      const { stream, state, peer } = await opened({ linger: 1_000, heartbeat: false });
      stream.subscription.unsubscribe();
      void peer.close(1000);
      await until(() => expect(tagsOf(state).at(-1)).toBe('Closed'));
      expect(clock.pending).toBe(0);
    });
  });

  describe('rtt', () => {
    it('should tell the round trip of each ping, on the state and in the stats too', async () => {
      const { socket, state, peer } = await opened({ heartbeat: { interval: 100, timeout: 50 } });
      const rtt = heard(socket.rtt);
      for (const each of [1, 2]) {
        clock.advance(100);
        await until(() => expect(rtt.values).toHaveLength(each));
        clock.advance(10);
      }
      expect(peer.pings).toBe(2);
      // The second ping was sent 10 ms before the clock stood still.
      expect(rtt.values).toEqual([0, 10]);
      expect(state.values.at(-1)).toMatchObject({ _tag: 'Open', rtt: 10 });
      expect(socket.stats()).toMatchObject({ pings: 2, pongs: 2, rtt: 10, uptime: 220 });
    });
  });

  describe('stats', () => {
    it('should count from the beginning of the socket', async () => {
      const { server, socket, stream, peer } = await opened();
      socket.next('four');
      await peer.send('three');
      await peer.send(Uint8Array.of(1));
      await until(() => expect(stream.values).toEqual(['three']));
      await until(() => expect(socket.stats().rejected).toBe(1));
      expect(socket.stats()).toMatchObject({
        attempts: 1,
        connections: 1,
        reconnects: 0,
        messagesSent: 1,
        bytesSent: 4,
        messagesReceived: 2,
        bytesReceived: 6,
        queuedMessages: 0,
      });
      stream.subscription.unsubscribe();
      await peer.closed;
      socket.next('kept');
      expect(socket.stats()).toMatchObject({ queuedMessages: 1, queuedBytes: 4, uptime: 0 });
      heard(socket);
      await (await server.nextConnection()).nextMessage();
      expect(socket.stats()).toMatchObject({
        attempts: 2,
        connections: 2,
        reconnects: 1,
        messagesSent: 2,
        bytesSent: 8,
        queuedMessages: 0,
        queuedBytes: 0,
      });
    });

    it('should be watched by the scheduler', () => {
      const socket = new SocketSubject(checkOptions(settings('ws://127.0.0.1:1')));
      const stats = heard(socket.watchStats(100));
      clock.advance(250);
      expect(stats.values).toHaveLength(3);
      expect(() => socket.watchStats(0)).toThrow(OptionRangeError);
      stats.subscription.unsubscribe();
      expect(clock.pending).toBe(0);
    });
  });

  describe('multiplex', () => {
    it('should ask, give its part, and take leave', async () => {
      const { socket, peer } = await opened();
      const part = heard(
        socket.multiplex(
          () => 'ask',
          () => 'leave',
          (value) => value.startsWith('a'),
        ),
      );
      expect(await peer.nextMessage()).toMatchObject({ text: 'ask' });
      for (const each of ['a1', 'b1', 'a2']) await peer.send(each);
      await until(() => expect(part.values).toEqual(['a1', 'a2']));
      part.subscription.unsubscribe();
      expect(await peer.nextMessage()).toMatchObject({ text: 'leave' });
    });

    it('should take back what waits when it is left before there is a connection', async () => {
      const server = await start();
      const socket = socketTo(server);
      const part = heard(
        socket.multiplex(
          () => 'ask',
          () => 'leave',
          () => true,
        ),
      );
      socket.next('other');
      expect(socket.stats().queuedMessages).toBe(2);
      part.subscription.unsubscribe();
      expect(socket.stats().queuedMessages).toBe(1);
      heard(socket);
      const peer = await server.nextConnection();
      expect(await peer.nextMessage()).toMatchObject({ text: 'other' });
    });
  });

  describe('closed', () => {
    it('should resolve with the ending when it is told', async () => {
      const { socket, stream, peer } = await opened();
      const { closed } = socket;
      void peer.close(1011, 'x');
      const ending = await closed;
      await ended(stream);
      expect(stream.errors).toMatchObject([{ ending }]);
      expect(await socket.closed).toBe(ending);
    });
  });

  describe('drain', () => {
    it('should count its timeout by the scheduler', async () => {
      const { socket, stream, peer } = await opened({ heartbeat: false });
      peer.pause();
      const drained = socket.drain({ timeout: 1_000 });
      clock.advance(999);
      await turns();
      expect(stream.ends).toEqual([]);
      clock.advance(1);
      expect(await drained).toBe(false);
      expect(stream.ends).toEqual(['complete']);
    });
  });

  describe('on the channel rx-wss:tls', () => {
    const notices: TlsNotice[] = [];
    const keep = (notice: unknown): void => void notices.push(notice as TlsNotice);
    const folder = mkdtempSync(join(tmpdir(), 'rx-wss-subject-'));
    let ca: CertificateAuthority;
    let serving: TlsOptions;

    beforeAll(async () => {
      ca = await createCertificateAuthority();
      const { chain, key } = await ca.issue({ commonName: 'localhost', usage: 'server' });
      serving = { cert: chain, key };
    });

    beforeEach(() => {
      subscribe('rx-wss:tls', keep);
    });

    afterEach(() => {
      unsubscribe('rx-wss:tls', keep);
      notices.length = 0;
    });

    afterAll(() => {
      rmSync(folder, { recursive: true });
    });

    const anchors = (content: string): { readonly file: string } => {
      const path = join(folder, 'ca.pem');
      writeFileSync(path, content);
      return { file: path };
    };

    /** Opens and closes the connection of `socket`, and gives the state in between. */
    async function visited(
      server: WssServer,
      socket: SocketSubject<string, string>,
    ): Promise<OpenState> {
      const state = heard(socket.state);
      const { subscription } = heard(socket);
      await server.nextConnection();
      await isOpen(state);
      const open = state.values.at(-1);
      subscription.unsubscribe();
      await until(() => expect(server.connections.size).toBe(0));
      if (open?._tag !== 'Open') throw new Error('not open');
      return open;
    }

    it('should say nothing of a server that passes', async () => {
      const server = await start({ tls: serving });
      const socket = socketTo(server, { tls: { ca: ca.certificate } });
      expect(await visited(server, socket)).toMatchObject({
        tls: { acceptedBy: 'chain', dangerous: false },
      });
      expect(notices).toEqual([]);
    });

    it('should tell once of a server that was accepted all the same', async () => {
      const server = await start({ tls: serving });
      const tls = { dangerouslyAcceptCertificate: () => E.right(undefined) };
      const socket = socketTo(server, { tls });
      const open = await visited(server, socket);
      expect(open).toMatchObject({ tls: { dangerous: true } });
      expect(notices).toEqual([
        {
          _tag: 'DangerAccepted',
          socket: expect.any(Number),
          address: open.address,
          role: 'server',
          tls: open.tls,
        },
      ]);
      expect(await visited(server, socket)).toMatchObject({ tls: { dangerous: true } });
      expect(notices).toHaveLength(1);
      await visited(server, socketTo(server, { tls }));
      expect(new Set(notices.map((notice) => notice.socket)).size).toBe(2);
    });

    it('should tell at each connection that older credentials are used', async () => {
      const server = await start({ tls: serving });
      const socket = socketTo(server, { tls: { ca: anchors(ca.certificate) } });
      await visited(server, socket);
      expect(notices).toEqual([]);
      anchors('half');
      const problem = new OptionRangeError('tls.ca', 'holds no certificate');
      for (const count of [1, 2]) {
        expect(await visited(server, socket)).toMatchObject({ tls: { problem } });
        const notice = { _tag: 'CredentialsKept', socket: expect.any(Number), problem };
        expect(notices).toEqual(Array(count).fill(notice));
      }
      anchors(ca.certificate);
      expect((await visited(server, socket)).tls).not.toHaveProperty('problem');
      expect(notices).toHaveLength(2);
    });

    it('should tell both of a proxy as well', async () => {
      const server = await start();
      const proxy = await createConnectProxy({ tls: serving });
      const url = `https://localhost:${proxy.port}`;
      const dangerouslyAcceptCertificate = (): E.Either<never, void> => E.right(undefined);
      const tls = { ca: anchors((await createCertificateAuthority()).certificate) };
      const socket = socketTo(server, {
        proxy: { url, tls: { ...tls, dangerouslyAcceptCertificate } },
      });
      anchors('half');
      const open = await visited(server, socket);
      await proxy.close();
      expect(open).not.toHaveProperty('tls');
      expect(open.proxyTls).toMatchObject({ dangerous: true });
      expect(notices).toEqual([
        {
          _tag: 'CredentialsKept',
          socket: expect.any(Number),
          problem: new OptionRangeError('proxy.tls.ca', 'holds no certificate'),
        },
        {
          _tag: 'DangerAccepted',
          socket: notices[0]?.socket,
          address: open.address,
          role: 'proxy',
          tls: open.proxyTls,
        },
      ]);
    });
  });
});
