import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { utf8Failure, utf8Text } from '../../src/codec/utf8-text.js';
import { anyText } from './any-text.js';

describe('utf8Text', () => {
  it('should read a Buffer, a Uint8Array and a view alike', () => {
    const encoded = new TextEncoder().encode('<é\u{1f680}>');
    const view = encoded.subarray(1, -1);
    for (const kind of ['text', 'binary'] as const) {
      expect(utf8Text(encoded, kind)).toBe('<é\u{1f680}>');
      expect(utf8Text(view, kind)).toBe('é\u{1f680}');
      expect(utf8Text(Buffer.from(view), kind)).toBe('é\u{1f680}');
    }
  });

  it('should keep a byte order mark', () => {
    const data = Uint8Array.of(0xef, 0xbb, 0xbf, 0x41);
    expect(utf8Text(data, 'text')).toBe('\ufeffA');
    expect(utf8Text(data, 'binary')).toBe('\ufeffA');
  });

  it.each([
    ['a lone continuation byte', [0x80]],
    ['a cut sequence', [0xe2, 0x82]],
    ['an overlong form', [0xc0, 0x80]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a point past the last', [0xf4, 0x90, 0x80, 0x80]],
  ])('should throw on %s in a binary message', (_, data) => {
    expect(() => utf8Text(Uint8Array.from(data), 'binary')).toThrow(TypeError);
  });

  it('should read the same from both kinds', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const data = Buffer.from(text);
        expect([utf8Text(data, 'text'), utf8Text(data, 'binary')]).toEqual([text, text]);
      }),
    );
  });
});

describe('utf8Failure', () => {
  const data = Uint8Array.of(0xff);
  const failure = {
    _tag: 'DecodeFailure',
    phase: 'utf-8',
    codec: 'json',
    kind: 'binary',
    data,
  };
  const issue = { path: [], expected: 'UTF-8', actual: '1 byte: ff' };

  it('should show the bytes that are not UTF-8', () => {
    expect(utf8Failure('json', data, 'binary', new TypeError('not valid'))).toStrictEqual({
      ...failure,
      issues: [issue],
    });
  });

  it('should tell of any other error', () => {
    expect(utf8Failure('json', data, 'binary', new Error('too long'))).toStrictEqual({
      ...failure,
      issues: [{ ...issue, message: 'not readable: too long' }],
    });
  });
});
