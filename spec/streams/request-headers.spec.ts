import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import { checkHeaders, checkValue } from '../../src/streams/request-headers.js';
import type { RequestHeaders } from '../../src/streams/request-headers.js';

/** The error that `action` throws. */
function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

const FORBIDDEN =
  'has a character that no header may hold, such as a line break (RFC 9110 section 5.5)';

describe('checkHeaders', () => {
  it.each<RequestHeaders>([
    {},
    { authorization: 'Bearer x' },
    { Cookie: ['a=1', 'b=2'], 'X-Empty': '', "!#$%&'*+-.^_`|~09": 'token' },
    { 'x-latin1': 'gr\u00fc\u00dfe', 'x-tab': 'a\tb' },
    { host: 'other.example' },
    { constructor: 'x', tostring: 'x' },
  ])('should take %o', (headers) => {
    expect(checkHeaders('headers', headers)).toEqual(headers);
  });

  it('should take an object without a prototype', () => {
    const headers = Object.assign(Object.create(null) as object, { a: 'b' });
    expect(checkHeaders('headers', headers)).toEqual({ a: 'b' });
  });

  it('should take __proto__ for a name like any other', () => {
    const headers: unknown = JSON.parse('{"__proto__":"x"}');
    expect(Object.entries(checkHeaders('headers', headers))).toEqual([['__proto__', 'x']]);
  });

  it('should give a copy, so that later changes have no effect', () => {
    const cookies = ['a=1'];
    const given = { cookie: cookies, a: 'b' };
    const checked = checkHeaders('headers', given);
    cookies.push('b=2');
    given.a = 'c';
    expect(checked).toEqual({ cookie: ['a=1'], a: 'b' });
  });

  it.each<[unknown, string]>([
    [null, 'null'],
    [undefined, 'undefined'],
    ['a: secret', "'a: secret'"],
    [7, '7'],
    [['a', 'secret'], 'an array'],
    [new Map([['a', 'secret']]), 'an object'],
    [new Headers({ a: 'secret' }), 'an object'],
  ])('should refuse %o', (headers, shown) => {
    expect(thrownBy(() => checkHeaders('headers', headers))).toEqual(
      new OptionTypeError('headers', `must be a plain object of names and values, got ${shown}`),
    );
  });

  it.each<[unknown, string]>([
    [7, 'number'],
    [undefined, 'undefined'],
    [null, 'object'],
    [true, 'boolean'],
    [{ secret: 1 }, 'object'],
    [[7], 'number'],
    [['a', undefined], 'undefined'],
  ])('should refuse the value %o', (value, type) => {
    expect(thrownBy(() => checkHeaders('headers', { authorization: value }))).toEqual(
      new OptionTypeError('headers.authorization', `must be a string, got ${type}`),
    );
  });

  it.each(['secret\r\nx: y', 'secret\n', '\0secret', 'secret\u007f', 'secret\u20ac'])(
    'should refuse the value %j, and not show it',
    (value) => {
      for (const each of [value, ['fine', value]]) {
        const error = thrownBy(() => checkHeaders('headers', { authorization: each }));
        expect(error).toEqual(new OptionRangeError('headers.authorization', FORBIDDEN));
        expect(error).toMatchObject({ cause: { code: 'ERR_INVALID_CHAR' } });
        expect(String((error as OptionRangeError).cause)).not.toContain('secret');
      }
    },
  );

  it.each<[string, string]>([
    ['', "''"],
    ['a b', "'a b'"],
    ['a:', "'a:'"],
    ['a\r\nb', "'a\\u000d\\u000ab'"],
    ['gr\u00fc\u00df', "'gr\u00fc\u00df'"],
  ])('should refuse the name %j', (name, shown) => {
    expect(thrownBy(() => checkHeaders('headers', { [name]: 'x' }))).toEqual(
      new OptionRangeError('headers', `${shown} is not a header name (RFC 9110 section 5.1)`),
    );
  });

  it.each<[string, string]>([
    ['Connection', 'is set by the opening handshake'],
    ['upgrade', 'is set by the opening handshake'],
    ['Sec-WebSocket-Key', 'is set by the opening handshake'],
    ['sec-websocket-version', 'is set by the opening handshake'],
    ['Sec-WebSocket-Accept', "is the server's to set"],
    ['SEC-WEBSOCKET-PROTOCOL', 'is set through the option protocols'],
    ['Sec-WebSocket-Extensions', 'is set through the option perMessageDeflate'],
    ['Content-Length', 'belongs to a body, and the opening handshake has none'],
    ['transfer-encoding', 'belongs to a body, and the opening handshake has none'],
    ['Trailer', 'belongs to a body, and the opening handshake has none'],
  ])('should refuse the name %s, which is not for the user', (name, message) => {
    expect(thrownBy(() => checkHeaders('headers', { [name]: 'x' }))).toEqual(
      new OptionRangeError(`headers.${name}`, message),
    );
  });

  it('should refuse a name that is given twice in different spellings', () => {
    expect(() => checkHeaders('headers', { 'X-A': '1', 'x-a': '2' })).toThrow(
      'headers.x-a: is given twice, in different spellings',
    );
  });

  it('should show no value, whatever is wrong', () => {
    const names = fc.constantFrom('a', 'a b', 'Upgrade', 'x-y');
    const values = fc.constantFrom('s3cret\n', '\u0000s3cret', ['s3cret', 's3cret\r'], {
      s3cret: 1,
    });
    fc.assert(
      fc.property(names, values, (name, value) => {
        expect(String(thrownBy(() => checkHeaders('headers', { [name]: value })))).not.toContain(
          's3cret',
        );
      }),
    );
  });
});

describe('checkValue', () => {
  it('should give the value', () => {
    expect(checkValue('origin', 'origin', 'https://example.com')).toBe('https://example.com');
  });

  it('should name the option', () => {
    expect(thrownBy(() => checkValue('origin', 'origin', 7))).toEqual(
      new OptionTypeError('origin', 'must be a string, got number'),
    );
    expect(thrownBy(() => checkValue('origin', 'origin', 'a\nb'))).toEqual(
      new OptionRangeError('origin', FORBIDDEN),
    );
  });
});
