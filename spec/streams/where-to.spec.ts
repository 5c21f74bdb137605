import { describe, expect, it, vi } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import type { SocketOptions } from '../../src/streams/socket-options.js';
import { checkWhere } from '../../src/streams/where-to.js';
import type { WhereTo } from '../../src/streams/where-to.js';
import { VirtualClock } from './virtual-clock.js';

type Where = Pick<SocketOptions<unknown, unknown>, 'url' | 'tls'>;

const { signal } = new AbortController();

describe('checkWhere', () => {
  const clock = new VirtualClock();
  const check = (where: Where): WhereTo => checkWhere(where, clock, () => 0);
  const hrefOf = async ({ url }: WhereTo, attempt = 1, cursor?: unknown): Promise<string> =>
    (await url(attempt, signal, cursor)).href;

  it('should give one URL each time', async () => {
    const where = check({ url: 'wss://h/path' });
    expect(where.endpoints).toBeDefined();
    expect([await hrefOf(where), await hrefOf(where, 2)]).toEqual(['wss://h/path', 'wss://h/path']);
  });

  it('should go about several by how they did', async () => {
    const where = check({ url: ['wss://one/', 'wss://two/'] });
    expect(await hrefOf(where)).toBe('wss://one/');
    where.endpoints?.failed(clock.now());
    expect(await hrefOf(where, 2)).toBe('wss://two/');
    where.endpoints?.succeeded();
    where.endpoints?.failed(clock.now());
    clock.advance(30_000);
    expect(await hrefOf(where)).toBe('wss://one/');
  });

  it('should ask a function for each attempt, and hand it the cursor', async () => {
    const url = vi.fn((attempt: number) => `wss://h/${attempt}`);
    const where = check({ url });
    expect(where.endpoints).toBeUndefined();
    expect(url).not.toHaveBeenCalled();
    expect(await hrefOf(where, 3, 17)).toBe('wss://h/3');
    expect(url).toHaveBeenCalledExactlyOnceWith(3, signal, 17);
  });

  it('should reject with what is wrong with that which a function gives', async () => {
    await expect(hrefOf(check({ url: () => 'http//h' }))).rejects.toMatchObject({ option: 'url' });
    await expect(hrefOf(check({ url: () => 'ws://h', tls: {} }))).rejects.toMatchObject({
      option: 'tls',
    });
  });

  it.each<[Where, typeof OptionTypeError | typeof OptionRangeError, RegExp]>([
    [{ url: 1 as unknown as string }, OptionTypeError, /^url: must be a string, a URL, a list/],
    [
      { url: 'ws://h', tls: {} },
      OptionTypeError,
      /^tls: is given, but the URL has the scheme ws:$/,
    ],
    [{ url: ['wss://h', 'ws://h'], tls: {} }, OptionTypeError, /^tls: is given, but/],
    [{ url: ['wss://h', ''] }, OptionRangeError, /^url\[1\]: /],
    [{ url: [] }, OptionRangeError, /^url: /],
  ])('should refuse %o at once', (where, type, message) => {
    expect(() => check(where)).toThrow(type);
    expect(() => check(where)).toThrow(message);
  });
});
