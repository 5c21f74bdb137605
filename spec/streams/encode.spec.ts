import { describe, expect, it } from 'vitest';
import { json } from '../../src/codec/json.js';
import { encode } from '../../src/streams/encode.js';
import { EncodeError } from '../../src/streams/encode-error.js';
import type { UncheckedEncoder } from '../../src/streams/guarded-encode.js';

/** What a call throws. */
function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return 'nothing';
}

describe('encode', () => {
  it.each<[string, string | Uint8Array]>([
    ['text', 'one'],
    ['no text', ''],
    ['bytes', Uint8Array.of(1, 2)],
  ])('should give the payload as the codec made it: %s', (_name, payload) => {
    const codec = { name: 'x', encode: () => ({ _tag: 'Right', right: payload }) as const };
    expect(encode(codec, 'message')).toBe(payload);
  });

  it('should hand the message to the codec', () => {
    expect(encode(json(), { a: 1 })).toBe('{"a":1}');
  });

  it('should throw what the codec reports', () => {
    const failure = { _tag: 'EncodeFailure', codec: 'x', reason: 'too odd' } as const;
    const codec = { name: 'x', encode: () => ({ _tag: 'Left', left: failure }) as const };
    const error = thrownBy(() => encode(codec, 'message'));
    expect(error).toBeInstanceOf(EncodeError);
    expect(error).toMatchObject({
      failure,
      message: expect.stringContaining('too odd') as unknown,
    });
  });

  it.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new RangeError('a bug');
      },
      'encode threw: ',
    ],
    ['gives nonsense', () => 'text', 'encode gave no Either of a payload'],
    ['gives no payload', () => ({ _tag: 'Right', right: 7 }), 'in place of a string or bytes'],
    [
      'gives a promise',
      () => Promise.reject(new Error('unheard')),
      'encode gave no Either of a payload',
    ],
  ])('should throw an EncodeError for a codec that %s', (_name, each, reason) => {
    const codec = { name: 'x', encode: each } as unknown as UncheckedEncoder<string>;
    const error = thrownBy(() => encode(codec, 'message'));
    expect(error).toBeInstanceOf(EncodeError);
    expect(error).toHaveProperty('message', expect.stringContaining(reason));
  });
});
