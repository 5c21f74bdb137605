import { left, right } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { binaryCodec } from '../../../src/codec/binary/binary-codec.js';
import { OptionTypeError } from '../../../src/errors/option-error.js';

/** A format of messages that are one byte. */
const byte = {
  codec: 'byte',
  format: 'Byte',
  decode: (data: Uint8Array): unknown => (data.length === 1 ? data[0] : thrower('not a byte')),
  encode: (message: unknown): Uint8Array =>
    typeof message === 'number' ? Uint8Array.of(message) : thrower('not a\nnumber'),
};

const data = Uint8Array.of(7);

describe('binaryCodec', () => {
  it('should read and write without schemas', () => {
    const codec = binaryCodec(byte, {});
    expect(codec.name).toBe('byte');
    expect(codec.decode(data, 'binary')).toEqual(right(7));
    expect(codec.encode(7)).toEqual(right(data));
  });

  it('should refuse a text message', () => {
    expect(binaryCodec(byte, {}).decode(data, 'text')).toMatchObject(
      left({ phase: 'kind', codec: 'byte', issues: [{ expected: 'a binary message' }] }),
    );
  });

  it('should refuse what is not of the format', () => {
    const two = Uint8Array.of(1, 2);
    expect(binaryCodec(byte, {}).decode(two, 'binary')).toStrictEqual(
      left({
        _tag: 'DecodeFailure',
        phase: 'format',
        codec: 'byte',
        kind: 'binary',
        data: two,
        issues: [
          {
            path: [],
            expected: 'Byte',
            actual: '2 bytes: 01 02',
            message: 'not readable: not a byte',
          },
        ],
      }),
    );
  });

  it('should check what was read', () => {
    const codec = binaryCodec(byte, { incoming: z.number().max(9).transform(String) });
    expect(codec.decode(data, 'binary')).toEqual(right('7'));
    expect(codec.decode(Uint8Array.of(10), 'binary')).toMatchObject(
      left({ phase: 'schema', codec: 'byte', issues: [{ actual: '10' }] }),
    );
  });

  it('should write what the schema makes of a message', () => {
    const codec = binaryCodec(byte, { outgoing: { encode: Number } });
    expect(codec.encode('7')).toEqual(right(data));
    expect(binaryCodec(byte, { outgoing: z.number() }).encode('7')).toMatchObject(
      left({
        _tag: 'EncodeFailure',
        codec: 'byte',
        reason: expect.stringMatching(/^the message is not/),
      }),
    );
  });

  it('should tell why a message cannot be written', () => {
    expect(binaryCodec(byte, {}).encode('x')).toStrictEqual(
      left({
        _tag: 'EncodeFailure',
        codec: 'byte',
        reason: 'the message has no Byte form: not a number',
        cause: new TypeError('not a\nnumber'),
      }),
    );
  });

  it.each([
    ['byte.incoming', { incoming: 5 }],
    ['byte.outgoing', { outgoing: 5 }],
    ['byte.incoming', { incoming: null }],
    ['byte.outgoing', { outgoing: null, incoming: t.number }],
  ])('should refuse a schema that is none: %s', (option, schemas) => {
    const call = (): unknown => binaryCodec(byte, schemas);
    expect(call).toThrow(OptionTypeError);
    expect(call).toThrow(expect.objectContaining({ option }));
  });
});

function thrower(message: string): never {
  throw new TypeError(message);
}
