import { left, right } from 'fp-ts/lib/Either.js';
import { describe, expect, it, vi } from 'vitest';

import { createJsonDecode } from '../../src/codec/json-decode.js';

describe('createJsonDecode', () => {
  it('should give what is parsed without a check', () => {
    const decode = createJsonDecode(undefined, 128);
    for (const kind of ['text', 'binary'] as const) {
      expect(decode(Buffer.from('{"a":"é"}'), kind)).toEqual(right({ a: 'é' }));
    }
  });

  it('should give what the check gives', () => {
    const check = vi.fn((value: unknown) => right([value]));
    expect(createJsonDecode(check, 128)(Buffer.from('{"a":1}'), 'text')).toEqual(right([{ a: 1 }]));
    expect(check).toHaveBeenCalledExactlyOnceWith({ a: 1 });
  });

  it('should say what the check has against a message', () => {
    const issues = [{ path: [], expected: 'nothing', actual: '1' }];
    const data = Buffer.from('1');
    expect(createJsonDecode(() => left({ issues }), 128)(data, 'text')).toStrictEqual(
      left({ _tag: 'DecodeFailure', phase: 'schema', codec: 'json', kind: 'text', data, issues }),
    );
  });

  it.each([
    ['utf-8', Buffer.from([0x22, 0xff, 0x22]), 'not UTF-8'],
    ['json', Buffer.from('[[[]]]'), 'too deep'],
    ['json', Buffer.from('[[[[[['), 'too deep, and not JSON'],
    ['json', Buffer.from('nul'), 'not JSON'],
  ])('should refuse in the phase %s, and not ask the check, what is %o: %s', (phase, data) => {
    const check = vi.fn((value: unknown) => right(value));
    expect(createJsonDecode(check, 2)(data, 'binary')).toMatchObject(left({ phase, data }));
    expect(check).not.toHaveBeenCalled();
  });
});
