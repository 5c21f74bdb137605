import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import { checkUrl } from '../../src/streams/request-url.js';
import type { RequestUrl } from '../../src/streams/request-url.js';

describe('checkUrl', () => {
  it.each<[string, RequestUrl]>([
    [
      'wss://feed.example.com/v1?a=b',
      {
        href: 'wss://feed.example.com/v1?a=b',
        secure: true,
        host: 'feed.example.com',
        port: 443,
        target: 'feed.example.com:443',
      },
    ],
    [
      'ws://feed.example.com',
      {
        href: 'ws://feed.example.com/',
        secure: false,
        host: 'feed.example.com',
        port: 80,
        target: 'feed.example.com:80',
      },
    ],
    [
      'WSS://Feed.Example.com:443',
      {
        href: 'wss://feed.example.com/',
        secure: true,
        host: 'feed.example.com',
        port: 443,
        target: 'feed.example.com:443',
      },
    ],
    ['wss://h:80/', { href: 'wss://h:80/', secure: true, host: 'h', port: 80, target: 'h:80' }],
    [
      'ws://h:8443',
      { href: 'ws://h:8443/', secure: false, host: 'h', port: 8443, target: 'h:8443' },
    ],
    [
      'wss://[2001:DB8::1]:9000/x',
      {
        href: 'wss://[2001:db8::1]:9000/x',
        secure: true,
        host: '2001:db8::1',
        port: 9000,
        target: '[2001:db8::1]:9000',
      },
    ],
    [
      'ws://[::1]',
      { href: 'ws://[::1]/', secure: false, host: '::1', port: 80, target: '[::1]:80' },
    ],
    [
      'ws://127.1',
      {
        href: 'ws://127.0.0.1/',
        secure: false,
        host: '127.0.0.1',
        port: 80,
        target: '127.0.0.1:80',
      },
    ],
    [
      'wss://user:secret@h/p?token=secret',
      {
        href: 'wss://user:secret@h/p?token=secret',
        secure: true,
        host: 'h',
        port: 443,
        target: 'h:443',
      },
    ],
    [
      'wss://bücher.example/ä?ö',
      {
        href: 'wss://xn--bcher-kva.example/%C3%A4?%C3%B6',
        secure: true,
        host: 'xn--bcher-kva.example',
        port: 443,
        target: 'xn--bcher-kva.example:443',
      },
    ],
    // A number sign that is encoded makes no fragment.
    [
      'ws://h/%23?%23',
      { href: 'ws://h/%23?%23', secure: false, host: 'h', port: 80, target: 'h:80' },
    ],
  ])('should read %s', (text, expected) => {
    expect(checkUrl('url', text)).toEqual(expected);
    expect(checkUrl('url', new URL(text))).toEqual(expected);
  });

  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    [7, '7'],
    [{ href: 'wss://user:secret@h/' }, 'an object'],
    [['wss://user:secret@h/'], 'an array'],
  ])('should refuse %s', (value, shown) => {
    expect(() => checkUrl('url', value)).toThrow(
      new OptionTypeError('url', `must be a string or a URL, got ${shown}`),
    );
  });

  it.each<[string, string]>([
    ['', 'is not a valid URL'],
    ['feed.example.com/secret', 'is not a valid URL'],
    ['/v1?token=secret', 'is not a valid URL'],
    ['wss://', 'is not a valid URL'],
    ['wss://user:secret@', 'is not a valid URL'],
    ['wss://h:65536/secret', 'is not a valid URL'],
    ['wss://[::1/secret', 'is not a valid URL'],
    ['https://user:secret@h/?secret', "must have the scheme ws: or wss:, got 'https:'"],
    ['http://h', "must have the scheme ws: or wss:, got 'http:'"],
    ['file:///secret', "must have the scheme ws: or wss:, got 'file:'"],
    ['localhost:8080/secret', "must have the scheme ws: or wss:, got 'localhost:'"],
    ['ws+unix:/run/secret', "must have the scheme ws: or wss:, got 'ws+unix:'"],
    ['wss://h/#secret', 'must not have a fragment (RFC 6455 section 3)'],
    ['wss://user:secret@h/#', 'must not have a fragment (RFC 6455 section 3)'],
    ['wss://h/?q#', 'must not have a fragment (RFC 6455 section 3)'],
  ])('should refuse %s, without repeating it', (text, message) => {
    expect(() => checkUrl('url', text)).toThrow(new OptionRangeError('url', message));
    expect(message).not.toContain('secret');
  });

  it('should show nothing of a URL that it refuses but the scheme', () => {
    const url = fc
      .tuple(
        fc.constantFrom('http', 'wss', 'ftp', 'ws'),
        fc.constantFrom('//user:s3cret@h', '//h:99999999', '//[', '//h/s3cret', '?s3cret', ''),
        fc.constantFrom('/s3cret#', '#s3cret', '?token=s3cret#x'),
      )
      .map(([scheme, authority, rest]) => `${scheme}:${authority}${rest}`);
    fc.assert(
      fc.property(url, (text) => {
        let shown = 'nothing was thrown: s3cret';
        try {
          checkUrl('url', text);
        } catch (error) {
          shown = inspect(error);
        }
        expect(shown).not.toContain('s3cret');
      }),
    );
  });

  it('should name the option that it was given', () => {
    expect(() => checkUrl('proxy.url', '')).toThrow('proxy.url: is not a valid URL');
  });
});
