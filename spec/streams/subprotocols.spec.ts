import { describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import { checkProtocols } from '../../src/streams/subprotocols.js';

describe('checkProtocols', () => {
  it.each<[unknown, readonly string[]]>([
    [undefined, []],
    [[], []],
    ['feed.v1', ['feed.v1']],
    [
      ['feed.v2', 'feed.v1'],
      ['feed.v2', 'feed.v1'],
    ],
    // RFC 6455 compares them as they are.
    [
      ['a', 'A'],
      ['a', 'A'],
    ],
    ["!#$%&'*+-.^_`|~09aZ", ["!#$%&'*+-.^_`|~09aZ"]],
  ])('should give for %o: %o', (given, expected) => {
    expect(checkProtocols('protocols', given)).toEqual(expected);
  });

  it('should give a copy', () => {
    const given = ['a'];
    const checked = checkProtocols('protocols', given);
    given.push('b');
    expect(checked).toEqual(['a']);
  });

  it.each<[unknown, string, string]>([
    [7, 'protocols', '7'],
    [null, 'protocols', 'null'],
    [{}, 'protocols', 'an object'],
    [new Set(['a']), 'protocols', 'an object'],
    [['a', 7], 'protocols[1]', '7'],
    [[['a']], 'protocols[0]', 'an array'],
    [[undefined], 'protocols[0]', 'undefined'],
  ])('should refuse %o', (given, option, shown) => {
    expect(() => checkProtocols('protocols', given)).toThrow(
      new OptionTypeError(option, `must be a string, got ${shown}`),
    );
  });

  it.each<[unknown, string, string]>([
    ['', 'protocols', "''"],
    ['a b', 'protocols', "'a b'"],
    ['a,b', 'protocols', "'a,b'"],
    ['a/b', 'protocols', "'a/b'"],
    ['a\r\nb', 'protocols', "'a\\u000d\\u000ab'"],
    ['gr\u00fc\u00df', 'protocols', "'gr\u00fc\u00df'"],
    [['a', 'b;'], 'protocols[1]', "'b;'"],
  ])('should refuse %o, which is no token', (given, option, shown) => {
    expect(() => checkProtocols('protocols', given)).toThrow(
      new OptionRangeError(option, `must be a token (RFC 9110 section 5.6.2), got ${shown}`),
    );
  });

  it('should refuse the same one twice', () => {
    expect(() => checkProtocols('protocols', ['a', 'b', 'a'])).toThrow(
      new OptionRangeError('protocols[2]', "'a' is given twice"),
    );
  });
});
