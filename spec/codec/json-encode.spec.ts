import { left, right } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';

import { createJsonEncode } from '../../src/codec/json-encode.js';
import { JsonWriter } from '../../src/codec/write/json-writer.js';

describe('createJsonEncode', () => {
  it('should write what is made of the message', () => {
    const encode = createJsonEncode((message) => right({ message }), new JsonWriter());
    expect(encode('é')).toEqual(right('{"message":"é"}'));
  });

  it('should say why nothing is made of it', () => {
    const cause = new Error('why');
    const encode = createJsonEncode(() => left({ reason: 'no', cause }), new JsonWriter());
    expect(encode(1)).toStrictEqual(
      left({ _tag: 'EncodeFailure', codec: 'json', reason: 'no', cause }),
    );
  });

  it('should say that it has no JSON form', () => {
    const encode = createJsonEncode(right, new JsonWriter());
    expect(encode(undefined)).toStrictEqual(
      left({
        _tag: 'EncodeFailure',
        codec: 'json',
        reason: 'the message has no JSON form: undefined',
      }),
    );
    expect(encode(1n)).toMatchObject(
      left({
        reason: 'the message has no JSON form: Do not know how to serialize a BigInt',
        cause: expect.any(TypeError),
      }),
    );
  });
});
