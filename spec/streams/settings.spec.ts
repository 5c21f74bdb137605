import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import { asyncScheduler, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Codec } from '../../src/codec/codec.js';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import { isCompletion } from '../../src/streams/is-completion.js';
import { isTransient } from '../../src/streams/is-transient.js';
import { DEFAULT_OUTBOX } from '../../src/streams/outbox/outbox-options.js';
import { checkOptions } from '../../src/streams/settings.js';
import type { Settings } from '../../src/streams/settings.js';
import type { SocketOptions } from '../../src/streams/socket-options.js';
import { ENDINGS } from './endings.js';

const url = 'wss://h';
const { signal } = new AbortController();

const settingsOf = (options: object): Settings<unknown, unknown> =>
  checkOptions({ url, ...options });

/** The error that `checkOptions` throws, as class and message. */
function refusal(options: unknown): readonly [unknown, string] {
  try {
    checkOptions(options as SocketOptions<unknown, unknown>);
  } catch (error) {
    if (error instanceof Error) return [error.constructor, error.message];
  }
  throw new Error('nothing was thrown');
}

const policy = (): O.Option<number> => O.none;
const codec: Codec<string, string> = {
  name: 'mine',
  decode: () => E.right('x'),
  encode: () => E.right('x'),
};

describe('checkOptions', () => {
  it('should fill in the defaults', async () => {
    const settings = checkOptions({ url });
    expect(settings).toMatchObject({
      protocols: [],
      origin: undefined,
      proxy: undefined,
      codec: { name: 'json' },
      reconnect: undefined,
      outbox: DEFAULT_OUTBOX,
      connectTimeout: 10_000,
      onOpen: undefined,
      openTimeout: 10_000,
      heartbeat: { interval: 30_000, timeout: 10_000, message: undefined, isAnswer: undefined },
      idleTimeout: Infinity,
      linger: 0,
      closeWith: { code: 1000, reason: '' },
      limits: {
        closeTimeout: 3_000,
        maxPayload: 16_777_216,
        maxFragments: 16_384,
        maxBufferedChunks: 262_144,
        perMessageDeflate: false,
      },
      signal: undefined,
      lookup: undefined,
    });
    expect(settings.completeOn).toBe(isCompletion);
    expect(settings.scheduler).toBe(asyncScheduler);
    await expect(settings.url(1, signal)).resolves.toMatchObject({ target: 'h:443' });
    await expect(settings.headers(1, signal)).resolves.toEqual({});
  });

  it('should take undefined for every option but the URL', () => {
    const names = ['headers', 'protocols', 'origin', 'tls', 'codec', 'reconnect', 'completeOn'];
    names.push(
      'onRejected',
      'outbox',
      'connectTimeout',
      'closeTimeout',
      'maxPayload',
      'maxFragments',
    );
    names.push('maxBufferedChunks', 'perMessageDeflate', 'signal', 'lookup', 'scheduler', 'random');
    names.push('protocol', 'serializer', 'deserializer', 'binaryType', 'onOpen', 'openTimeout');
    names.push('heartbeat', 'idleTimeout', 'linger', 'closeWith', 'proxy');
    names.push('openObserver', 'closeObserver', 'closingObserver');
    const settings = settingsOf(Object.fromEntries(names.map((name) => [name, undefined])));
    expect(settings.limits).toEqual(checkOptions({ url }).limits);
    expect(settings.reconnect).toBeUndefined();
    expect(settings.heartbeat).toEqual(checkOptions({ url }).heartbeat);
    expect(settings.closeWith).toEqual({ code: 1000, reason: '' });
    expect(settings.codec.name).toBe('json');
  });

  it('should take what concerns the life of a connection', () => {
    const onOpen = (): void => undefined;
    const settings = settingsOf({
      onOpen,
      openTimeout: 0,
      idleTimeout: 1,
      linger: Infinity,
      closeWith: { code: 4000, reason: 'bye' },
    });
    expect(settings).toMatchObject({ openTimeout: 0, idleTimeout: 1, linger: Infinity });
    expect(settings.onOpen).toBe(onOpen);
    expect(settings.closeWith).toEqual({ code: 4000, reason: 'bye' });
    expect(settingsOf({ closeWith: { code: 1001 } }).closeWith).toEqual({ code: 1001, reason: '' });
  });

  it('should have no heartbeat for false and for an interval without end', () => {
    expect(settingsOf({ heartbeat: false }).heartbeat).toBeUndefined();
    expect(settingsOf({ heartbeat: { interval: Infinity } }).heartbeat).toBeUndefined();
    expect(settingsOf({ heartbeat: { interval: 5 } }).heartbeat).toMatchObject({
      interval: 5,
      timeout: 10_000,
    });
  });

  it('should take protocol for protocols', () => {
    expect(settingsOf({ protocol: ['a', 'b'] }).protocols).toEqual(['a', 'b']);
    expect(settingsOf({ protocol: 'a' }).protocols).toEqual(['a']);
  });

  it('should make a codec of serializer and deserializer', () => {
    const { codec: made } = settingsOf({
      serializer: (value: unknown) => `<${String(value)}>`,
      deserializer: ({ data }: { data: string }) => data.length,
    });
    expect(made.encode(7)).toEqual(E.right('<7>'));
    expect(made.decode(Buffer.from('four'), 'text')).toEqual(E.right(4));
    expect(settingsOf({ binaryType: 'arraybuffer' }).codec.encode({ a: 1 })).toEqual(
      E.right('{"a":1}'),
    );
  });

  it('should make an endpoint pool of every URL that is no function', async () => {
    const urls = ['wss://one', new URL('wss://two:8443')];
    for (const given of [urls, { urls }, { urls, start: 'first', rest: 0 }]) {
      const { url: resolve, endpoints } = settingsOf({ url: given });
      await expect(resolve(1, signal)).resolves.toMatchObject({ target: 'one:443' });
      endpoints?.failed(Date.now());
      await expect(resolve(2, signal)).resolves.toMatchObject({ target: 'two:8443' });
    }
    expect(settingsOf({ url: () => 'wss://h' }).endpoints).toBeUndefined();
    expect(settingsOf({}).endpoints).toBeDefined();
  });

  it('should draw a random start from the random source', async () => {
    const options = { url: { urls: ['wss://one', 'wss://two'], start: 'random' } };
    for (const [random, target] of [
      [0.2, 'one:443'],
      [0.7, 'two:443'],
    ] as const) {
      const { url: resolve } = settingsOf({ ...options, random: () => random });
      await expect(resolve(1, signal)).resolves.toMatchObject({ target });
    }
  });

  it('should make a lifecycle of the three observers', () => {
    const told: string[] = [];
    const { lifecycle } = settingsOf({
      openObserver: { next: ({ type }: { type: string }) => told.push(type) },
      closeObserver: { next: ({ code }: { code: number }) => told.push(`close ${code}`) },
      closingObserver: { next: () => told.push('closing') },
    });
    lifecycle.opened({ since: 0, target: 'h:443', protocol: '', address: '127.0.0.1:443' });
    lifecycle.closing();
    lifecycle.closed(ENDINGS.Closed);
    expect(told).toEqual(['open', 'closing', `close ${ENDINGS.Closed.code}`]);
  });

  it('should hand on what is given', () => {
    const scheduler = new VirtualTimeScheduler();
    const lookup = (): void => undefined;
    const completeOn = (): boolean => true;
    const given = { scheduler, lookup, completeOn, signal, codec };
    const settings = settingsOf({ ...given, protocols: 'feed.v1', origin: 'https://x' });
    expect(settings).toMatchObject({ protocols: ['feed.v1'], origin: 'https://x' });
    expect(settings.scheduler).toBe(scheduler);
    expect(settings.lookup).toBe(lookup);
    expect(settings.completeOn).toBe(completeOn);
    expect(settings.signal).toBe(signal);
    expect(settings.codec).toBe(codec);
  });

  it('should make a judge of rejected messages for each connection', () => {
    const { failure } = ENDINGS.MessageRejected;
    expect(settingsOf({}).onRejected()(failure, 0)).toEqual(O.none);
    const { onRejected } = settingsOf({ onRejected: { maxRejected: 1, interval: 100 } });
    const [first, second] = [onRejected(), onRejected()];
    expect(first(failure, 0)).toEqual(O.none);
    expect(second(failure, 0)).toEqual(O.none);
    expect(first(failure, 1)).toEqual(O.some({ code: 1008, reason: '' }));
  });

  it('should take the limits and the times', () => {
    const limits = {
      closeTimeout: 0,
      maxPayload: 1,
      maxFragments: Infinity,
      maxBufferedChunks: 7,
      perMessageDeflate: true,
    };
    const settings = settingsOf({ ...limits, connectTimeout: Infinity });
    expect(settings.limits).toEqual(limits);
    expect(settings.connectTimeout).toBe(Infinity);
  });

  it('should fill in one half of the outbox', () => {
    expect(settingsOf({ outbox: { maxMessages: 0 } }).outbox).toMatchObject({
      maxMessages: 0,
      maxBytes: 16_777_216,
    });
    expect(settingsOf({ outbox: { maxBytes: Infinity } }).outbox).toMatchObject({
      ...DEFAULT_OUTBOX,
      maxBytes: Infinity,
    });
  });

  it('should make the rules of a retry from a bare policy', () => {
    expect(settingsOf({ reconnect: policy }).reconnect).toEqual({
      option: 'reconnect',
      policy,
      minUptime: 5_000,
      isTransient,
      canRefresh: false,
      refreshCredentials: undefined,
      random: Math.random,
    });
  });

  it('should make them from an object, with its defaults', () => {
    expect(settingsOf({ reconnect: { policy } }).reconnect).toEqual({
      option: 'reconnect.policy',
      policy,
      minUptime: 5_000,
      isTransient,
      canRefresh: false,
      refreshCredentials: undefined,
      random: Math.random,
    });
  });

  it('should take a function that refreshes the credentials', () => {
    const refreshCredentials = (): void => undefined;
    expect(settingsOf({ reconnect: { policy, refreshCredentials } }).reconnect).toMatchObject({
      canRefresh: true,
      refreshCredentials,
    });
  });

  it('should make them from an object and the source of randomness', () => {
    const random = (): number => 0.5;
    const own = (): boolean => false;
    const reconnect = { policy, minUptime: 0, isTransient: own };
    expect(settingsOf({ reconnect, random }).reconnect).toEqual({
      option: 'reconnect.policy',
      policy,
      minUptime: 0,
      isTransient: own,
      canRefresh: false,
      refreshCredentials: undefined,
      random,
    });
    expect(settingsOf({ reconnect: policy, random }).reconnect?.random).toBe(random);
  });

  it('should read the files of TLS at the entry, and give one profile for all attempts', async () => {
    expect(() => settingsOf({ tls: { ca: { file: '/none.pem' } } })).toThrow(
      new OptionRangeError('tls.ca', "the file '/none.pem' cannot be read (ENOENT)"),
    );
    const { tls } = settingsOf({ tls: { servername: 'feed.example', minVersion: 'TLSv1.3' } });
    const profile = await tls(1, signal);
    await expect(profile.load()).resolves.toMatchObject({ servername: 'feed.example' });
    expect(await tls(2, signal)).toBe(profile);
  });

  it('should not take nothing, given by a function for TLS, for the defaults', async () => {
    const { tls } = checkOptions({ url: 'wss://h', tls: () => undefined as never });
    await expect(tls(1, signal)).rejects.toEqual(
      new OptionTypeError('tls', 'must be given, got undefined'),
    );
  });

  it('should ask a function for TLS at each attempt, and check what it gives', async () => {
    const { tls } = settingsOf({
      tls: (attempt: number) =>
        Promise.resolve(attempt === 1 ? { servername: 'one.example' } : { servername: '::1' }),
    });
    const profile = await tls(1, signal);
    await expect(profile.load()).resolves.toMatchObject({ servername: 'one.example' });
    await expect(tls(2, signal)).rejects.toEqual(
      new OptionRangeError('tls.servername', "must be a host name, got '::1'"),
    );
  });

  it('should read the files that a function names when the attempt does', async () => {
    const { tls } = settingsOf({ tls: () => ({ ca: { file: '/none.pem' } }) });
    const profile = await tls(1, signal);
    await expect(profile.load()).rejects.toBeInstanceOf(OptionRangeError);
  });

  it('should check the proxy at the entry', async () => {
    expect(() => settingsOf({ proxy: 'socks5://h' })).toThrow(OptionRangeError);
    const { proxy } = settingsOf({ proxy: 'http://proxy.example:3128' });
    await expect(proxy?.choose(new URL(url))).resolves.toMatchObject({
      target: 'proxy.example:3128',
    });
  });

  it('should check what a function gives at each attempt', async () => {
    const settings = settingsOf({
      url: (attempt: number) => (attempt === 1 ? 'wss://one' : 'http://two'),
      headers: () => ({ 'bad name': 'x' }),
    });
    await expect(settings.url(1, signal)).resolves.toMatchObject({ host: 'one' });
    await expect(settings.url(2, signal)).rejects.toBeInstanceOf(OptionRangeError);
    await expect(settings.headers(1, signal)).rejects.toBeInstanceOf(OptionRangeError);
  });

  it('should refuse ws: beside tls, also from a function', async () => {
    const expected = new OptionTypeError('tls', 'is given, but the URL has the scheme ws:');
    expect(() => settingsOf({ url: 'ws://h', tls: {} })).toThrow(expected);
    await expect(settingsOf({ url: () => 'ws://h', tls: {} }).url(1, signal)).rejects.toEqual(
      expected,
    );
    expect(() => settingsOf({ url: 'ws://h' })).not.toThrow();
  });

  it.each<[unknown, string]>([
    [undefined, 'options: must be an object, got undefined'],
    [null, 'options: must be an object, got null'],
    [[], 'options: must be an object, got an array'],
    [{}, 'url: must be a string, a URL, a list of them or an object, got undefined'],
    [{ url: 7 }, 'url: must be a string, a URL, a list of them or an object, got 7'],
    [{ url, headers: null }, 'headers: must be a plain object of names and values, got null'],
    [{ url, headers: { a: 7 } }, 'headers.a: must be a string, got number'],
    [{ url, protocols: 7 }, 'protocols: must be a string, got 7'],
    [{ url, origin: 7 }, 'origin: must be a string, got number'],
    [{ url, origin: null }, 'origin: must be a string, got object'],
    [{ url, tls: null }, 'tls: must be an object, got null'],
    [{ url, tls: { cert: 'x' } }, 'tls.cert: is given without tls.key, its private key'],
    [{ url, codec: null }, 'codec: must be an object with decode() and encode(), got null'],
    [
      { url, codec: { decode: () => 0 } },
      'codec: must be an object with decode() and encode(), got an object',
    ],
    [{ url, reconnect: null }, 'reconnect: must be an object, got null'],
    [{ url, reconnect: 200 }, 'reconnect: must be an object, got 200'],
    [
      { url, reconnect: { policy, delay: 1 } },
      'reconnect.delay: is not an option; known here: policy, minUptime, isTransient, refreshCredentials',
    ],
    [
      { url, reconnect: { policy, isTransient: true } },
      'reconnect.isTransient: must be a function, got true',
    ],
    [
      { url, reconnect: { policy, minUptime: '5s' } },
      "reconnect.minUptime: must be a number, got '5s'",
    ],
    [
      { url, onRejected: null },
      "onRejected: must be 'report', 'fail', an object or a function, got null",
    ],
    [
      { url, onRejected: { maxRejected: 1, intervall: 1 } },
      'onRejected.intervall: is not an option; known here: maxRejected, interval, code, reason',
    ],
    [{ url, completeOn: null }, 'completeOn: must be a function, got null'],
    [{ url, completeOn: 1000 }, 'completeOn: must be a function, got 1000'],
    [{ url, outbox: null }, 'outbox: must be an object, got null'],
    [{ url, outbox: 10 }, 'outbox: must be an object, got 10'],
    [
      { url, outbox: { overflow: 'drop' } },
      "outbox.overflow: must be one of 'reject', 'drop-oldest', 'drop-newest', 'latest-by-key', got 'drop'",
    ],
    [{ url, outbox: { maxBytes: '1' } }, "outbox.maxBytes: must be a number, got '1'"],
    [{ url, connectTimeout: null }, 'connectTimeout: must be a number, got null'],
    [{ url, closeTimeout: '3s' }, "closeTimeout: must be a number, got '3s'"],
    [{ url, maxPayload: 1n }, 'maxPayload: must be a number, got 1n'],
    [{ url, maxFragments: true }, 'maxFragments: must be a number, got true'],
    [{ url, maxBufferedChunks: {} }, 'maxBufferedChunks: must be a number, got an object'],
    [{ url, perMessageDeflate: {} }, 'perMessageDeflate: must be a boolean, got an object'],
    [{ url, signal: {} }, 'signal: must be an AbortSignal, got an object'],
    [{ url, signal: null }, 'signal: must be an AbortSignal, got null'],
    [{ url, lookup: {} }, 'lookup: must be a function, got an object'],
    [{ url, scheduler: null }, 'scheduler: must be an object with schedule() and now(), got null'],
    [
      { url, scheduler: { now: () => 0 } },
      'scheduler: must be an object with schedule() and now(), got an object',
    ],
    [
      { url, reconnect: { policy, refreshCredentials: 'token' } },
      "reconnect.refreshCredentials: must be a function, got 'token'",
    ],
    [{ url: ['wss://h', 7] }, 'url[1]: must be a string or a URL, got 7'],
    [{ url: { urls: 'wss://h' } }, "url.urls: must be a list of URLs, got 'wss://h'"],
    [{ url: ['wss://h', 'ws://h'], tls: {} }, 'tls: is given, but the URL has the scheme ws:'],
    [
      { url: { urls: ['wss://h'], start: 'last' } },
      "url.start: must be one of 'first', 'random', got 'last'",
    ],
    [
      { url: { urls: ['wss://h'], start: 'random' }, random: 0.5 },
      'random: must be a function, got 0.5',
    ],
    [
      { url, protocol: 'a', protocols: 'b' },
      'protocol: is another name of protocols: give one of them',
    ],
    [
      { url, codec, serializer: String },
      'codec: stands in the place of serializer, deserializer and binaryType: give one or the others',
    ],
    [{ url, serializer: 7 }, 'serializer: must be a function, got 7'],
    [
      { url, WebSocketCtor: Object },
      'WebSocketCtor: is not accepted: connections are made by ws; headers, TLS and so on are options of their own',
    ],
    [
      { url, resultSelector: String },
      'resultSelector: is not accepted: give a deserializer or a codec',
    ],
    [{ url, onOpen: 'login' }, "onOpen: must be a function, got 'login'"],
    [{ url, openTimeout: '1s' }, "openTimeout: must be a number, got '1s'"],
    [{ url, heartbeat: true }, 'heartbeat: must be an object or false, got true'],
    [{ url, heartbeat: null }, 'heartbeat: must be an object, got null'],
    [
      { url, heartbeat: { interval: 5, pong: 1 } },
      'heartbeat.pong: is not an option; known here: interval, timeout, message, isAnswer',
    ],
    [{ url, idleTimeout: null }, 'idleTimeout: must be a number, got null'],
    [{ url, linger: 'a while' }, "linger: must be a number, got 'a while'"],
    [{ url, closeWith: 1000 }, 'closeWith: must be an object, got 1000'],
    [{ url, closeWith: null }, 'closeWith: must be an object, got null'],
    [{ url, closeWith: {} }, 'closeWith.code: must be a number, got undefined'],
    [
      { url, closeWith: { code: 1000, wasClean: true } },
      'closeWith.wasClean: is not an option; known here: code, reason',
    ],
    [{ url, openObserver: 7 }, 'openObserver: must be an object with next(), got 7'],
    [{ url, random: 0.5 }, 'random: must be a function, got 0.5'],
    [{ url, random: null, reconnect: policy }, 'random: must be a function, got null'],
  ])('should refuse %o', (options, message) => {
    expect(refusal(options)).toEqual([OptionTypeError, message]);
  });

  it.each<[object, RegExp]>([
    [{}, /^reconnect\.policy: must be given, got undefined$/],
    [{ policy: 200 }, /^reconnect\.policy: must be a function/],
  ])('should refuse the policy of %o', (reconnect, message) => {
    const [errorClass, shown] = refusal({ url, reconnect });
    expect(errorClass).toBe(OptionTypeError);
    expect(shown).toMatch(message);
  });

  it('should name an unknown option and all known ones', () => {
    expect(refusal({ uri: url })).toEqual([
      OptionTypeError,
      'uri: is not an option; known here: url, headers, protocols, protocol, origin, tls, proxy, ' +
        'codec, serializer, deserializer, binaryType, onRejected, onOpen, openTimeout, heartbeat, ' +
        'idleTimeout, reconnect, completeOn, openObserver, closeObserver, closingObserver, linger, ' +
        'closeWith, outbox, acknowledge, resume, requests, route, connectTimeout, closeTimeout, maxPayload, maxFragments, ' +
        'maxBufferedChunks, perMessageDeflate, signal, lookup, scheduler, random',
    ]);
  });

  const whole = 'must be a whole number from';

  it.each<[unknown, string]>([
    [{ url: 'x' }, 'url: is not a valid URL'],
    [
      { url, headers: { 'a b': 'x' } },
      "headers: 'a b' is not a header name (RFC 9110 section 5.1)",
    ],
    [{ url, protocols: 'a b' }, "protocols: must be a token (RFC 9110 section 5.6.2), got 'a b'"],
    [
      { url, origin: 'a\nb' },
      'origin: has a character that no header may hold, such as a line break (RFC 9110 section 5.5)',
    ],
    [{ url, tls: { ca: '' } }, 'tls.ca: is empty'],
    [{ url, tls: { ca: 'x' } }, 'tls.ca: holds no certificate'],
    [
      { url, tls: { ca: { file: '/none.pem' } } },
      "tls.ca: the file '/none.pem' cannot be read (ENOENT)",
    ],
    [
      { url, reconnect: { policy, minUptime: -1 } },
      'reconnect.minUptime: must be a number from 0 to Infinity, got -1',
    ],
    [
      { url, onRejected: { maxRejected: 1, interval: 1, code: 1009 } },
      `onRejected.code: ${whole} 1007 to 1008, got 1009`,
    ],
    [{ url, outbox: { maxMessages: -1 } }, `outbox.maxMessages: ${whole} 0 to Infinity, got -1`],
    [{ url, outbox: { maxBytes: 0.5 } }, `outbox.maxBytes: ${whole} 0 to Infinity, got 0.5`],
    [{ url, connectTimeout: -1 }, 'connectTimeout: must be a number from 0 to Infinity, got -1'],
    [
      { url, connectTimeout: 2 ** 31 },
      'connectTimeout: must be at most 2147483647 ms (24.8 days) or Infinity, got 2147483648',
    ],
    [{ url: [] }, 'url: must hold at least one URL'],
    [{ url: { urls: [] } }, 'url.urls: must hold at least one URL'],
    [{ url: ['wss://h', 'x'] }, 'url[1]: is not a valid URL'],
    [
      { url: { urls: ['wss://h'], rest: -1 } },
      'url.rest: must be a number from 0 to Infinity, got -1',
    ],
    [{ url, openTimeout: -1 }, 'openTimeout: must be a number from 0 to Infinity, got -1'],
    [{ url, idleTimeout: 0 }, 'idleTimeout: must be a number from 1 to Infinity, got 0'],
    [
      { url, heartbeat: { interval: 0 } },
      'heartbeat.interval: must be a number from 1 to Infinity, got 0',
    ],
    [
      { url, linger: 2 ** 31 },
      'linger: must be at most 2147483647 ms (24.8 days) or Infinity, got 2147483648',
    ],
    [
      { url, closeWith: { code: 1006 } },
      'closeWith.code: must be 1000 to 1003, 1007 to 1014 or 3000 to 4999, got 1006',
    ],
    [{ url, closeTimeout: -1 }, 'closeTimeout: must be a number from 0 to 2147483647, got -1'],
    [
      { url, closeTimeout: Infinity },
      'closeTimeout: must be a number from 0 to 2147483647, got Infinity',
    ],
    [{ url, maxPayload: 0 }, `maxPayload: ${whole} 1 to Infinity, got 0`],
    [{ url, maxFragments: 1.5 }, `maxFragments: ${whole} 1 to Infinity, got 1.5`],
    [{ url, maxBufferedChunks: -7 }, `maxBufferedChunks: ${whole} 1 to Infinity, got -7`],
  ])('should refuse %o, which is of the right kind', (options, message) => {
    expect(refusal(options)).toEqual([OptionRangeError, message]);
  });
});
