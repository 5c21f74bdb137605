import { describe, expect, it } from 'vitest';

import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import { readUrl } from '../../src/tls/endpoint.js';
import type { Schemes } from '../../src/tls/endpoint.js';

const SCHEMES: Schemes = { plain: ['http:', 80], secure: ['https:', 443] };

describe('readUrl', () => {
  it.each([
    ['http://a.example', false, { host: 'a.example', port: 80, target: 'a.example:80' }],
    ['https://a.example/p?q', true, { host: 'a.example', port: 443, target: 'a.example:443' }],
    [new URL('http://[::1]:8080'), false, { host: '::1', port: 8080, target: '[::1]:8080' }],
  ])('should tell where %s points to', (value, isSecure, endpoint) => {
    const url = new URL(value);
    expect(readUrl('url', value, SCHEMES)).toEqual({ url, isSecure, endpoint });
  });

  it.each([
    [7, new OptionTypeError('url', 'must be a string or a URL, got 7')],
    ['//secret', new OptionRangeError('url', 'is not a valid URL')],
    [
      'ftp://secret',
      new OptionRangeError('url', "must have the scheme http: or https:, got 'ftp:'"),
    ],
  ])('should refuse %s', (value, error) => {
    expect(() => readUrl('url', value, SCHEMES)).toThrow(error);
  });
});
