import { createSecureContext } from 'node:tls';
import { describe, expect, it, vi } from 'vitest';
import type { Mock } from 'vitest';
import { OptionRangeError } from '../../src/errors/option-error.js';
import { gatherRequest } from '../../src/streams/gather-request.js';
import { ProviderFailure } from '../../src/streams/per-attempt.js';
import { checkOptions } from '../../src/streams/settings.js';
import type { AttemptSettings } from '../../src/streams/settings.js';
import type { SocketOptions } from '../../src/streams/socket-options.js';
import { checkProxyUrl } from '../../src/tls/proxy-options.js';
import { planTls } from '../../src/tls/tls-options.js';
import type { TlsProfile } from '../../src/tls/tls-profile.js';

const { signal } = new AbortController();

const settingsOf = (options: Partial<SocketOptions<unknown, unknown>>): AttemptSettings =>
  checkOptions({ url: 'ws://feed.example.com/v1', ...options });

describe('gatherRequest', () => {
  it('should gather what is given as values', async () => {
    const settings = settingsOf({
      headers: { authorization: 'Bearer x' },
      protocols: ['feed.v1'],
      origin: 'https://example.com',
    });
    await expect(gatherRequest(settings, 1, signal)).resolves.toEqual({
      url: {
        href: 'ws://feed.example.com/v1',
        secure: false,
        host: 'feed.example.com',
        port: 80,
        target: 'feed.example.com:80',
      },
      upgrade: {
        href: 'ws://feed.example.com/v1',
        target: 'feed.example.com:80',
        headers: { authorization: 'Bearer x' },
        protocols: ['feed.v1'],
        origin: 'https://example.com',
      },
      tls: undefined,
      proxy: undefined,
    });
  });

  it('should ask the functions with the attempt and its signal, side by side', async () => {
    const order: string[] = [];
    const url = vi.fn(async () => {
      order.push('url');
      await Promise.resolve();
      order.push('url done');
      return 'ws://b.example';
    });
    const headers = vi.fn(() => {
      order.push('headers');
      return { a: 'b' };
    });
    const { upgrade } = await gatherRequest(settingsOf({ url, headers }), 7, signal);
    expect(upgrade).toMatchObject({ href: 'ws://b.example/', headers: { a: 'b' } });
    expect(url).toHaveBeenCalledExactlyOnceWith(7, signal, undefined);
    expect(headers).toHaveBeenCalledExactlyOnceWith(7, signal, undefined);
    expect(order).toEqual(['url', 'headers', 'url done']);
  });

  /** A profile that keeps count of how often it is loaded. */
  const profileOf = (servername: string): TlsProfile & { readonly load: Mock } => ({
    check: () => undefined,
    load: vi.fn<TlsProfile['load']>(() =>
      Promise.resolve({ ...planTls('tls', { servername }), context: createSecureContext() }),
    ),
  });

  it('should ask for TLS with the attempt and its signal, and load it, for wss: alone', async () => {
    const profile = profileOf('feed.example');
    const tls = vi.fn(() => Promise.resolve(profile));
    const secured = (url: string): AttemptSettings => ({ ...settingsOf({ url }), tls });
    const request = await gatherRequest(secured('wss://h'), 5, signal);
    expect(request.tls).toMatchObject({ servername: 'feed.example' });
    expect(tls).toHaveBeenCalledExactlyOnceWith(5, signal, undefined);
    expect((await gatherRequest(secured('ws://h'), 6, signal)).tls).toBeUndefined();
    expect(tls).toHaveBeenCalledOnce();
    expect(profile.load).toHaveBeenCalledOnce();
  });

  it.each([
    ['http:', undefined],
    ['https:', 'proxy.example'],
  ])(
    'should ask for the proxy of the URL, and load TLS for it if it is %s',
    async (scheme, name) => {
      const proxy = checkProxyUrl('proxy', `${scheme}//proxy.example:3128`);
      const choose = vi.fn(() => Promise.resolve(proxy));
      const tls = profileOf('proxy.example');
      const settings = { ...settingsOf({ url: 'ws://h/v1' }), proxy: { choose, tls } };
      const request = await gatherRequest(settings, 1, signal);
      expect(request.proxy).toEqual({
        ...proxy,
        tls: name && expect.objectContaining({ servername: name }),
      });
      expect(choose).toHaveBeenCalledExactlyOnceWith(new URL('ws://h/v1'));
      expect(tls.load).toHaveBeenCalledTimes(name === undefined ? 0 : 1);
    },
  );

  it('should connect directly where no proxy is chosen', async () => {
    const proxy = { choose: () => Promise.resolve(undefined), tls: profileOf('x') };
    const request = await gatherRequest({ ...settingsOf({}), proxy }, 1, signal);
    expect(request.proxy).toBeUndefined();
  });

  it.each<[string, Partial<SocketOptions<unknown, unknown>>, unknown]>([
    [
      'a function that fails',
      { headers: () => Promise.reject(new Error('no token')) },
      new ProviderFailure('headers', new Error('no token')),
    ],
    [
      'a URL that is wrong',
      { url: () => 'http://h' },
      new OptionRangeError('url', "must have the scheme ws: or wss:, got 'http:'"),
    ],
    [
      'two failures, of which the first counts',
      {
        url: () => Promise.reject(new Error('first')),
        headers: () => Promise.reject(new Error('second')),
      },
      new ProviderFailure('url', new Error('first')),
    ],
    [
      'a function that gives wrong TLS options',
      { url: 'wss://h', tls: () => ({ ca: '' }) },
      new OptionRangeError('tls.ca', 'is empty'),
    ],
    [
      'a function that gives a wrong proxy',
      { proxy: () => 'socks5://h' },
      new OptionRangeError('proxy', "must have the scheme http: or https:, got 'socks5:'"),
    ],
    [
      'a function that fails to give a proxy',
      { proxy: () => Promise.reject(new Error('no proxy')) },
      new ProviderFailure('proxy', new Error('no proxy')),
    ],
  ])('should reject for %s', async (_name, options, expected) => {
    await expect(gatherRequest(settingsOf(options), 1, signal)).rejects.toEqual(expected);
  });
});
