import { createSecureContext } from 'node:tls';
import { describe, expect, it, vi } from 'vitest';
import { OptionRangeError } from '../../src/errors/option-error.js';
import { gatherRequest } from '../../src/streams/gather-request.js';
import { ProviderFailure } from '../../src/streams/per-attempt.js';
import { checkOptions } from '../../src/streams/settings.js';
import type { AttemptSettings } from '../../src/streams/settings.js';
import type { SocketOptions } from '../../src/streams/socket-options.js';

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
      context: undefined,
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
    expect(url).toHaveBeenCalledExactlyOnceWith(7, signal);
    expect(headers).toHaveBeenCalledExactlyOnceWith(7, signal);
    expect(order).toEqual(['url', 'headers', 'url done']);
  });

  it('should load a context for wss: alone', async () => {
    const context = createSecureContext();
    const load = vi.fn(() => Promise.resolve(context));
    const secured = (url: string): AttemptSettings => ({
      ...settingsOf({ url }),
      tls: { contexts: { load, loadSync: () => context }, servername: undefined },
    });
    expect((await gatherRequest(secured('wss://h'), 1, signal)).context).toBe(context);
    expect((await gatherRequest(secured('ws://h'), 1, signal)).context).toBeUndefined();
    expect(load).toHaveBeenCalledOnce();
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
  ])('should reject for %s', async (_name, options, expected) => {
    await expect(gatherRequest(settingsOf(options), 1, signal)).rejects.toEqual(expected);
  });
});
