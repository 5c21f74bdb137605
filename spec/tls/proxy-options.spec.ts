import * as fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import {
  checkProxyUrl,
  proxyFromEnvironment,
  readProxyOptions,
} from '../../src/tls/proxy-options.js';

const basic = (credentials: string): string =>
  `Basic ${Buffer.from(credentials).toString('base64')}`;

/** The error that `action` throws. */
function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('readProxyOptions', () => {
  it.each([
    ['a string', 'http://h'],
    ['the environment', 'env'],
    ['a URL', new URL('http://h')],
    ['a function', () => undefined],
  ])('should take %s as it is', (_name, url) => {
    expect(readProxyOptions(url)).toEqual({ url });
  });

  it('should take an object apart', () => {
    const tls = { ca: 'PEM' };
    expect(readProxyOptions({ url: 'https://h', tls })).toEqual({ url: 'https://h', tls });
    expect(readProxyOptions({ url: 'http://h' })).toEqual({ url: 'http://h', tls: undefined });
  });

  it.each<[unknown, OptionTypeError]>([
    [null, new OptionTypeError('proxy', 'must be an object, got null')],
    [7, new OptionTypeError('proxy', 'must be an object, got 7')],
    [['http://h'], new OptionTypeError('proxy', 'must be an object, got an array')],
    [{}, new OptionTypeError('proxy.url', 'must be given, got undefined')],
    [{ tls: {} }, new OptionTypeError('proxy.url', 'must be given, got undefined')],
    [{ host: 'h' }, new OptionTypeError('proxy.host', 'is not an option; known here: url, tls')],
  ])('should refuse %j', (given, expected) => {
    expect(thrownBy(() => readProxyOptions(given))).toEqual(expected);
  });
});

describe('checkProxyUrl', () => {
  it.each([
    ['http://proxy.example', false, 'proxy.example', 80, 'proxy.example:80'],
    ['https://proxy.example', true, 'proxy.example', 443, 'proxy.example:443'],
    ['http://proxy.example:3128/', false, 'proxy.example', 3128, 'proxy.example:3128'],
    ['HTTP://Proxy.Example:80', false, 'proxy.example', 80, 'proxy.example:80'],
    ['http://b\u00fccher.example', false, 'xn--bcher-kva.example', 80, 'xn--bcher-kva.example:80'],
    ['http://127.0.0.1:8080', false, '127.0.0.1', 8080, '127.0.0.1:8080'],
    ['https://[::1]:8443', true, '::1', 8443, '[::1]:8443'],
  ])('should read %s', (url, secure, host, port, target) => {
    const expected = { secure, host, port, target, authorization: undefined };
    expect(checkProxyUrl('proxy', url)).toEqual(expected);
    expect(checkProxyUrl('proxy', new URL(url))).toEqual(expected);
  });

  it.each([
    ['http://user:pw@h', 'user:pw'],
    ['http://user@h', 'user:'],
    ['http://user:@h', 'user:'],
    ['http://:pw@h', ':pw'],
    ['http://a%40b:p%3Aw%2F%25@h', 'a@b:p:w/%'],
    ['http://d%C3%B6:p%C3%A4@h', 'd\u00f6:p\u00e4'],
    ['http://d\u00f6:p\u00e4@h', 'd\u00f6:p\u00e4'],
    ['http://a+b:c d@h', 'a+b:c d'],
  ])('should read the credentials of %s', (url, credentials) => {
    expect(checkProxyUrl('proxy', url).authorization).toBe(basic(credentials));
  });

  it('should read any credentials that are percent-encoded', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(text, text, (user, password) => {
        const url = `http://${encodeURIComponent(user)}:${encodeURIComponent(password)}@h`;
        expect(checkProxyUrl('proxy', url).authorization).toBe(basic(`${user}:${password}`));
      }),
    );
  });

  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    [7, '7'],
    [{ href: 'http://secret@h' }, 'an object'],
    [true, 'true'],
  ])('should refuse %j', (value, shown) => {
    expect(thrownBy(() => checkProxyUrl('proxy', value))).toEqual(
      new OptionTypeError('proxy', `must be a string or a URL, got ${shown}`),
    );
  });

  it.each([
    ['socks5:', 'socks5://user:secret@h:1080'],
    ['socks5h:', 'socks5h://h'],
    ['socks4a:', 'socks4a://h'],
    ['socks:', 'socks://h'],
    ['ws:', 'ws://user:secret@h'],
    ['wss:', 'wss://h'],
    ['ftp:', 'ftp://h'],
    ['file:', 'file:///secret'],
    // Without a scheme, the host is taken for one.
    ['proxy.example:', 'proxy.example:3128'],
    ['constructor:', 'constructor:3128'],
  ])('should refuse the scheme %s', (scheme, url) => {
    expect(thrownBy(() => checkProxyUrl('proxy', url))).toEqual(
      new OptionRangeError('proxy', `must have the scheme http: or https:, got '${scheme}'`),
    );
  });

  it.each([
    '',
    'secret',
    '//secret@h',
    'http://',
    'http://user:secret@',
    'http://h:secret',
    'http://h:99999',
  ])('should refuse %j, which is no URL, and not repeat it', (url) => {
    expect(thrownBy(() => checkProxyUrl('proxy', url))).toEqual(
      new OptionRangeError('proxy', 'is not a valid URL'),
    );
  });

  it.each(['http://%ff:secret@h', 'http://secret:%@h', 'http://secret%2:x@h'])(
    'should refuse the credentials of %s, and not repeat them',
    (url) => {
      const error = thrownBy(() => checkProxyUrl('proxy', url));
      expect(error).toEqual(
        new OptionRangeError('proxy', 'has a user or password with a broken percent-encoding'),
      );
      expect(JSON.stringify(error)).not.toContain('secret');
    },
  );

  it('should never show a password, whatever is wrong', () => {
    const password = fc.string({ unit: 'grapheme-ascii', minLength: 5 });
    const shape = fc.constantFrom(
      (secret: string) => `socks5://u:${secret}@h`,
      (secret: string) => `http://u:${secret}@h:0x`,
      (secret: string) => `http://u:${secret}%@h`,
      (secret: string) => `//u:${secret}@h`,
    );
    fc.assert(
      fc.property(password, shape, (secret, urlWith) => {
        const marked = `Se7ret${encodeURIComponent(secret)}`;
        try {
          checkProxyUrl('proxy', urlWith(marked));
        } catch (error) {
          expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('Se7ret');
        }
      }),
    );
  });
});

