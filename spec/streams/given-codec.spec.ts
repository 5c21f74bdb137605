import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { Codec } from '../../src/codec/codec.js';
import { OptionTypeError } from '../../src/errors/option-error.js';
import { checkCodec } from '../../src/streams/given-codec.js';
import type { SocketOptions } from '../../src/streams/socket-options.js';

const url = 'wss://h';
const codec: Codec<unknown, unknown> = {
  name: 'mine',
  decode: () => E.right('in'),
  encode: () => E.right('out'),
};

const check = (options: object): Codec<unknown, unknown> => checkCodec({ url, ...options });

describe('checkCodec', () => {
  it('should be json() where none is named', () => {
    const given = check({ codec: undefined, serializer: undefined });
    expect(given.name).toBe('json');
    expect(given.encode({ n: 1 })).toEqual(E.right('{"n":1}'));
    expect(given.decode(Buffer.from('[1]'), 'text')).toEqual(E.right([1]));
  });

  it('should be the one that is given', () => {
    expect(check({ codec })).toBe(codec);
  });

  it.each<[string, object]>([
    ['serializer', { serializer: () => 'out' }],
    ['deserializer', { deserializer: ({ data }: { data: unknown }) => data }],
    ['binaryType', { binaryType: 'arraybuffer' }],
  ])('should be made of %s, and not be given beside it', (_name, legacy) => {
    expect(check(legacy)).not.toBe(codec);
    expect(check(legacy)).toHaveProperty('decode');
    expect(() => check({ codec, ...legacy })).toThrow(
      new OptionTypeError(
        'codec',
        'stands in the place of serializer, deserializer and binaryType: give one or the others',
      ),
    );
  });

  it('should make use of the serializer', () => {
    expect(check({ serializer: () => 'out' }).encode(1)).toEqual(E.right('out'));
  });

  it.each<unknown>([null, 'json', {}, { decode: codec.decode }, { ...codec, encode: 1 }])(
    'should refuse %o',
    (given) => {
      const options = { codec: given } as Partial<SocketOptions<unknown, unknown>>;
      expect(() => check(options)).toThrow(OptionTypeError);
      expect(() => check(options)).toThrow(/^codec/);
    },
  );
});
