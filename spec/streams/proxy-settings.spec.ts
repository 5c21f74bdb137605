import { beforeEach, describe, expect, it, vi } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import { ProviderFailure } from '../../src/streams/per-attempt.js';
import { checkProxy } from '../../src/streams/proxy-settings.js';
import type { ProxySettings } from '../../src/streams/proxy-settings.js';
import { createCertificateAuthority } from '../../src/testing/index.js';

const target = new URL('wss://feed.example/v1');

function settingsOf(given: unknown): ProxySettings {
  const settings = checkProxy(given);
  if (settings === undefined) throw new Error('there is no proxy');
  return settings;
}

describe('checkProxy', () => {
  beforeEach(() => {
    for (const name of ['https_proxy', 'all_proxy', 'no_proxy']) {
      vi.stubEnv(name, undefined);
      vi.stubEnv(name.toUpperCase(), undefined);
    }
  });

  it('should give nothing for nothing', () => {
    expect(checkProxy(undefined)).toBeUndefined();
  });

  it.each([
    ['a string', 'http://user:pw@proxy.example:3128'],
    ['a URL', new URL('http://user:pw@proxy.example:3128')],
    ['an object', { url: 'http://user:pw@proxy.example:3128' }],
  ])('should check %s at once, and choose it for every server', async (_name, given) => {
    const { choose } = settingsOf(given);
    const proxy = await choose(target);
    expect(proxy).toEqual({
      secure: false,
      host: 'proxy.example',
      port: 3128,
      target: 'proxy.example:3128',
      authorization: `Basic ${Buffer.from('user:pw').toString('base64')}`,
    });
    expect(await choose(new URL('ws://other.example'))).toBe(proxy);
  });

  it.each<[unknown, OptionTypeError | OptionRangeError]>([
    [null, new OptionTypeError('proxy', 'must be an object, got null')],
    [{ tls: {} }, new OptionTypeError('proxy.url', 'must be given, got undefined')],
    [{ url: 7 }, new OptionTypeError('proxy', 'must be a string or a URL, got 7')],
    [
      'socks5://h',
      new OptionRangeError('proxy', "must have the scheme http: or https:, got 'socks5:'"),
    ],
    ['ENV', new OptionRangeError('proxy', 'is not a valid URL')],
    [{ url: 'https://h', tls: { ca: '' } }, new OptionRangeError('proxy.tls.ca', 'is empty')],
    [
      { url: 'env', tls: { rejectUnauthorized: false } },
      new OptionTypeError(
        'proxy.tls.rejectUnauthorized',
        'is not an option; known here: ca, crl, cert, key, pfx, passphrase, servername, pins, verify, dangerouslyAcceptCertificate, commonNameFallback, minVersion, maxVersion, ciphers, minDHSize',
      ),
    ],
    [
      { url: 'https://h', tls: { ca: { file: '/none.pem' } } },
      new OptionRangeError('proxy.tls.ca', "the file '/none.pem' cannot be read (ENOENT)"),
    ],
  ])('should refuse %j', (given, expected) => {
    let error: unknown;
    try {
      checkProxy(given);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(expected.constructor);
    expect(error).toHaveProperty('option', expected.option);
    expect(error).toHaveProperty('message', expected.message);
  });

  it('should ask a function about each server', async () => {
    const chooser = vi.fn((url: URL) =>
      url.protocol === 'wss:' ? 'https://proxy.example' : undefined,
    );
    for (const given of [chooser, { url: chooser }]) {
      const { choose } = settingsOf(given);
      await expect(choose(target)).resolves.toMatchObject({ secure: true, port: 443 });
      await expect(choose(new URL('ws://h'))).resolves.toBeUndefined();
    }
    expect(chooser.mock.calls[0]).toEqual([target]);
    expect(chooser).toHaveBeenCalledTimes(4);
  });

  it('should take a promise, and a URL', async () => {
    const { choose } = settingsOf(() => Promise.resolve(new URL('http://proxy.example')));
    await expect(choose(target)).resolves.toMatchObject({ target: 'proxy.example:80' });
  });

  it.each([null, 7, '', 'env', 'socks5://h', true])(
    'should refuse %j of a function at the attempt',
    async (chosen) => {
      const { choose } = settingsOf(() => chosen);
      await expect(choose(target)).rejects.toMatchObject({ _tag: 'OptionError', option: 'proxy' });
    },
  );

  it.each([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
  ])('should tell of a function that %s', async (_name, chooser) => {
    const error = new ProviderFailure('proxy', new Error('broken'));
    await expect(settingsOf(chooser).choose(target)).rejects.toEqual(error);
  });

  it('should go by the environment as it is at the attempt', async () => {
    for (const given of ['env', { url: 'env' }]) {
      const { choose } = settingsOf(given);
      vi.stubEnv('HTTPS_PROXY', '');
      await expect(choose(target)).resolves.toBeUndefined();
      vi.stubEnv('HTTPS_PROXY', 'http://user:pw@proxy.example:3128');
      await expect(choose(target)).resolves.toMatchObject({ target: 'proxy.example:3128' });
      await expect(choose(new URL('ws://feed.example'))).resolves.toBeUndefined();
    }
  });

  it('should refuse what the environment says wrongly, and show no secret', async () => {
    const { choose } = settingsOf('env');
    for (const value of ['socks5://user:secret@h', 'http://user:secret@']) {
      vi.stubEnv('HTTPS_PROXY', value);
      const error: unknown = await choose(target).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(OptionRangeError);
      expect(String(error)).not.toContain('secret');
    }
  });

  it('should have the TLS of the proxy, with its own anchors', async () => {
    const ca = (await createCertificateAuthority()).certificate;
    const { tls } = settingsOf({ url: 'https://h', tls: { ca, servername: 'proxy.example' } });
    await expect(tls.load()).resolves.toMatchObject({ servername: 'proxy.example' });
    await expect(settingsOf('https://h').tls.load()).resolves.toMatchObject({
      servername: undefined,
      verify: undefined,
    });
  });
});