describe('proxyFromEnvironment', () => {
  const NAMES = ['http', 'https', 'ws', 'wss', 'all', 'no'].map((name) => `${name}_proxy`);

  beforeEach(() => {
    for (const name of NAMES) {
      vi.stubEnv(name, undefined);
      vi.stubEnv(name.toUpperCase(), undefined);
    }
  });

  /** What is found for `url` with the variables of `env`. */
  function found(url: string, env: Readonly<Record<string, string>>): string | undefined {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    return proxyFromEnvironment(new URL(url));
  }

  const proxy = 'http://proxy.example:3128';
  const other = 'http://other.example:3128';

  it('should find nothing where nothing is set', () => {
    expect(found('wss://h', {})).toBeUndefined();
    expect(found('wss://h', { HTTPS_PROXY: '', all_proxy: '' })).toBeUndefined();
  });

  it.each(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'])(
    'should go by %s for wss:',
    (name) => {
      expect(found('wss://feed.example/path', { [name]: proxy })).toBe(proxy);
    },
  );

  it.each(['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'])(
    'should go by %s for ws:',
    (name) => {
      expect(found('ws://feed.example/path', { [name]: proxy })).toBe(proxy);
    },
  );

  it.each([
    ['wss:', 'HTTP_PROXY'],
    ['wss:', 'http_proxy'],
    ['ws:', 'HTTPS_PROXY'],
    ['ws:', 'https_proxy'],
  ])('should not go for %s by %s', (scheme, name) => {
    expect(found(`${scheme}//h`, { [name]: proxy })).toBeUndefined();
  });

  it('should prefer lower case, and the name with the scheme', () => {
    expect(found('wss://h', { https_proxy: proxy, HTTPS_PROXY: other })).toBe(proxy);
    expect(found('wss://h', { HTTPS_PROXY: proxy, all_proxy: other })).toBe(proxy);
  });

  it.each([
    ['proxy.example:3128', 'http://proxy.example:3128'],
    ['proxy.example', 'http://proxy.example'],
    ['user:pw@proxy.example:3128', 'http://user:pw@proxy.example:3128'],
    ['[::1]:3128', 'http://[::1]:3128'],
  ])('should take %s, which has no scheme, for an http: proxy', (value, expected) => {
    for (const name of ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy']) {
      expect(found('wss://h', { [name]: value })).toBe(expected);
      vi.stubEnv(name, undefined);
    }
    expect(found('ws://h', { HTTP_PROXY: value })).toBe(expected);
  });

  it.each(['https://user:pw@proxy.example:8443', 'socks5://proxy.example:1080'])(
    'should give %s as it is',
    (value) => {
      expect(found('wss://h', { HTTPS_PROXY: value })).toBe(value);
      expect(found('ws://h', { http_proxy: value })).toBe(value);
    },
  );

  it.each([
    ['*', 'wss://feed.example', true],
    ['feed.example', 'wss://feed.example', true],
    ['FEED.example', 'wss://feed.example/path', true],
    ['feed.example', 'wss://FEED.example', true],
    ['a.example,feed.example', 'wss://feed.example', true],
    ['a.example feed.example', 'wss://feed.example', true],
    [' , feed.example,', 'wss://feed.example', true],
    ['.example', 'wss://feed.example', true],
    ['*.example', 'wss://feed.example', true],
    ['feed.example:443', 'wss://feed.example', true],
    ['feed.example:80', 'ws://feed.example', true],
    ['feed.example:8443', 'wss://feed.example:8443', true],
    ['127.0.0.1', 'wss://127.0.0.1:1', true],
    ['[::1]', 'wss://[::1]:1', true],
    ['localhost', 'ws://localhost:1', true],
    ['', 'wss://feed.example', false],
    ['other.example', 'wss://feed.example', false],
    ['feed.example:443', 'wss://feed.example:8443', false],
    ['feed.example:443', 'ws://feed.example', false],
    ['.feed.example', 'wss://feed.example', false],
    ['example', 'wss://feed.example', false],
    ['feed.example', 'wss://notfeed.example', false],
  ])('should read NO_PROXY=%s: %s goes directly is %s', (list, url, isDirect) => {
    for (const name of ['NO_PROXY', 'no_proxy']) {
      const env = { ALL_PROXY: proxy, [name]: list };
      expect(found(url, env)).toBe(isDirect ? undefined : proxy);
      vi.stubEnv(name, undefined);
    }
  });

  it('should read the environment each time', () => {
    expect(found('wss://h', { HTTPS_PROXY: proxy })).toBe(proxy);
    expect(found('wss://h', { HTTPS_PROXY: other })).toBe(other);
  });

  it('should leave the URL of the server alone', () => {
    vi.stubEnv('HTTPS_PROXY', proxy);
    const target = new URL('wss://feed.example/path?token=x');
    proxyFromEnvironment(target);
    expect(target.href).toBe('wss://feed.example/path?token=x');
  });
});
